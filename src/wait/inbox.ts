/**
 * The inbox of a processor: records that other threads pass to it, such as waiters
 * that are done and tasks that have finished.
 *
 * It is a stack in shared memory with many producers and one consumer. The consumer
 * takes the whole stack and reverses it, so records arrive in order. There is no ABA
 * problem, because no thread pops a single record.
 * Source: Treiber (1986).
 */
import { cas, exchange, load } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, waiter } from "../memory/layout.ts";

/** Passes a record to processor `index`; ring its bell afterwards. */
export function pushInbox(arena: Arena, index: number, record: number): void {
  pushInboxOf(arena.i32, arena.processorAt(index), record);
}

/** As `pushInbox`, given the record of the processor. */
export function pushInboxOf(i32: Int32Array, there: number, record: number): void {
  const at = there + processor.inbox;
  let newest = i32[at];
  for (;;) {
    i32[record + waiter.inboxNext] = newest;
    const seen = cas(i32, at, newest, record);
    if (seen === newest) return;
    newest = seen;
  }
}

/** Whether the caller's inbox holds something. */
export function hasMail(arena: Arena): boolean {
  return load(arena.i32, arena.here + processor.inbox) !== 0;
}

/** Takes all records out of the caller's inbox, or that of a dead processor; returns the oldest, linked by `inboxNext`, or 0. */
export function takeInbox(arena: Arena, index: number = arena.index): number {
  const { i32 } = arena;
  const at = arena.processorAt(index) + processor.inbox;
  if (i32[at] === 0) return 0;
  let record = exchange(i32, at, 0);
  let older = 0;
  while (record !== 0) {
    const next = i32[record + waiter.inboxNext];
    i32[record + waiter.inboxNext] = older;
    older = record;
    record = next;
  }
  return older;
}
