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
 * push and one pop per task, and the lock costs a few ns of them.
 */
import { load, store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, taskRecord } from "../memory/layout.ts";
import { lock, unlock } from "../memory/spin-lock.ts";
import type { Recorder } from "../trace/recorder.ts";
import { loadOf } from "./load.ts";
import { LOCKED, STEALABLE, append, pushLocked, removeFirst, takeLocked } from "./task-words.ts";

/** The most tasks that are stolen in one step. */
const MAX_STEAL = 32;

/** Appends a task to the queue of processor `index`; returns how many the queue has then. */
export function pushTask(arena: Arena, index: number, record: number, isPinned: boolean): number {
  const { i32, owner, here } = arena;
  const at = arena.processorAt(index);
  const pinned = isPinned ? 1 : 0;
  const count = arena.compiled.tryPush(here, owner, at, record, pinned);
  if (count !== 0) return count;
  lock(i32, at + processor.queueLock, owner);
  return pushLocked(i32, here, at, record, pinned);
}

/** Takes the oldest task of one of this thread's lists, in turn while both have some; 0 if there is none, or if the runtime is stopping. The thread holds it from now on. */
export function popTask(arena: Arena): number {
  const { i32, owner, here, id } = arena;
  const record = arena.compiled.takeTask(here, id, owner);
  if (record !== LOCKED) return record;
  lock(i32, here + processor.queueLock, owner);
  return takeLocked(i32, here, id);
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
    removeFirst(i32, from + STEALABLE, i32[last + taskRecord.next]);
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
