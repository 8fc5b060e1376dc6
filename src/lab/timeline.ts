/**
 * What ran when: a traced run as intervals, for drawing and for JSON. Pure types;
 * `trace/` makes them. Times are whole nanoseconds from the start of the region.
 */

/** A task of a timeline. */
export interface TimelineTask {
  /** Its number in the runtime; 0 for tasks without an identity of their own, taken together. */
  readonly id: number;
  /** Name of its function. */
  readonly name: string;
}

/** A thread ran a task: `[thread, index in tasks, fromNs, toNs]`. Of one thread they are disjoint and in order. */
export type RunSlice = readonly [thread: number, task: number, fromNs: number, toNs: number];

/** A task was ready or waited: `[index in tasks, fromNs, toNs, reason]`; reason "ready", a `WaitReason`, or "elsewhere". With its run slices they tile its life without overlap. */
export type RestSlice = readonly [task: number, fromNs: number, toNs: number, reason: string];

/** A task woke another: `[from task, to task, sentNs, resumedNs]`, indices in tasks. */
export type HandOff = readonly [from: number, to: number, sentNs: number, resumedNs: number];

/** A traced run. `isCoarse`: slices too short to be seen were joined, so that there are no more than a few thousand. */
export interface Timeline {
  readonly durationNs: number;
  readonly threads: number;
  readonly isCoarse: boolean;
  readonly tasks: readonly TimelineTask[];
  /** By thread, then by time. */
  readonly runs: readonly RunSlice[];
  /** By task, then by time. */
  readonly rests: readonly RestSlice[];
  readonly handOffs: readonly HandOff[];
  /** r(t) and c(t) in `r.length` equal steps of the duration: time averages in each. */
  readonly r: readonly number[];
  readonly c: readonly number[];
}
