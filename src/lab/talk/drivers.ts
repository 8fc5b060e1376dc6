/** Mouse, keyboard, display and disk as findings: a task each against one loop that polls all. */
import { DEVICES, drive, POLL, scheduleOf, type Device, type Driven, type Handled, type Structure } from "../../../workers/drivers.ts";
import { start } from "../../index.ts";
import { about, atLeast, atMost, check, nothingComplete, statistic, untilInterrupted, type Condition, type Finding, type ProgramOutcome, type ProgramSettings, type Series } from "./report.ts";
import { tasksLeft } from "./settled.ts";

/** What the command chooses. */
export interface DriversChoice {
  /** Units in which events happen. */
  readonly length: number;
}

const TITLES: Readonly<Record<Structure, string>> = { tasks: "a task for each device", loop: "one loop that polls all" };

/** Timers have a grain of 1 ms; a worst case may have met two late ones, and the loop's rounds shift with them. */
const GRAIN_MS = 1;
const WORST_GRAINS = 3;
const SHIFT = 0.2;

/** Handles the same events in both structures. */
export async function drivers({ length }: DriversChoice, { threads, unitMs, seed, progress, trace, signal }: ProgramSettings): Promise<ProgramOutcome> {
  await using runtime = await start({ threads, cores: threads });
  await using _trace = await trace?.(runtime);
  const schedule = scheduleOf(length, seed);
  const measured: Measured[] = [];
  for (const structure of untilInterrupted(["loop", "tasks"] as const, signal)) {
    await runtime.spawn(drive, { structure, schedule: scheduleOf(200, seed), unitMs: 0.05 });
    progress(`${TITLES[structure]}: about ${Math.ceil((length * unitMs) / 1000)} s`);
    const before = await runtime.stats();
    const startMs = performance.now();
    const driven = await runtime.spawn(drive, { structure, schedule, unitMs });
    const spanMs = performance.now() - startMs;
    const left = await tasksLeft(runtime);
    const { threads: after } = await runtime.stats();
    const cpuMs = after.reduce((sum, { cpuNs }, thread) => sum + cpuNs - (before.threads[thread] as { cpuNs: number }).cpuNs, 0) / 1e6;
    measured.push({ structure, driven, left, worst: worstOf(driven), processors: cpuMs / spanMs });
  }
  const config = { length, events: schedule.reduce((sum, times) => sum + times.length, 0) };
  const each = measured.flatMap((one) => structureFindings(one, schedule, unitMs));
  const [loop, tasks] = measured;
  if (loop === undefined || tasks === undefined) return { ...nothingComplete(config), findings: each };
  const factor = (loop.worst[0] as number) / (tasks.worst[0] as number);
  return {
    config,
    findings: [
      ...each,
      statistic("mouse, worst: loop against tasks", { part: "side by side", expected: atLeast(10), measured: factor, source: "a loop waits for the disk", condition: quiet(measured, unitMs) }),
      statistic("cores used by the tasks", { part: "side by side", expected: atMost(0.5), measured: tasks.processors, source: "concurrent, not parallel" }),
    ],
    series: [responses(measured)],
    notes: [
      "The same events, the same handling and the same threads in both: only the structure differs. An event's response is the time until it has been handled.",
      `Expected is what the schedule gives if nothing but the devices takes time; ± is ${WORST_GRAINS} ms for the resolution of the timers, and for the loop, whose rounds shift with them, ${100 * SHIFT} % more.`,
    ],
    conclusion: `With a task for each device the mouse is answered within ${(tasks.worst[0] as number).toFixed(1)} u, with one loop for all within ${(loop.worst[0] as number).toFixed(0)} u; ${threads === 1 ? "both ran on one thread" : `both ran on ${threads} threads`}, and ${percent(tasks.processors)} % of a core was enough.`,
  };
}

/** What one structure made of the events. */
interface Measured {
  readonly structure: Structure;
  readonly driven: Driven;
  /** Tasks that had not ended. */
  readonly left: number;
  /** For each device the longest response, in units. */
  readonly worst: readonly number[];
  readonly processors: number;
}

function structureFindings({ structure, driven, left, worst }: Measured, schedule: readonly (readonly number[])[], unitMs: number): Finding[] {
  const part = TITLES[structure];
  const { handled } = driven;
  const condition = quiet([{ driven }], unitMs);
  const model = worstResponses(structure, schedule);
  const served = check("devices served in order", { part, expected: DEVICES.length, measured: handled.filter((all) => all.every(({ at }, index) => index === 0 || at >= (all[index - 1] as Handled).at)).length });
  const atOnce = structure === "loop"
    ? check("devices at work at the same time", { part, expected: 1, measured: mostAtOnce(driven) })
    : statistic("devices at work at the same time", { part, expected: atLeast(2), measured: mostAtOnce(driven), source: "at most" });
  return [
    check("events handled", { part, expected: schedule.reduce((sum, { length }) => sum + length, 0), measured: handled.reduce((sum, { length }) => sum + length, 0) }),
    served,
    check("tasks left behind", { part, expected: 0, measured: left }),
    atOnce,
    ...DEVICES.map(({ name }, device) => {
      const expected = model[device] as number;
      const by = (WORST_GRAINS * GRAIN_MS) / unitMs + (structure === "loop" ? SHIFT * expected : 0);
      return statistic(`${name}, worst response`, { part, unit: "u", expected: about(expected, { by }), measured: worst[device] as number, source: structure === "loop" ? "the devices, one after the other" : "its own handling", condition });
    }),
  ];
}

/** For each device the longest time from an event to the end of its handling, in units, if nothing takes time but the devices. */
export function worstResponses(structure: Structure, schedule: readonly (readonly number[])[]): number[] {
  return structure === "loop" ? polled(schedule) : schedule.map((times, device) => queued(times, (DEVICES[device] as Device).handling));
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
      now += (DEVICES[device] as Device).handling;
      worst[device] = Math.max(worst[device] as number, now - at);
      next[device] = (next[device] as number) + 1;
      found = true;
    }
    if (!found) now += POLL;
  }
  return worst;
}

function quiet(measured: readonly Pick<Measured, "driven">[], unitMs: number): Condition {
  const lateMs = Math.max(...measured.map(({ driven }) => driven.latestMs));
  return { text: `the machine is quiet: here a timer came ${lateMs.toFixed(1)} ms late (${(lateMs / unitMs).toFixed(1)} u)`, met: lateMs <= WORST_GRAINS * GRAIN_MS };
}

function worstOf({ handled }: Driven): number[] {
  return handled.map((all) => Math.max(0, ...all.map(({ at, ended }) => ended - at)));
}

/** The most devices that were being handled at one moment. */
function mostAtOnce({ handled }: Driven): number {
  const changes = handled.flat().flatMap(({ begun, ended }) => [{ at: begun, by: 1 }, { at: ended, by: -1 }]);
  let now = 0;
  let most = 0;
  // of two at one moment the end comes first
  for (const { by } of changes.toSorted((a, b) => a.at - b.at || a.by - b.by)) most = Math.max(most, (now += by));
  return most;
}

function responses(measured: readonly Measured[]): Series {
  const row = ({ name, handling }: Device, device: number): (string | number)[] => {
    const events = (measured[0] as Measured).driven.handled[device]?.length ?? 0;
    return [name, events, handling, ...measured.flatMap(({ driven, worst }) => [meanOf(driven.handled[device] as Handled[]), worst[device] as number])];
  };
  return {
    title: "response, u: mean and worst",
    columns: ["device", "events", "handling", ...measured.flatMap(({ structure }) => [`${structure}, mean`, `${structure}, worst`])],
    rows: DEVICES.map(row),
  };
}

/** "0.29", "1.9", "12". */
function percent(share: number): string {
  return (100 * share).toFixed(share < 0.01 ? 2 : share < 0.1 ? 1 : 0);
}

function meanOf(all: readonly Handled[]): number {
  return all.reduce((sum, { at, ended }) => sum + ended - at, 0) / all.length;
}
