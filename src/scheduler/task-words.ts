/**
 * What happens to a task's record in shared memory, as functions over words: it is made
 * and queued, taken, and ended. They are compiled to WebAssembly (memory/compiled.ts);
 * the explorer runs this very source. Invariants: see task-queue.ts.
 *
 * `here`, `id` and `owner` are the processor record, processor id and lock id of this
 * thread, `at` the record of the processor that gets the task.
 */
import { cas, load, store } from "../memory/atomics.ts";
import { OUTCOME, RECORD, TASK_WORDS, indexOfId, processor, processorAt, superblock, taskRecord } from "../memory/layout.ts";
import { TASK_CLASS } from "../memory/size-classes.ts";
import { isAsleepAt } from "../wait/doorbell.ts";
import { pushInboxOf } from "../wait/inbox.ts";

/** The words of a list: its first and last record. */
export const STEALABLE: number = processor.queueFirst;
export const PINNED: number = processor.pinnedFirst;

/** What `placeTask` adds to a record, which is at a multiple of 16: the task's processor sleeps; it has several tasks and is awake, while other threads sleep. */
export const TO_RING = 1;
export const TO_HELP = 2;

/** `takeTask`: another thread has the lock. */
export const LOCKED: number = -1;

/**
 * Makes the record of a task without guards and appends it to a queue. Returns it, with
 * `TO_RING` or `TO_HELP`; 0 if the magazine has no block: then nothing is done; below 0, if
 * another thread has the lock: minus the record, which is made and in no queue.
 */
export function placeTask(i32: Int32Array, here: number, id: number, owner: number, at: number, isPinned: number, join: number, name: number, task: number, payload: number): number {
  const magazine = here + processor.magazines + 2 * TASK_CLASS;
  const record = i32[magazine];
  if (record === 0) return 0;
  i32[magazine] = i32[record];
  i32[magazine + 1]--;
  i32[here + processor.usedWords] += TASK_WORDS;
  i32[record + taskRecord.record] = RECORD.task;
  i32[record + taskRecord.owner] = id;
  i32[record + taskRecord.join] = join;
  i32[record + taskRecord.name] = name;
  i32[record + taskRecord.id] = task;
  i32[record + taskRecord.payload] = payload;
  i32[record + taskRecord.outcome] = OUTCOME.pending;
  i32[record + taskRecord.holder] = id + 1;
  i32[record + taskRecord.leases] = 0;
  const count = tryPush(i32, here, owner, at, record, isPinned);
  if (count === 0) return -record;
  countPlaced(i32, here);
  if (isAsleepAt(i32, at)) return at === here ? record : record + TO_RING;
  return isPinned === 0 && (at === here || count > 1) && load(i32, superblock.sleepers) !== 0 ? record + TO_HELP : record;
}

/** Call it after the load has gone up: see `hasNoTasks` in load.ts. */
export function countPlaced(i32: Int32Array, here: number): void {
  store(i32, here + processor.placed, (i32[here + processor.placed] + 1) | 0);
}

/** Appends a task to a queue. Returns how many it has then, or 0 if another thread has the lock: then take it, and call `pushLocked`. */
export function tryPush(i32: Int32Array, here: number, owner: number, at: number, record: number, isPinned: number): number {
  i32[record + taskRecord.next] = 0;
  i32[here + processor.pushing] = record;
  if (cas(i32, at + processor.queueLock, 0, owner) !== 0) return 0;
  return pushLocked(i32, here, at, record, isPinned);
}

/** As `tryPush`, under the lock, which it releases. */
export function pushLocked(i32: Int32Array, here: number, at: number, record: number, isPinned: number): number {
  i32[record + taskRecord.holder] = 0;
  append(i32, at + (isPinned === 0 ? STEALABLE : PINNED), record, record);
  // Under the lock: no other thread has taken the record yet.
  i32[here + processor.pushing] = 0;
  if (isPinned !== 0) i32[at + processor.pinnedCount]++;
  const count = i32[at + processor.queueCount] + 1;
  // Atomic: a thread that falls asleep reads it without the lock.
  store(i32, at + processor.queueCount, count);
  store(i32, at + processor.queueLock, 0);
  return count;
}

/** Takes the oldest task of one of this thread's lists, as `takeLocked`. 0 if there is none or the runtime is stopping, or `LOCKED`. */
export function takeTask(i32: Int32Array, here: number, id: number, owner: number): number {
  if (load(i32, here + processor.queueCount) === 0 || load(i32, superblock.stopping) !== 0) return 0;
  if (cas(i32, here + processor.queueLock, 0, owner) !== 0) return LOCKED;
  return takeLocked(i32, here, id);
}

/** Takes a task under the lock, which it releases: in turn while both lists have some. The thread holds it from now on. */
export function takeLocked(i32: Int32Array, here: number, id: number): number {
  const isPinned = i32[here + PINNED] !== 0 && (i32[here + STEALABLE] === 0 || (i32[here + processor.started] & 1) === 0);
  const list = isPinned ? PINNED : STEALABLE;
  const record = i32[here + list];
  if (record !== 0) {
    i32[record + taskRecord.holder] = id + 1;
    store(i32, here + processor.held, i32[here + processor.held] + 1);
    removeFirst(i32, here + list, i32[record + taskRecord.next]);
    if (isPinned) i32[here + processor.pinnedCount]--;
    // Atomic, so that no thread sees it before the task is held: see loadOf.
    store(i32, here + processor.queueCount, i32[here + processor.queueCount] - 1);
  }
  store(i32, here + processor.queueLock, 0);
  return record;
}

/** A task of a join has ended on this thread, and the record goes home with the outcome: 1 if that is here, 0 if it is on its way, −1 − `index` of a thread that gets it and sleeps. */
export function endTask(i32: Int32Array, here: number, id: number, record: number, outcome: number, payload: number): number {
  i32[here + processor.finished]++;
  store(i32, here + processor.held, i32[here + processor.held] - 1);
  i32[record + taskRecord.outcome] = outcome;
  i32[record + taskRecord.payload] = payload;
  i32[record + taskRecord.record] = RECORD.result;
  const owner = i32[record + taskRecord.owner];
  if (owner === id) return 1;
  const at = processorAt(i32, indexOfId(owner));
  pushInboxOf(i32, at, record);
  return isAsleepAt(i32, at) ? -1 - indexOfId(owner) : 0;
}

/** Appends records that are linked to a list. */
export function append(i32: Int32Array, list: number, first: number, last: number): void {
  const newest = i32[list + 1];
  if (newest === 0) i32[list] = first;
  else i32[newest + taskRecord.next] = first;
  i32[list + 1] = last;
}

/** The list begins with `next` from now on. */
export function removeFirst(i32: Int32Array, list: number, next: number): void {
  i32[list] = next;
  if (next === 0) i32[list + 1] = 0;
}
