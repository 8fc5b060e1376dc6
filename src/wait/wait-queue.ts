/**
 * A queue of waiters in a header: doubly linked through the records, first come
 * first served, removed by identity. Under the header's lock. `queue` is the
 * offset of the first record in the header; the last is in the next word.
 */
import { load, store } from "../memory/atomics.ts";
import { waiter } from "../memory/layout.ts";

export function enqueue(i32: Int32Array, at: number, queue: number, record: number): void {
  enqueueAfter(i32, at, queue, record, i32[at + queue + 1]);
}

/** Puts `record` behind `previous`, a record of the queue, or first for 0. */
export function enqueueAfter(i32: Int32Array, at: number, queue: number, record: number, previous: number): void {
  const next = previous === 0 ? i32[at + queue] : i32[previous + waiter.next];
  i32[record + waiter.next] = next;
  i32[record + waiter.previous] = previous;
  // From here on it is in the queue: `relink` goes by these links alone.
  if (previous === 0) i32[at + queue] = record;
  else i32[previous + waiter.next] = record;
  if (next === 0) i32[at + queue + 1] = record;
  else i32[next + waiter.previous] = record;
  i32[record + waiter.queued] = at + queue;
}

/**
 * Takes `record` out of the queue. `queued` is cleared last: from then on the
 * owner may reuse the record of a select's case. The record of a single wait is
 * only reused after its completion, so its `queued` needs no ordering.
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
 * Mends a queue whose holder of the lock died in the middle of a change, keeping
 * what `keep` says: the chain of first and next is whole at every moment, and the
 * rest follows from it. Returns the number of records left.
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
