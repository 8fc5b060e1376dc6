/**
 * The load of a processor: the tasks in its queue and those that it holds (taken from
 * the queue and not finished, and its own closures). A new task goes to the processor
 * with the least load, so four equal tasks on two threads become two and two.
 *
 * Not done: one counter that all threads change. After a death, the tasks that the dead
 * thread held could not be distinguished from those that others had just placed there.
 */
import { load, store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor } from "../memory/layout.ts";

/** More than any load. */
const FULL = 2 ** 30;

/** The calling processor holds `by` tasks more. */
export function changeHeld(arena: Arena, by: number): void {
  const at = arena.here + processor.held;
  store(arena.i32, at, arena.i32[at] + by);
}

/** Reads the queue's count first: a task that is being taken is counted twice for a moment, but never missed. */
export function loadOf(arena: Arena, index: number): number {
  const at = arena.processorAt(index);
  return load(arena.i32, at + processor.queueCount) + load(arena.i32, at + processor.held);
}

/** The thread with the least load. Among equal ones, the first from `from` on. The reads are hints: a stale one costs balance, not correctness. */
export function leastLoaded(arena: Arena, from: number): number {
  const { threads } = arena;
  let best = from % threads;
  let least = hintOf(arena, best);
  for (let k = 1; k < threads && least > 0; k++) {
    const index = (from + k) % threads;
    const its = hintOf(arena, index);
    if (its < least) {
      best = index;
      least = its;
    }
  }
  return best;
}

function hintOf(arena: Arena, index: number): number {
  const at = arena.processorAt(index);
  const load = arena.i32[at + processor.queueCount] + arena.i32[at + processor.held];
  // A thread that would refuse the task comes last.
  return arena.i32[at + processor.heapFull] === 0 ? load : load + FULL;
}

/**
 * Whether there is no task on any thread. The loads are read one after the other, while
 * tasks can move. A task moves only when it is placed or stolen. That is counted after
 * the load of the new place has gone up and before the load of the old place goes down.
 * So if the new place is read too early and the old place too late, the count changes
 * between its two readings.
 */
export function hasNoTasks(arena: Arena): boolean {
  for (;;) {
    const moves = countMoves(arena);
    for (let index = 0; index < arena.threads; index++) if (loadOf(arena, index) > 0) return false;
    if (countMoves(arena) === moves) return true;
  }
}

function countMoves(arena: Arena): number {
  let moves = 0;
  for (let index = 0; index <= arena.threads; index++) {
    const at = arena.processorAt(index);
    moves += load(arena.i32, at + processor.placed) + load(arena.i32, at + processor.steals);
  }
  return moves;
}
