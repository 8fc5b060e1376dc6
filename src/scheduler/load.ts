/**
 * Load of a processor: the tasks in its queue and those it holds (taken from the
 * queue and not finished, and its own closures). It decides where a new task
 * goes, so that four equal tasks on two threads are two and two.
 *
 * Not done: one counter that everybody changes. What a dead thread held could
 * then not be told from what others had just placed there.
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

/** The count before what is held: a task that is taken is counted twice for a moment, never not at all. */
export function loadOf(arena: Arena, index: number): number {
  const at = arena.processorAt(index);
  return load(arena.i32, at + processor.queueCount) + load(arena.i32, at + processor.held);
}

/** The thread with the least load; ties go round, beginning at `from`. Reads are hints: a stale one costs balance, not correctness. */
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
  // One that would refuse it comes last.
  return arena.i32[at + processor.heapFull] === 0 ? load : load + FULL;
}

/**
 * Whether no task lives on any thread. The loads are read one after the other
 * while tasks may move. A task moves only by being placed or stolen, which is
 * counted after the new place's load has gone up and before the old one's goes
 * down: whoever reads the new place too early and the old one too late has that
 * count between its two.
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
