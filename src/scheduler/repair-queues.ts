/**
 * The main thread repairs the queues of tasks that have not started, after a thread has
 * died. Each list can be walked from its first record, whichever write was the last.
 * Tasks that were being stolen and are in no list go to the dead thread's queue, from
 * which its replacement or another thread takes them. A task that was being taken and is
 * still linked has not been taken. A task that was being pushed and is in no list is lost
 * with the dead thread, as its `holder` says from then on.
 */
import type { Arena } from "../memory/arena.ts";
import { processor, processorId, taskRecord } from "../memory/layout.ts";
import { lock, unlock } from "../memory/spin-lock.ts";
import { PINNED, STEALABLE } from "./task-words.ts";

export function repairQueues(arena: Arena, dead: number): void {
  const { i32, threads, owner } = arena;
  const at = arena.processorAt(dead);
  const heldOf = Array.from({ length: threads + 1 }, (_, index) => index).filter((index) => i32[arena.processorAt(index) + processor.queueLock] === dead + 1);
  const queued = repair(arena, dead, heldOf);
  // If it was not stealing, the locks that it holds can be released before waiting for the lock of its own queue.
  if (!heldOf.includes(dead)) {
    lock(i32, at + processor.queueLock, owner);
    repair(arena, dead, [dead]);
  }
  const pushing = i32[at + processor.pushing];
  if (pushing !== 0 && !queued.has(pushing)) i32[pushing + taskRecord.holder] = processorId(dead, i32[at + processor.incarnation]) + 1;
  i32[at + processor.pushing] = 0;
}

/** Repairs the queues of processors, whose locks are held, and releases the locks. Returns the tasks in these queues. */
function repair(arena: Arena, dead: number, broken: readonly number[]): Set<number> {
  const { i32 } = arena;
  const at = arena.processorAt(dead);
  const queued = new Set<number>();
  for (const index of broken) {
    const its = arena.processorAt(index);
    const pinned = walk(i32, its + PINNED);
    const stealable = walk(i32, its + STEALABLE);
    for (const record of [...pinned, ...stealable]) queued.add(record);
    link(i32, its + PINNED, pinned);
    link(i32, its + STEALABLE, stealable);
    i32[its + processor.pinnedCount] = pinned.length;
    i32[its + processor.queueCount] = pinned.length + stealable.length;
  }
  if (broken.includes(dead)) {
    const between = stolen(i32, at).filter((record) => !queued.has(record));
    link(i32, at + STEALABLE, [...walk(i32, at + STEALABLE), ...between]);
    i32[at + processor.queueCount] += between.length;
    i32[at + processor.stealingCount] = 0;
  }
  for (const index of broken) unlock(i32, arena.processorAt(index) + processor.queueLock);
  return queued;
}

function walk(i32: Int32Array, list: number): number[] {
  const records: number[] = [];
  for (let record = i32[list]; record !== 0; record = i32[record + taskRecord.next]) records.push(record);
  return records;
}

function stolen(i32: Int32Array, at: number): number[] {
  const records: number[] = [];
  let record = i32[at + processor.stealing];
  for (let left = i32[at + processor.stealingCount]; left > 0 && record !== 0; left--) {
    records.push(record);
    record = i32[record + taskRecord.next];
  }
  return records;
}

/** Makes `records` the list; none of them has been taken. */
function link(i32: Int32Array, list: number, records: readonly number[]): void {
  for (const [k, record] of records.entries()) {
    i32[record + taskRecord.next] = records[k + 1] ?? 0;
    i32[record + taskRecord.holder] = 0;
  }
  i32[list] = records[0] ?? 0;
  i32[list + 1] = records.at(-1) ?? 0;
}
