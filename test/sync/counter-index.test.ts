/** The index of a counter: the same records as the queue in the same order, and the place that a search would find, however the waits come and go. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { counterWaiter, syncHeader, waiter, WAITER_WORDS } from "../../src/memory/layout.ts";
import { CounterIndex } from "../../src/sync/counter-index.ts";
import { enqueueAfter, unlink } from "../../src/wait/wait-queue.ts";
import { expectIndexed } from "./tasks/indexed.ts";

const HEADER = 16;
const FIRST = 128;

/** A counter's queue and index in an array of their own. */
class Queue {
  readonly i32: Int32Array;
  readonly #f64: Float64Array;
  readonly index: CounterIndex;
  readonly #free: number[];

  constructor(most: number) {
    const memory = new ArrayBuffer(4 * (FIRST + most * WAITER_WORDS));
    this.i32 = new Int32Array(memory);
    this.#f64 = new Float64Array(memory);
    this.index = new CounterIndex(this.i32, this.#f64, HEADER);
    this.#free = Array.from({ length: most }, (_, k) => FIRST + (most - 1 - k) * WAITER_WORDS);
  }

  join(n: number): number {
    const record = this.#free.pop() as number;
    this.i32[record + waiter.decider] = record;
    this.#f64[(record + counterWaiter.amount) >>> 1] = n;
    enqueueAfter(this.i32, HEADER, syncHeader.waitersFirst, record, this.index.lastUpTo(n));
    this.index.add(record);
    return record;
  }

  leave(record: number): void {
    this.index.remove(record);
    unlink(this.i32, HEADER, syncHeader.waitersFirst, record);
    this.#free.push(record);
  }

  get records(): number[] {
    const records: number[] = [];
    for (let record = this.i32[HEADER + syncHeader.waitersFirst]; record !== 0; record = this.i32[record + waiter.next]) records.push(record);
    return records;
  }

  check(): number {
    return expectIndexed(this.i32, HEADER);
  }
}

test("records come and go in any order: they stay in the order of their values, equal ones in the order in which they came", () => {
  const step = fc.oneof(fc.record({ join: fc.integer({ min: -3, max: 8 }) }), fc.record({ leave: fc.nat() }), fc.constant({ rebuild: true }));
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new Queue(64);
    const model: { readonly n: number; readonly record: number }[] = [];
    for (const each of steps) {
      if ("join" in each) {
        const behind = model.findLastIndex(({ n }) => n <= each.join);
        model.splice(behind + 1, 0, { n: each.join, record: queue.join(each.join) });
      } else if ("rebuild" in each) queue.index.rebuild();
      else if (model.length > 0) queue.leave(model.splice(each.leave % model.length, 1)[0].record);
      queue.check();
      expect(queue.records).toEqual(model.map(({ record }) => record));
    }
  }));
});

test.each(["rising", "falling", "equal", "scattered"])("5,000 records with %s values: the tree is not a list", (order) => {
  const count = 5000;
  const valueOf: Record<string, (k: number) => number> = { rising: (k) => k, falling: (k) => -k, equal: () => 1, scattered: (k) => (k * 1999) % count };
  const queue = new Queue(count);
  const records = Array.from({ length: count }, (_, k) => queue.join(valueOf[order](k)));
  // About 2 × ln 5000 + … for random ranks; a list would be 5000 deep. The ranks are fixed, so the depth is, too.
  expect(queue.check()).toBeLessThan(60);
  queue.index.rebuild();
  expect(queue.check()).toBeLessThan(60);
  for (let k = 0; k < count; k += 2) queue.leave(records[k]);
  expect(queue.check()).toBeLessThan(60);
  for (let k = 1; k < count; k += 2) queue.leave(records[k]);
  expect([queue.check(), queue.i32[HEADER + syncHeader.root]]).toEqual([0, 0]);
});
