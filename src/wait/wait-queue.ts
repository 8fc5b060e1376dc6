/**
 * A queue of waiters in a header: doubly linked through the records, first come
 * first served, with removal of any record. All under the header's lock. `queue` is
 * the offset of the word with the first record; the next word has the last record.
 */
import { load, store } from "../memory/atomics.ts";
import { waiter } from "../memory/layout.ts";

export function enqueue(i32: Int32Array, at: number, queue: number, record: number): void {
  enqueueAfter(i32, at, queue, record, i32[at + queue + 1]);
}

/** Inserts `record` behind `previous`, a record of the queue, or at the head if `previous` is 0. */
export function enqueueAfter(i32: Int32Array, at: number, queue: number, record: number, previous: number): void {
  const next = previous === 0 ? i32[at + queue] : i32[previous + waiter.next];
  i32[record + waiter.next] = next;
  i32[record + waiter.previous] = previous;
  // From this write on the record is in the queue: `relink` follows only these links.
  if (previous === 0) i32[at + queue] = record;
  else i32[previous + waiter.next] = record;
  if (next === 0) i32[at + queue + 1] = record;
  else i32[next + waiter.previous] = record;
  i32[record + waiter.queued] = at + queue;
}

/**
 * Removes `record` from the queue. `queued` is cleared last, because from then on
 * the owner can reuse the record of a select's case. The record of a single wait is
 * reused only after the wait has ended, so its `queued` needs no ordering.
 */
export function unlink(i32: Int32Array, at: number, queue: number, record: number): void {
  const next = i32[record + waiter.next];
  const previous = i32[record + waiter.previous];
  if (previous === 0) i32[at + queue] = next;
  else i32[previous + waiter.next] = next;
  if (next === 0) i32[at + queue + 1] = previous;
  else i32[next + waiter.previous] = previous;
  if (i32[record + waiter.decider] === record) i32[record + waiter.queued] = 0;
  else store(i32, record + waiter.queued, 0);
}

/**
 * Repairs a queue after the thread that held its lock died in the middle of a change,
 * and keeps the records for which `keep` returns true. The chain of `first` and `next`
 * is intact at every moment, and everything else follows from it. Returns the number
 * of records left.
 */
export function relink(i32: Int32Array, at: number, queue: number, keep: (record: number) => boolean): number {
  let length = 0;
  let last = 0;
  for (let record = i32[at + queue]; record !== 0; record = i32[record + waiter.next]) {
    if (!keep(record)) continue;
    if (last === 0) i32[at + queue] = record;
    else i32[last + waiter.next] = record;
    i32[record + waiter.previous] = last;
    i32[record + waiter.queued] = at + queue;
    last = record;
    length++;
  }
  if (last === 0) i32[at + queue] = 0;
  else i32[last + waiter.next] = 0;
  i32[at + queue + 1] = last;
  return length;
}

export function isQueued(i32: Int32Array, record: number): boolean {
  return load(i32, record + waiter.queued) !== 0;
}

export function queueLength(i32: Int32Array, at: number, queue: number): number {
  let length = 0;
  for (let record = i32[at + queue]; record !== 0; record = i32[record + waiter.next]) length++;
  return length;
}
