/**
 * The figures of a trace (docs/method.md, "Definitions") and its timeline. Worker
 * threads only: the main thread coordinates and is never counted.
 *
 *   W = Σ busy_i     A = W/T     U = A/p     Σ π_j = 1     Σ j·π_j = A
 *   L = mean of c(t), so that L·T = the sum of the counted tasks' lifetimes
 *
 * A region of the trace is analysed: the states of its tasks are cut at the borders
 * of the region, and times are whole nanoseconds from its start. A coordinator is
 * left out of c(t). That is a task that code outside tasks has spawned, that has
 * spawned others, and that only waits for them:
 *
 * - in the region it waits for nothing but ends and messages: no sleep, no lock, no
 *   room in a channel;
 * - it hardly runs: a twentieth of all that is run at most. Where the region is short
 *   or the machine busy, that can be too strict: it also hardly runs if it was seen to
 *   run a few times, and once for each task that it has started, and no more than half
 *   of its time, what it ran unseen included (outside.ts).
 *
 * A task that takes a part of the work itself is no coordinator.
 */
import type { Trace } from "../../index.ts";
import type { Activity } from "../result.ts";
import type { HandOff, RestSlice, RunSlice, Timeline } from "../timeline.ts";
import { statesOf, type Collection, type Mark, type States } from "./states.ts";
import { averages, stepsOf, timeByCount, type Interval } from "./steps.ts";
import type { Life } from "./census.ts";

/** From when to when on the clock of `process.hrtime`, nanoseconds. */
export interface Region {
  readonly startNs: number;
  readonly endNs: number;
}

/** A task in a region. */
export interface ViewTask {
  readonly id: number;
  readonly name: string;
  /** Its part of the region, from when it was spawned; nothing for tasks that cannot be told apart. */
  readonly life: Interval | null;
  /** Its part of the region, from when it began to run; nothing if it did not. */
  readonly active: Interval | null;
  readonly isCoordinator: boolean;
}

/** What happened in a region. */
export interface View extends Pick<Timeline, "threads" | "durationNs" | "runs" | "rests" | "handOffs"> {
  readonly tasks: readonly ViewTask[];
  readonly gcs: readonly Collection[];
  readonly marks: readonly Mark[];
  /** The tasks that concurrency counts, each from its start to its end, cut. */
  readonly counted: readonly Interval[];
}

/** Cuts states at a region, given from the start of the trace. */
function viewOf({ threads, durationNs, tasks: lives, runs, handOffs, gcs, marks, crowd }: States, { startNs, endNs }: Region): View {
  /** The part of a time that lies in the region, from its start; nothing if there is none. */
  const cut = (fromNs: number, toNs: number): readonly Interval[] => {
    const [from, to] = [Math.max(0, fromNs - startNs), Math.min(endNs, toNs) - startNs];
    return to > from ? [{ fromNs: from, toNs: to }] : [];
  };
  const within = (slices: readonly RunSlice[]): readonly Interval[] => slices.flatMap(([, , fromNs, toNs]) => cut(fromNs, toNs));
  const workNs = totalNs(within(runs));
  const places = new Map<number, number>();
  const tasks: ViewTask[] = [];
  const rests: RestSlice[] = [];
  for (const [place, life] of lives.entries()) {
    const { id, name } = life;
    const slices = within(life.slices);
    const untilNs = life.endNs ?? durationNs;
    const [whole] = cut(life.bornNs, untilNs);
    // it was not in progress
    if (id === 0 ? slices.length === 0 : whole === undefined) continue;
    places.set(place, tasks.length);
    if (id === 0 || whole === undefined) {
      tasks.push({ id, name, life: null, active: null, isCoordinator: false });
      continue;
    }
    const active = life.startNs === null ? undefined : cut(life.startNs, untilNs)[0];
    const rested = life.rests(tasks.length, untilNs).flatMap(([task, from, to, reason]) => cut(from, to).map((part): RestSlice => [task, part.fromNs, part.toNs, reason]));
    const seen = within(life.slices.filter((slice) => !life.unseen.has(slice)));
    const hardlyRuns = active !== undefined && (totalNs(slices) * PART_OF_ALL <= workNs || (seen.length <= FEW + life.children && totalNs(slices) * 2 <= active.toNs - active.fromNs));
    tasks.push({ id, name, life: whole, active: active ?? null, isCoordinator: hardlyRuns && onlyWaits(life, rested) });
    rests.push(...rested);
  }
  const at = (place: number): number => places.get(place) as number;
  return {
    threads,
    durationNs: endNs - startNs,
    tasks,
    runs: runs.flatMap(([thread, place, fromNs, toNs]) => cut(fromNs, toNs).map((part): RunSlice => [thread, places.get(place) ?? -1, part.fromNs, part.toNs])),
    rests,
    handOffs: handOffs
      .filter(([from, to, sentNs, resumedNs]) => sentNs >= startNs && resumedNs <= endNs && resumedNs >= sentNs && places.has(from) && places.has(to))
      .map(([from, to, sentNs, resumedNs]): HandOff => [at(from), at(to), sentNs - startNs, resumedNs - startNs]),
    gcs: gcs.flatMap(({ thread, type, fromNs, toNs }) => cut(fromNs, toNs).map((part): Collection => ({ thread, type, fromNs: part.fromNs, toNs: part.toNs }))),
    marks: marks.flatMap(({ ns, thread, task, name, n }) => (ns >= startNs && ns <= endNs ? [{ ns: ns - startNs, thread, task, name, n }] : [])),
    counted: [...tasks.flatMap(({ active, isCoordinator }) => (active === null || isCoordinator ? [] : [active])), ...crowd.flatMap(({ fromNs, toNs }) => cut(fromNs, toNs))],
  };
}

/** What a coordinator does: of all that is run one part in so many, or so many slices and one for each task that it has started, which comes back. */
const PART_OF_ALL = 20;
const FEW = 4;

function totalNs(spans: readonly Interval[]): number {
  return spans.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
}

/** A task that waits for these has work of its own. */
const WORK: ReadonlySet<string> = new Set(["sleep", "send", "lock", "acquire", "barrier", "once"]);

function onlyWaits({ hasParent, children }: Life, rests: readonly RestSlice[]): boolean {
  return !hasParent && children > 0 && rests.every(([, , , reason]) => !WORK.has(reason));
}

/** The figures of a trace: all of `Activity` that comes from it. */
export type TraceActivity = Required<Pick<Activity, "T" | "W" | "busy" | "A" | "L" | "U" | "hist" | "Pi2" | "events" | "lost">>;

/** A trace, analysed. */
export interface Analysis {
  readonly activity: TraceActivity;
  readonly timeline: Timeline;
  /** What both are made of; `chromeTrace` draws it. */
  readonly view: View;
}

/** Steps of r(t) and c(t) in a timeline. */
const STEPS = 480;

/**
 * Analyses a region of a trace, by default all of it. A region is cut at the ends of
 * the trace, and begins at the earliest when the events of every thread are complete:
 * before that, tasks ran of which nothing is known.
 *
 * @throws RangeError if the region has nothing in common with the complete part of the trace
 */
export function analyseTrace(trace: Trace, region: Region = trace): Analysis {
  const startNs = Math.max(0, Math.round(Math.max(region.startNs, trace.completeFromNs) - trace.startNs));
  const endNs = Math.round(Math.min(region.endNs, trace.endNs) - trace.startNs);
  if (!(endNs > startNs)) throw new RangeError(`the region from ${region.startNs} to ${region.endNs} is not in the trace, which is complete from ${trace.completeFromNs} to ${trace.endNs}`);
  const view = viewOf(statesOf(trace), { startNs, endNs });
  const { durationNs: T, threads, runs, rests, handOffs, counted } = view;
  const running = stepsOf(runs.map(([, , fromNs, toNs]) => ({ fromNs, toNs })));
  const counts = stepsOf(counted);
  const busy = Array.from({ length: threads }, () => 0);
  for (const [thread, , fromNs, toNs] of runs) busy[thread] = (busy[thread] as number) + toNs - fromNs;
  const W = busy.reduce((sum, ns) => sum + ns, 0);
  const times = timeByCount(running, T);
  const hist = Array.from({ length: threads + 1 }, (_, j) => (times[j] ?? 0) / T);
  const activity: TraceActivity = {
    T, W, busy, hist,
    A: W / T,
    L: counted.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0) / T,
    U: W / T / threads,
    Pi2: hist.slice(2).reduce((sum, share) => sum + share, 0),
    events: trace.events.length,
    lost: trace.lost.reduce((sum, count) => sum + count, 0),
  };
  const timeline: Timeline = {
    durationNs: T,
    threads,
    isCoarse: false,
    tasks: view.tasks.map(({ id, name }) => ({ id, name })),
    runs, rests, handOffs,
    r: averages(running, T, STEPS),
    c: averages(counts, T, STEPS),
  };
  return { activity, timeline, view };
}
