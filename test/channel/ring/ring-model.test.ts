/**
 * The ring's arithmetic against a plain array, with positions that wrap at 2²³
 * anywhere in between; 0 ≤ length ≤ capacity at every step; and the
 * packed words themselves.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { i32 } from "../../../src/index.ts";
import { STEP, distance, isClosed, positionOf, withWaited } from "../../../src/channel/words.ts";
import { world } from "../tasks/world.ts";
import { presetNearWrap } from "./wrap.ts";

const the = world(1);
const POSITIONS = 2 ** 23;

const step = fc.oneof(
  fc.record({ do: fc.constant("trySend" as const) }),
  fc.record({ do: fc.constant("tryRecv" as const) }),
  fc.record({ do: fc.constant("sendMany" as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant("recvMany" as const), count: fc.integer({ min: 1, max: 9 }) }),
);

test("a ring does what an array does, wherever its positions wrap", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.nat(40), fc.array(step, { maxLength: 60 }), async (capacity, before, steps) => {
      const c = the.rt.chan(i32, capacity);
      presetNearWrap(c, the.rt.arena.i32, before);
      const model: number[] = [];
      let next = 0;
      for (const each of steps) {
        if (each.do === "trySend") {
          expect(c.trySend(next)).toBe(model.length < capacity);
          if (model.length < capacity) model.push(next);
          next++;
        } else if (each.do === "tryRecv") expect(c.tryRecv()).toBe(model.shift());
        else if (each.do === "sendMany") {
          // Only what fits: the test has one task, which would wait for itself.
          const values = Array.from({ length: Math.min(each.count, capacity - model.length) }, () => next++);
          await c.sendMany(values);
          model.push(...values);
        } else if (model.length > 0) expect(await c.recvMany(each.count)).toEqual(model.splice(0, each.count));
        expect(c.length).toBe(model.length);
      }
      c.close();
      while (model.length > 0) expect(c.tryRecv()).toBe(model.shift());
      expect(c.tryRecv()).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

describe("packed words", () => {
  const position = fc.nat(POSITIONS - 1);
  const wordAt = (at: number): number => (at * STEP) | 0;

  test("a distance is the number of steps, across the wrap as well", () => {
    fc.assert(
      fc.property(position, fc.nat(POSITIONS - 1), (head, steps) => {
        expect(distance(wordAt(head + steps), wordAt(head))).toBe(steps);
      }),
    );
  });

  test("flags and position do not disturb each other", () => {
    fc.assert(
      fc.property(position, fc.integer({ min: 0, max: 0x1ff }), fc.boolean(), (at, flags, waited) => {
        const word = wordAt(at) | flags;
        expect(positionOf(word)).toBe(wordAt(at));
        expect(positionOf(withWaited(word, waited))).toBe(wordAt(at));
        expect(isClosed(withWaited(word, waited))).toBe(isClosed(word));
        expect(withWaited(withWaited(word, waited), false) & ~0x80).toBe(word & ~0x80);
        expect(positionOf((word + STEP) | 0)).toBe(wordAt((at + 1) % POSITIONS));
      }),
    );
  });
});
