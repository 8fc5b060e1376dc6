/** Intervals of time: how many of some hold at a time, for r(t) and c(t), and which slice is the first to end. */
import type { RunSlice } from "../timeline.ts";

/** From when to when. */
export interface Interval {
  readonly fromNs: number;
  readonly toNs: number;
}

/** From `ns` on, `count` of them hold. */
export interface Step {
  readonly ns: number;
  readonly count: number;
}

/** The count as steps, by time, one for each moment at which it changes; the first at 0. */
export function stepsOf(intervals: readonly Interval[]): Step[] {
  const changes = new Map<number, number>([[0, 0]]);
  const change = (ns: number, by: number): unknown => changes.set(ns, (changes.get(ns) ?? 0) + by);
  for (const { fromNs, toNs } of intervals) {
    change(fromNs, 1);
    change(toNs, -1);
  }
  const steps: Step[] = [];
  let count = 0;
  for (const [ns, by] of [...changes].toSorted(([a], [b]) => a - b)) {
    if (by === 0 && ns > 0) continue;
    count += by;
    steps.push({ ns, count });
  }
  return steps;
}

/** Nanoseconds until `endNs` for which each count holds, by count. */
export function timeByCount(steps: readonly Step[], endNs: number): number[] {
  const times: number[] = [];
  for (const [k, { ns, count }] of steps.entries()) {
    while (times.length <= count) times.push(0);
    times[count] = (times[count] as number) + Math.max(0, (steps[k + 1]?.ns ?? endNs) - ns);
  }
  return times;
}

/** Time averages of the count in `parts` equal parts of the time until `endNs`. */
export function averages(steps: readonly Step[], endNs: number, parts: number): number[] {
  const sums = Array.from({ length: parts }, () => 0);
  const partNs = endNs / parts;
  for (const [k, { ns, count }] of steps.entries()) {
    const untilNs = Math.min(endNs, steps[k + 1]?.ns ?? endNs);
    if (count === 0) continue;
    for (let part = Math.min(parts - 1, Math.floor(ns / partNs)); part < parts && part * partNs < untilNs; part++) {
      const [fromNs, toNs] = [Math.max(ns, part * partNs), Math.min(untilNs, (part + 1) * partNs)];
      sums[part] = (sums[part] as number) + count * Math.max(0, toNs - fromNs);
    }
  }
  return sums.map((sum) => sum / partNs);
}

/** The first of some slices, which are in order, that ends at `ns` or later. */
export function firstEnding(slices: readonly RunSlice[], ns: number): RunSlice | undefined {
  let [low, high] = [0, slices.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slices[middle] as RunSlice)[3] >= ns) high = middle;
    else low = middle + 1;
  }
  return slices[low];
}
