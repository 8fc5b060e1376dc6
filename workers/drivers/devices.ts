/** The devices, and the times of their events. All times are in units. */
import { seededRandom } from "../chance.ts";

/** A device. */
export interface Device {
  readonly name: string;
  /** Mean time between its events. */
  readonly period: number;
  /** Time to handle an event, waiting for the device. It is less than half a period, so the events of one device never queue up. */
  readonly handling: number;
}

/** The four of the talk. */
export const DEVICES: readonly Device[] = [
  { name: "mouse", period: 20, handling: 0.5 },
  { name: "keyboard", period: 60, handling: 1 },
  { name: "display", period: 50, handling: 10 },
  { name: "disk", period: 200, handling: 60 },
];

/** A polling loop that finds nothing polls again after this time. */
export const POLL = 1;

/** For each device the times of its events, up to `length`. The gaps are uniform on 0.5 … 1.5 periods. */
export function scheduleOf(length: number, seed: number): number[][] {
  return DEVICES.map(({ period }, device) => {
    const random = seededRandom(seed + 0x9e37 * (device + 1));
    const times: number[] = [];
    for (let at = period * random(); at < length; at += period * (0.5 + random())) times.push(at);
    return times;
  });
}
