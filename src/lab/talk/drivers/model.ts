/**
 * What the drivers' structures make of a schedule, event by event, if nothing
 * takes time but the devices.
 */
import { DEVICES, POLL, type Structure } from "../../../../workers/drivers.ts";

/** For each device the longest time from an event to the end of its handling, in units. */
export function worstResponses(structure: Structure, schedule: readonly (readonly number[])[]): number[] {
  return structure === "loop" ? polled(schedule) : schedule.map((times, device) => queued(times, (DEVICES[device] as (typeof DEVICES)[number]).handling));
}

/** A device with a task of its own: its events wait for each other only. */
function queued(times: readonly number[], handling: number): number {
  let free = 0;
  let worst = 0;
  for (const at of times) {
    free = Math.max(free, at) + handling;
    worst = Math.max(worst, free - at);
  }
  return worst;
}

/** One loop: every event waits for what the loop does meanwhile. */
function polled(schedule: readonly (readonly number[])[]): number[] {
  const next = schedule.map(() => 0);
  const worst = schedule.map(() => 0);
  for (let now = 0; schedule.some((times, device) => (next[device] as number) < times.length);) {
    let found = false;
    for (const [device, times] of schedule.entries()) {
      const at = times[next[device] as number];
      if (at === undefined || at > now) continue;
      now += (DEVICES[device] as (typeof DEVICES)[number]).handling;
      worst[device] = Math.max(worst[device] as number, now - at);
      next[device] = (next[device] as number) + 1;
      found = true;
    }
    if (!found) now += POLL;
  }
  return worst;
}
