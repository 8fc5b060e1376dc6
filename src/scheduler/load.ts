/**
 * Load of a processor: tasks placed there and not finished. It decides where a
 * new task goes, so that four equal tasks on two threads are two and two.
 */
import { add, load } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor } from "../memory/layout.ts";

export function changeLoad(arena: Arena, index: number, by: number): void {
  add(arena.i32, arena.processorAt(index) + processor.load, by);
}

export function loadOf(arena: Arena, index: number): number {
  return load(arena.i32, arena.processorAt(index) + processor.load);
}

/** The thread with the least load; ties go round, beginning at `from`. Reads are hints: a stale one costs balance, not correctness. */
export function leastLoaded(arena: Arena, from: number): number {
  const { i32, threads } = arena;
  let best = from % threads;
  let least = i32[arena.processorAt(best) + processor.load];
  for (let k = 1; k < threads && least > 0; k++) {
    const index = (from + k) % threads;
    const its = i32[arena.processorAt(index) + processor.load];
    if (its < least) {
      best = index;
      least = its;
    }
  }
  return best;
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
