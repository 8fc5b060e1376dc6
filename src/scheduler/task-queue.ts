/**
 * Unstarted tasks: one queue per processor in shared memory, from which its
 * owner takes the oldest and idle processors steal half.
 *
 * Invariants: a task record is in at most one queue; the queue is only touched
 * under its lock; `count` may be read without it, as a hint that a later look
 * under the lock confirms.
 * Not done: a lock-free deque (Chase-Lev). A started task never moves, so a queue
 * sees one push and one pop per task, and the lock costs 20 ns of that.
 */
import { load, store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, taskRecord } from "../memory/layout.ts";
import { lock, unlock } from "../memory/spin-lock.ts";
import { changeLoad, loadOf } from "./load.ts";

/** Most tasks stolen at once. */
const MAX_STEAL = 32;

/** Appends a task to the queue of processor `index`; returns how many there are then. */
export function pushTask(arena: Arena, index: number, record: number): number {
  const { i32, owner } = arena;
  const at = arena.processorAt(index);
  i32[record + taskRecord.next] = 0;
  lock(i32, at + processor.queueLock, owner);
  append(i32, at, record, record);
  const count = ++i32[at + processor.queueCount];
  unlock(i32, at + processor.queueLock);
  return count;
}

/** Takes the oldest unstarted task of this thread, or 0. */
export function popTask(arena: Arena): number {
  const { i32, owner, here } = arena;
  if (load(i32, here + processor.queueCount) === 0) return 0;
  lock(i32, here + processor.queueLock, owner);
  const record = i32[here + processor.queueFirst];
  if (record !== 0) {
    i32[here + processor.queueFirst] = i32[record + taskRecord.next];
    if (i32[here + processor.queueFirst] === 0) i32[here + processor.queueLast] = 0;
    i32[here + processor.queueCount]--;
  }
  unlock(i32, here + processor.queueLock);
  return record;
}

/** Whether some thread has unstarted tasks. */
export function anyTasks(arena: Arena): boolean {
  const { i32, threads } = arena;
  for (let index = 0; index < threads; index++) {
    if (load(i32, arena.processorAt(index) + processor.queueCount) !== 0) return true;
  }
  return false;
}

/**
 * Moves unstarted tasks of another thread here; returns how many. Looks at each
 * victim once, beginning after this thread.
 *
 * Takes half the difference in load, so that equal loads stay equal: tasks that
 * were just placed two and two are not taken from a thread that has merely not
 * come to them yet. A thread that the watchdog has found computing in one slice
 * for long loses half of them whatever the loads.
 */
export function stealTasks(arena: Arena): number {
  const { i32, index, threads } = arena;
  for (let k = 1; k < threads; k++) {
    const victim = (index + k) % threads;
    const at = arena.processorAt(victim);
    const count = load(i32, at + processor.queueCount);
    if (count === 0) continue;
    const surplus = (loadOf(arena, victim) - loadOf(arena, index)) >> 1;
    const slice = i32[at + processor.sliceStart];
    const isHeldUp = slice !== 0 && load(i32, at + processor.heldUp) === slice;
    const wanted = Math.min(MAX_STEAL, isHeldUp ? (count + 1) >> 1 : surplus);
    if (wanted <= 0) continue;
    const stolen = stealFrom(arena, victim, wanted);
    if (stolen > 0) return stolen;
  }
  return 0;
}

function stealFrom(arena: Arena, victim: number, wanted: number): number {
  const { i32, owner, here } = arena;
  const from = arena.processorAt(victim);
  lock(i32, from + processor.queueLock, owner);
  const count = Math.min(wanted, i32[from + processor.queueCount]);
  const first = i32[from + processor.queueFirst];
  let last = first;
  for (let k = 1; k < count; k++) last = i32[last + taskRecord.next];
  if (count > 0) {
    i32[from + processor.queueFirst] = i32[last + taskRecord.next];
    if (i32[from + processor.queueFirst] === 0) i32[from + processor.queueLast] = 0;
    i32[from + processor.queueCount] -= count;
    i32[last + taskRecord.next] = 0;
  }
  unlock(i32, from + processor.queueLock);
  if (count === 0) return 0;
  for (let record = first; record !== 0; record = i32[record + taskRecord.next]) i32[record + taskRecord.place] = arena.index;
  changeLoad(arena, arena.index, count);
  // Between the two: see hasNoTasks.
  store(i32, here + processor.steals, i32[here + processor.steals] + count);
  changeLoad(arena, victim, -count);
  lock(i32, here + processor.queueLock, owner);
  append(i32, here, first, last);
  i32[here + processor.queueCount] += count;
  unlock(i32, here + processor.queueLock);
  return count;
}

function append(i32: Int32Array, at: number, first: number, last: number): void {
  const newest = i32[at + processor.queueLast];
  if (newest === 0) i32[at + processor.queueFirst] = first;
  else i32[newest + taskRecord.next] = first;
  i32[at + processor.queueLast] = last;
}
