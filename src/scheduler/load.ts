/**
 * The load of a processor: the tasks in its queue and those that it holds (taken from
 * the queue and not finished, and its own closures). A new task goes to a processor
 * with about the least load, so four equal tasks on two threads become two and two.
 *
 * As many threads as there are cores are *in front*. A task that the program has not
 * placed goes to one of them. The others are the reserve: they take a task that has not
 * started from a thread that does not get to it (`heldUp`), because a task holds it in
 * one long computation or in a system call. Only so do threads beyond the cores pay: on
 * the cores themselves they only take turns, and a hand-over between threads that take
 * turns costs a wake-up, some 30 µs. Source: Go's proc.go (GOMAXPROCS processors,
 * handed on by sysmon).
 *
 * Tasks that are started one after the other often talk to each other. So where there are
 * many, they go to one thread as long as its load is at most an eighth above the least.
 * Few tasks are spread evenly, because each of them may compute.
 *
 * Not done: a task starts on the thread of the task that started it, and idle threads
 * steal (Go). A started task never moves here, so eight workers that begin by waiting
 * would stay on one thread.
 *
 * Not done: one counter that all threads change. After a death, the tasks that the dead
 * thread held could not be distinguished from those that others had just placed there.
 */
import { load, store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor } from "../memory/layout.ts";

/** From this load on, tasks that are started one after the other stay together. */
const MANY = 32;
/** So many other threads are looked at, more only while none of them has less than `SOME`. To look at all of 64 costs 40 cache misses. */
const ENOUGH_LOOKS = 8;
const SOME = 2;
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

/**
 * The thread for the next task of a starter that gave its last one to `last`: that one
 * again, or one with the least load. The reads are hints: a stale one costs balance, not
 * correctness.
 */
export function placeFor(arena: Arena, last: number): number {
  const { front, threads } = arena;
  const best = leastOf(arena, last, front);
  // If no thread in front starts tasks, one of the reserve does.
  return front < threads && hintOf(arena, best) >= FULL ? leastOf(arena, last, threads) : best;
}

/** Ties go to another thread than the last one. Few tasks are spread over all threads; where each has several, some of the threads tell enough (Azar et al., Balanced Allocations, 1994). */
function leastOf(arena: Arena, last: number, count: number): number {
  const stay = last % count;
  const load = hintOf(arena, stay);
  let best = stay;
  let least = load;
  const others = count - 1;
  // With each task it begins at other threads, so that all are looked at in turn.
  const skipped = others > ENOUGH_LOOKS ? (arena.i32[arena.here + processor.placed] * ENOUGH_LOOKS) % others : 0;
  for (let k = 0; k < others && least > 0; k++) {
    if (k >= ENOUGH_LOOKS && least >= SOME && least < FULL) break;
    const index = (stay + 1 + ((skipped + k) % others)) % count;
    const its = hintOf(arena, index);
    if (its < least || (its === least && best === stay)) {
      best = index;
      least = its;
    }
  }
  return least >= MANY && load <= least + (least >> 3) ? stay : best;
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
