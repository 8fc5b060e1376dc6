/**
 * A region of a recording: the states of its tasks, cut at the region's borders.
 * Times are whole nanoseconds from the start of the region.
 *
 * A coordinator is a task that code outside tasks has spawned, that has itself
 * spawned others and only waits for them: in the region it waits for nothing but ends
 * and messages (no sleep, no lock, no room in a channel), and it does next to nothing
 * itself: a twentieth of all that is run, or, where the region is short or the machine
 * so busy that this is much, a few slices and half of its time. It runs when it runs,
 * but it is no part of the concurrency. One that takes a part of the work itself is.
 */
import type { Life, Rest, RestSpan } from "./life.ts";
import type { Span, States, Wake } from "./states.ts";

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
  readonly rests: readonly RestSpan[];
}

export interface Interval {
  readonly fromNs: number;
  readonly toNs: number;
}

/** A thread ran a task, a place in `tasks`. */
export interface Run extends Span {
  readonly task: number;
}

/** What happened in a region. */
export interface View {
  readonly threads: number;
  readonly durationNs: number;
  readonly tasks: readonly ViewTask[];
  /** By thread, then by time. */
  readonly runs: readonly Run[];
  readonly wakes: readonly Wake[];
  readonly gcs: readonly (Span & { readonly type: string })[];
  /** The tasks that concurrency counts, each from its start to its end, cut. */
  readonly counted: readonly Interval[];
}

/** Cuts states at a region, given from the start of the recording. */
export function viewOf(states: States, { startNs, endNs }: Region): View {
  const cut = <T extends Interval>(span: T): T[] => {
    const [fromNs, toNs] = [Math.max(0, span.fromNs - startNs), Math.min(endNs, span.toNs) - startNs];
    return toNs > fromNs ? [{ ...span, fromNs, toNs }] : [];
  };
  const places = new Map<number, number>();
  const tasks: ViewTask[] = [];
  const workNs = totalNs(states.slices.flatMap((slices) => slices.flatMap(cut)));
  for (const [place, life] of states.tasks.entries()) {
    const task = viewTask(life, { cut, workNs, durationNs: states.durationNs });
    if (task === null) continue;
    places.set(place, tasks.length);
    tasks.push(task);
  }
  const at = (place: number): number => places.get(place) as number;
  return {
    threads: states.threads,
    durationNs: endNs - startNs,
    tasks,
    runs: states.slices.flatMap((slices, thread) => slices.flatMap(({ task, fromNs, toNs }) => cut({ thread, task: places.get(task) ?? -1, fromNs, toNs }))),
    wakes: states.wakes
      .filter(({ from, to, sentNs, resumedNs }) => sentNs >= startNs && resumedNs <= endNs && resumedNs >= sentNs && places.has(from) && places.has(to))
      .map(({ from, to, sentNs, resumedNs }) => ({ from: at(from), to: at(to), sentNs: sentNs - startNs, resumedNs: resumedNs - startNs })),
    gcs: states.gcs.flatMap(cut),
    counted: [...tasks.flatMap(({ active, isCoordinator }) => (active === null || isCoordinator ? [] : [active])), ...states.crowd.flatMap(cut)],
  };
}

interface Cutting {
  readonly cut: <T extends Interval>(span: T) => T[];
  /** Time of all run slices in the region. */
  readonly workNs: number;
  /** Of the recording. */
  readonly durationNs: number;
}

function viewTask(life: Life, { cut, workNs, durationNs }: Cutting): ViewTask | null {
  const { id, name } = life;
  const slices = life.slices.flatMap(cut);
  if (id === 0) return slices.length === 0 ? null : { id, name, life: null, active: null, isCoordinator: false, rests: [] };
  const toNs = life.endNs ?? durationNs;
  const [whole] = cut({ fromNs: life.bornNs, toNs });
  if (whole === undefined) return null;
  const active = life.startNs === null ? undefined : cut({ fromNs: life.startNs, toNs })[0];
  const rests = life.rests(toNs).flatMap(cut);
  const hardlyRuns = active !== undefined && (totalNs(slices) * PART_OF_ALL <= workNs || (slices.length <= FEW && totalNs(slices) * 2 <= active.toNs - active.fromNs));
  return { id, name, life: whole, active: active ?? null, isCoordinator: hardlyRuns && onlyWaits(life, rests), rests };
}

/** What a coordinator does: of all that is run one part in so many, or so many slices. */
const PART_OF_ALL = 20;
const FEW = 4;

function totalNs(spans: readonly Interval[]): number {
  return spans.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
}

/** Who waits for these has work of its own. */
const WORK: ReadonlySet<Rest> = new Set(["sleep", "send", "lock", "acquire", "barrier", "once"]);

function onlyWaits({ hasParent, children }: Life, rests: readonly RestSpan[]): boolean {
  return !hasParent && children > 0 && rests.every(({ rest }) => !WORK.has(rest));
}
