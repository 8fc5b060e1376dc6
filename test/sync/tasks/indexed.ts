/** What must hold for the index of a counter, seen from outside (src/sync/counter-index.ts). */
import { expect } from "vitest";
import { counterWaiter, syncHeader, waiter } from "../../../src/memory/layout.ts";

/** The tree holds the records of the queue, in its order, each linked both ways. Returns its depth. */
export function expectIndexed(i32: Int32Array, header: number): number {
  const queued: number[] = [];
  for (let record = i32[header + syncHeader.waitersFirst]; record !== 0; record = i32[record + waiter.next]) queued.push(record);
  const indexed: number[] = [];
  const visit = (record: number, above: number): number => {
    if (record === 0) return 0;
    expect(i32[record + counterWaiter.above]).toBe(above);
    const left = visit(i32[record + counterWaiter.left], record);
    indexed.push(record);
    return 1 + Math.max(left, visit(i32[record + counterWaiter.right], record));
  };
  const depth = visit(i32[header + syncHeader.root], 0);
  expect(indexed).toEqual(queued);
  return depth;
}
