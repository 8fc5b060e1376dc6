import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeatHeap, type Seat } from "../../../workers/balance/heap.ts";
import { POLICIES, Pool } from "../../../workers/balance/policy.ts";
import { seededRandom } from "../../../workers/chance.ts";

const seatOf = (worker: number, pending = 0): Seat => ({ worker, index: -1, pending });

describe("the heap", () => {
  test("gives the workers back by what they have pending", () => {
    fc.assert(fc.property(fc.array(fc.nat(50), { minLength: 1 }), (loads) => {
      const heap = new SeatHeap();
      for (const [worker, pending] of loads.entries()) heap.push(seatOf(worker, pending));
      expect(loads.map(() => heap.pop().pending)).toEqual(loads.toSorted((a, b) => a - b));
    }));
  });

  test("knows where each worker is, whatever is put in and taken out", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(50)), { minLength: 1 }), (steps) => {
      const heap = new SeatHeap();
      const inside = new Map<number, Seat>();
      for (const [worker, pending] of steps) {
        const known = inside.get(worker);
        if (known === undefined) {
          const seat = seatOf(worker, pending);
          inside.set(worker, seat);
          heap.push(seat);
        } else {
          expect(heap.remove(known.index)).toBe(known);
          expect(known.index).toBe(-1);
          inside.delete(worker);
        }
        expect([...inside.values()].map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([...inside.keys()].map((_, at) => at));
      }
    }));
  });
});

describe.each(POLICIES)("a pool with %s", (policy) => {
  test("counts what is pending", () => {
    const random = seededRandom(3);
    const pool = new Pool(7, policy, random);
    const given: number[] = [];
    for (let step = 0; step < 2000; step++) {
      if (given.length === 0 || random() < 0.5) given.push(pool.dispatch());
      else pool.complete(given.splice(Math.floor(random() * given.length), 1)[0] as number);
      const counts = Array.from({ length: 7 }, (_, worker) => given.filter((one) => one === worker).length);
      expect([pool.pending, pool.squares]).toEqual([given.length, counts.reduce((sum, count) => sum + count * count, 0)]);
    }
  });

  test("refuses what was never given", () => {
    expect(() => new Pool(3, policy, seededRandom(1)).complete(1)).toThrow("worker 1 has completed more than it was given");
  });
});

test("the heap gives to the worker with least pending", () => {
  const pool = new Pool(4, "heap", seededRandom(1));
  expect(Array.from({ length: 8 }, () => pool.dispatch()).toSorted()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  pool.complete(2);
  expect(pool.dispatch()).toBe(2);
});
