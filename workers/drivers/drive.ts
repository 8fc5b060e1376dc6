/**
 * Handles the events of all devices in one of two structures: a task for each
 * device, or one loop that polls them all. Handling an event is the same in both, and
 * so is the number of threads: by default one.
 */
import { chan, f64, sleep, spawn, task, type Receiver, type Sender } from "../../src/index.ts";
import { Doze } from "../doze.ts";
import { DEVICES, POLL } from "./devices.ts";

/** `tasks`: a task for each device. `loop`: one loop that polls all devices. */
export type Structure = "tasks" | "loop";

/** A run. Plain data, which can be sent to any thread. */
export interface DriveConfig {
  readonly structure: Structure;
  /** For each device the times of its events, in units. */
  readonly schedule: readonly (readonly number[])[];
  readonly unitMs: number;
}

/** An event that was handled; times in units of the run. */
export interface Handled {
  readonly at: number;
  readonly begun: number;
  readonly ended: number;
}

/** The result of a run. */
export interface Driven {
  /** For each device, in the order in which its events were handled. */
  readonly handled: readonly (readonly Handled[])[];
  /** Maximum lateness of a timer, in ms. */
  readonly latestMs: number;
}

/** Maximum number of events that wait at a device. */
const BACKLOG = 256;

/** An interrupt line: sends the time of each event of a device, on time whatever its driver does. */
const source = task(import.meta, async function source(times: readonly number[], events: Sender<number>, startMs: number, unitMs: number): Promise<void> {
  for (const time of times) {
    const dueMs = startMs + time * unitMs;
    while (nowMs() < dueMs) await sleep(dueMs - nowMs());
    await events.send(nowMs());
  }
  events.close();
});

/** The state of a driver of one device, or of all. */
class Driver {
  readonly #startMs: number;
  readonly #unitMs: number;
  readonly #doze = new Doze();
  #latestMs = 0;

  constructor(startMs: number, unitMs: number) {
    this.#startMs = startMs;
    this.#unitMs = unitMs;
  }

  /** Handles one event: waits for the device. */
  async handle(device: number, atMs: number): Promise<Handled> {
    const begunMs = nowMs();
    const handlingMs = DEVICES[device].handling * this.#unitMs;
    await this.#doze.for(handlingMs);
    const endedMs = nowMs();
    this.#latestMs = Math.max(this.#latestMs, endedMs - begunMs - handlingMs);
    return { at: this.#units(atMs), begun: this.#units(begunMs), ended: this.#units(endedMs) };
  }

  /** Maximum time by which handling took longer than the device. */
  get latestMs(): number {
    return this.#latestMs;
  }

  #units(ms: number): number {
    return (ms - this.#startMs) / this.#unitMs;
  }
}

/** The driver of one device. */
const driver = task(import.meta, async function driver(device: number, events: Receiver<number>, startMs: number, unitMs: number): Promise<{ handled: Handled[]; latestMs: number }> {
  const own = new Driver(startMs, unitMs);
  const handled: Handled[] = [];
  for await (const at of events) handled.push(await own.handle(device, at));
  return { handled, latestMs: own.latestMs };
});

/** One loop for all devices: polls each in turn, and handles what it finds before it polls the next. */
const poller = task(import.meta, async function poller(lines: Receiver<number>[], expected: number, startMs: number, unitMs: number): Promise<Driven> {
  const all = new Driver(startMs, unitMs);
  const handled: Handled[][] = lines.map(() => []);
  for (let count = 0; count < expected;) {
    let found = 0;
    for (const [device, events] of lines.entries()) {
      const at = events.tryRecv();
      if (at === undefined) continue;
      handled[device].push(await all.handle(device, at));
      found += 1;
    }
    count += found;
    if (found === 0) await sleep(POLL * unitMs);
  }
  return { handled, latestMs: all.latestMs };
});

/** Handles a schedule of events: the entry for `run`. */
export const drive = task(import.meta, async function drive({ structure, schedule, unitMs }: DriveConfig): Promise<Driven> {
  const lines = schedule.map(() => chan(f64, BACKLOG));
  // The first event happens after all tasks have started.
  const startMs = nowMs() + LEAD_MS;
  const driving = structure === "loop"
    ? spawn(poller, lines, schedule.reduce((sum, { length }) => sum + length, 0), startMs, unitMs)
    : Promise.all(lines.map((line, device) => spawn(driver, device, line, startMs, unitMs)));
  await Promise.all(schedule.map((times, device) => spawn(source, times, lines[device], startMs, unitMs)));
  const driven = await driving;
  if (!Array.isArray(driven)) return driven as Driven;
  return { handled: driven.map(({ handled }) => handled), latestMs: Math.max(...driven.map(({ latestMs }) => latestMs)) };
});

const LEAD_MS = 50;

/** One clock for all threads. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
