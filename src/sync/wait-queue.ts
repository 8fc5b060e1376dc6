/**
 * A queue of waiters in a header: doubly linked through the records, first come
 * first served, removed by identity. Under the header's lock. `queue` is the
 * offset of the first record in the header; the last is in the next word.
 */
import { load, store } from "../memory/atomics.ts";
import { waiter } from "../memory/layout.ts";

export function enqueue(i32: Int32Array, at: number, queue: number, record: number): void {
  const last = i32[at + queue + 1];
  i32[record + waiter.next] = 0;
  i32[record + waiter.previous] = last;
  if (last === 0) i32[at + queue] = record;
  else i32[last + waiter.next] = record;
  i32[at + queue + 1] = record;
  i32[record + waiter.queued] = at;
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

export function isQueued(i32: Int32Array, record: number): boolean {
  return load(i32, record + waiter.queued) !== 0;
}

export function queueLength(i32: Int32Array, at: number, queue: number): number {
  let length = 0;
  for (let record = i32[at + queue]; record !== 0; record = i32[record + waiter.next]) length++;
  return length;
}
