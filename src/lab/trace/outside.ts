/**
 * Which tasks ran while a thread slept as far as warren is concerned. Its event loop
 * worked, because tasks that await something outside warren (files, timers of Node)
 * continued and stopped again, and none of them acted. A trace has the times at which
 * the loop worked, and these are exact; it does not have the task.
 *
 * So each time is given to a task that waited for something outside warren then: of
 * several to the one that was given least, and to one that has started others only if
 * there is no other, because such a task mostly awaits their results.
 *
 * The event loop also works for what is no task: messages of the main thread, garbage
 * collections, the reading of the clocks. If it worked for less than a twentieth of the
 * time in which tasks waited, nothing is given to any.
 */
import type { RestSlice, RunSlice } from "../timeline.ts";
import { firstEnding, stepsOf, timeByCount, type Interval } from "./steps.ts";

const LEAST_SHARE = 0.05;

/**
 * @param busy when the event loop worked, in order
 * @param waits when tasks waited for something outside warren
 * @param seen what is known to have run on the thread, in order: nothing else ran at that time
 * @param hasChildren whether a task has started others
 */
export function dealt(thread: number, busy: readonly Interval[], waits: readonly RestSlice[], seen: readonly RunSlice[], hasChildren: (task: number) => boolean): RunSlice[] {
  const coming = waits.toSorted((a, b) => a[1] - b[1]);
  const givenNs = new Map<number, number>();
  const given: RunSlice[] = [];
  let next = 0;
  let current: readonly RestSlice[] = [];
  for (const { fromNs, toNs } of busy) {
    const started: RestSlice[] = [];
    for (let wait = coming[next]; wait !== undefined && wait[1] < toNs; wait = coming[++next]) started.push(wait);
    current = [...current, ...started].filter(([, , untilNs]) => untilNs >= toNs);
    const [first] = current.toSorted((a, b) => Number(hasChildren(a[0])) - Number(hasChildren(b[0])) || (givenNs.get(a[0]) ?? 0) - (givenNs.get(b[0]) ?? 0));
    if (first === undefined || isTaken(seen, fromNs, toNs)) continue;
    const slice: RunSlice = [thread, first[0], Math.max(fromNs, first[1]), toNs];
    given.push(slice);
    givenNs.set(first[0], (givenNs.get(first[0]) ?? 0) + slice[3] - slice[2]);
  }
  const waitedNs = timeByCount(stepsOf(waits.map(([, fromNs, toNs]) => ({ fromNs, toNs }))), Math.max(0, ...waits.map(([, , toNs]) => toNs))).slice(1).reduce((sum, ns) => sum + ns, 0);
  const ranNs = given.reduce((sum, [, , fromNs, toNs]) => sum + toNs - fromNs, 0);
  return ranNs < LEAST_SHARE * waitedNs ? [] : given;
}

/** Whether something is known to have run at some of that time. */
function isTaken(seen: readonly RunSlice[], fromNs: number, toNs: number): boolean {
  const slice = firstEnding(seen, fromNs + 1);
  return slice !== undefined && slice[2] < toNs;
}
