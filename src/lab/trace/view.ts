/**
 * A region of a trace: the states of its tasks, cut at the borders of the region.
 * Times are whole nanoseconds from the start of the region.
 *
 * A coordinator is a task that code outside tasks has spawned, that has itself
 * spawned others and only waits for them: in the region it waits for nothing but ends
 * and messages (no sleep, no lock, no room in a channel), and it does next to nothing
 * itself: a twentieth of all that is run, or, where the region is short or the machine
 * so busy that this is much, a few slices and half of its time. It runs when it runs,
 * but it is no part of the concurrency. One that takes a part of the work itself is.
 */
import type { HandOff, RestSlice, RunSlice, Timeline } from "../timeline.ts";
import type { Life } from "./life.ts";
import type { Collection, Interval, States } from "./states.ts";

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
  /** The tasks that concurrency counts, each from its start to its end, cut. */
  readonly counted: readonly Interval[];
}

/** Cuts states at a region, given from the start of the trace. */
export function viewOf({ threads, durationNs, tasks: lives, runs, handOffs, gcs, crowd }: States, { startNs, endNs }: Region): View {
  /** The part of a time that lies in the region, from its start; nothing if there is none. */
  const cut = (fromNs: number, toNs: number): readonly Interval[] => {
    const [from, to] = [Math.max(0, fromNs - startNs), Math.min(endNs, toNs) - startNs];
    return to > from ? [{ fromNs: from, toNs: to }] : [];
  };
  const workNs = totalNs(runs.flatMap(([, , fromNs, toNs]) => cut(fromNs, toNs)));
  const places = new Map<number, number>();
  const tasks: ViewTask[] = [];
  const rests: RestSlice[] = [];
  for (const [place, life] of lives.entries()) {
    const { id, name } = life;
    const slices = life.slices.flatMap(([, , fromNs, toNs]) => cut(fromNs, toNs));
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
    const hardlyRuns = active !== undefined && (totalNs(slices) * PART_OF_ALL <= workNs || (slices.length <= FEW && totalNs(slices) * 2 <= active.toNs - active.fromNs));
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
    counted: [...tasks.flatMap(({ active, isCoordinator }) => (active === null || isCoordinator ? [] : [active])), ...crowd.flatMap(({ fromNs, toNs }) => cut(fromNs, toNs))],
  };
}

/** What a coordinator does: of all that is run one part in so many, or so many slices. */
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
