/**
 * Tasks that have not started: each processor has a queue in shared memory, from which
 * its owner takes the oldest task and idle processors steal, and a list of tasks that are
 * pinned to it.
 *
 * Invariants: a task record is in at most one list; the lists are touched only under the
 * queue's lock; `queueCount` (of both lists) can be read without the lock, as a hint that
 * is confirmed under the lock later. A thread that steals holds both locks, taken in the
 * order of the processors, so a task is in a queue at every moment. A thread can be
 * killed before any write: each list can be walked from its first record, whichever write
 * was the last, except while stolen tasks are between two lists; then `stealing` names
 * them (repair-queues.ts). A task that is being pushed is named by `pushing` until it is
 * in the list, so a repair knows whether it is in a queue or in the dead thread's hands.
 * Not done: a lock-free deque (Chase-Lev). A started task never moves, so a queue has one
 * push and one pop per task, and the lock costs 20 ns of them.
 */
import { load, store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, taskRecord } from "../memory/layout.ts";
import { lock, unlock } from "../memory/spin-lock.ts";
import type { Recorder } from "../trace/recorder.ts";
import { changeHeld, loadOf } from "./load.ts";

/** The most tasks that are stolen in one step. */
const MAX_STEAL = 32;

/** The words of a list: its first and last record. */
export const STEALABLE = processor.queueFirst;
export const PINNED = processor.pinnedFirst;

/** Appends a task to the queue of processor `index`; returns how many the queue has then. */
export function pushTask(arena: Arena, index: number, record: number, isPinned: boolean): number {
  const { i32, owner, here } = arena;
  const at = arena.processorAt(index);
  i32[record + taskRecord.next] = 0;
  i32[here + processor.pushing] = record;
  lock(i32, at + processor.queueLock, owner);
  i32[record + taskRecord.holder] = 0;
  append(i32, at + (isPinned ? PINNED : STEALABLE), record, record);
  // Under the lock: no other thread has taken the record yet.
  i32[here + processor.pushing] = 0;
  if (isPinned) i32[at + processor.pinnedCount]++;
  const count = i32[at + processor.queueCount] + 1;
  // Atomic: a thread that falls asleep reads it without the lock.
  store(i32, at + processor.queueCount, count);
  unlock(i32, at + processor.queueLock);
  return count;
}

/** Takes the oldest task of one of this thread's lists, in turn while both have some, or 0. The thread holds it from now on. */
export function popTask(arena: Arena): number {
  const { i32, owner, here } = arena;
  if (load(i32, here + processor.queueCount) === 0) return 0;
  lock(i32, here + processor.queueLock, owner);
  const isPinned = i32[here + PINNED] !== 0 && (i32[here + STEALABLE] === 0 || (i32[here + processor.started] & 1) === 0);
  const list = isPinned ? PINNED : STEALABLE;
  const record = i32[here + list];
  if (record !== 0) {
    i32[record + taskRecord.holder] = arena.id + 1;
    changeHeld(arena, 1);
    takeFirst(i32, here + list, i32[record + taskRecord.next]);
    if (list === PINNED) i32[here + processor.pinnedCount]--;
    // Atomic, so that no thread sees it before the task is held: see loadOf.
    store(i32, here + processor.queueCount, i32[here + processor.queueCount] - 1);
  }
  unlock(i32, here + processor.queueLock);
  return record;
}

/** Whether some thread has tasks in its queue that other threads can take. */
export function anyTasks(arena: Arena): boolean {
  for (let index = 0; index < arena.threads; index++) if (countStealable(arena, index) > 0) return true;
  return false;
}

/** How many tasks in the queue of thread `index` other threads can take: a hint. */
export function countStealable(arena: Arena, index: number): number {
  const at = arena.processorAt(index);
  return load(arena.i32, at + processor.queueCount) - arena.i32[at + processor.pinnedCount];
}

/**
 * Moves tasks from another thread's queue to this thread's; returns how many. Checks
 * each other thread once, beginning after this one.
 *
 * Takes half the difference in load, so that equal loads stay equal: tasks that were just
 * placed two and two are not taken from a thread that has not yet had time to start
 * them. From a thread that the watchdog has found not to get to its tasks (`heldUp`), it
 * takes half of them, whatever the loads are. A thread of the reserve takes only these,
 * and one at a time: if all waited for a permit that a task on another thread has, all
 * permits would later go to this thread. If its last one waits, it takes another when it
 * is rung again.
 */
export function stealTasks(arena: Arena, recorder?: Recorder): number {
  const { i32, index, threads, front, here } = arena;
  // This thread would only refuse them.
  if (i32[here + processor.heapFull] !== 0) return 0;
  for (let k = 1; k < threads; k++) {
    const victim = (index + k) % threads;
    const at = arena.processorAt(victim);
    const count = countStealable(arena, victim);
    if (count <= 0) continue;
    const isHeldUp = load(i32, at + processor.heldUp) !== 0;
    if (!isHeldUp && index >= front) continue;
    const surplus = (loadOf(arena, victim) - loadOf(arena, index)) >> 1;
    const wanted = index >= front ? 1 : Math.min(MAX_STEAL, isHeldUp ? (count + 1) >> 1 : surplus);
    if (wanted <= 0) continue;
    const isBusy = loadOf(arena, index) > 0;
    const stolen = stealFrom(arena, victim, wanted);
    if (stolen > 0) {
      if (index >= front && isBusy) store(i32, at + processor.heldUp, 0);
      recorder?.noteSteal(victim, stolen);
      return stolen;
    }
  }
  return 0;
}

function stealFrom(arena: Arena, victim: number, wanted: number): number {
  const { i32, owner, here } = arena;
  const from = arena.processorAt(victim);
  lock(i32, Math.min(from, here) + processor.queueLock, owner);
  lock(i32, Math.max(from, here) + processor.queueLock, owner);
  const count = Math.min(wanted, i32[from + processor.queueCount] - i32[from + processor.pinnedCount]);
  if (count > 0) {
    const first = i32[from + STEALABLE];
    let last = first;
    for (let k = 1; k < count; k++) last = i32[last + taskRecord.next];
    i32[here + processor.stealing] = first;
    i32[here + processor.stealingCount] = count;
    takeFirst(i32, from + STEALABLE, i32[last + taskRecord.next]);
    i32[last + taskRecord.next] = 0;
    append(i32, here + STEALABLE, first, last);
    store(i32, here + processor.queueCount, i32[here + processor.queueCount] + count);
    // Between the two counts: see hasNoTasks.
    store(i32, here + processor.steals, i32[here + processor.steals] + count);
    store(i32, from + processor.queueCount, i32[from + processor.queueCount] - count);
    i32[here + processor.stealingCount] = 0;
  }
  unlock(i32, Math.max(from, here) + processor.queueLock);
  unlock(i32, Math.min(from, here) + processor.queueLock);
  return Math.max(0, count);
}

function append(i32: Int32Array, list: number, first: number, last: number): void {
  const newest = i32[list + 1];
  if (newest === 0) i32[list] = first;
  else i32[newest + taskRecord.next] = first;
  i32[list + 1] = last;
}

/** The list begins with `next` from now on. */
function takeFirst(i32: Int32Array, list: number, next: number): void {
  i32[list] = next;
  if (next === 0) i32[list + 1] = 0;
}
