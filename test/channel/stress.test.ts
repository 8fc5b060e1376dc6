// @module-tag deep
/**
 * Many senders and receivers on small rings, round after round. Rings of one to
 * three slots are full or empty at every step, so slow and fast paths meet: a
 * head that overtakes the tail by one shows up as 2²³ values too many.
 */
import { expect, test } from "vitest";
import { i32 } from "../../src/index.ts";
import { PLACEMENTS, PLACEMENT_NAMES } from "./tasks/placements.ts";
import { sumUp } from "./tasks/streams.ts";
import { sendEach } from "./tasks/verbs.ts";
import { quiet, used, world } from "./tasks/world.ts";

const the = world(2);
const EACH = 2000;
const ROUNDS = 12;

for (const name of PLACEMENT_NAMES) {
  test.each([1, 2, 3, 128])(`${name}: four senders and four receivers on a ring of %i, ${ROUNDS} times`, async (capacity) => {
    const { left, right } = PLACEMENTS[name](the.rt);
    for (let round = 0; round < ROUNDS; round++) {
      const c = the.rt.chan(i32, capacity);
      const receivers = [0, 1, 2, 3].map((k) => (k % 2 === 0 ? right : left)(sumUp, c, 4 * EACH));
      await Promise.all([0, 1, 2, 3].map((k) => (k % 2 === 0 ? left : right)(sendEach, c, k * EACH, EACH)));
      c.close();
      const times = new Uint8Array(4 * EACH);
      for (const { seen, strange } of await Promise.all(receivers)) {
        expect(strange).toBe(0);
        for (const [value, count] of seen.entries()) times[value] += count;
      }
      expect(times.every((count) => count === 1)).toBe(true);
    }
  });
}

test("channels made, used and closed by the thousand on all threads leave the arena as it was", async () => {
  const { left, right } = PLACEMENTS["two threads"](the.rt);
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      const c = the.rt.chan(i32, k % 5);
      const received = right(sumUp, c, 8);
      await left(sendEach, c, 0, 8);
      c.close();
      expect((await received).seen).toEqual(new Uint8Array(8).fill(1));
    }
  };
  await round(20);
  await quiet(the.rt);
  const before = used(the.rt);
  await round(1000);
  expect(used(the.rt)).toBe(before);
});
