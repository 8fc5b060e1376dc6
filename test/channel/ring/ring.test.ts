/** What is special to the buffered channel: capacity 1, positions that wrap, large rings and values. */
import { describe, expect, test } from "vitest";
import { LIMITS, i32, i64, struct, utf8 } from "../../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../tasks/placements.ts";
import { countSum, pingPong, recvTexts, requestEach, sendTexts, serveEach, streamMany } from "./ring.ts";
import { sendMarked, recvAll } from "../tasks/streams.ts";
import { recvEach, sendBatches, sendEach } from "../tasks/verbs.ts";
import { used, world } from "../tasks/world.ts";
import { presetNearWrap } from "./wrap.ts";

const the = world();

onPlacements((name) => {
  const place = () => PLACEMENTS[name](the.rt);

  test("capacity 1: 10 000 values to and fro, then two senders and two receivers", async () => {
    const [there, back] = [the.rt.chan(i32, 1), the.rt.chan(i32, 1)];
    const echo = place().right(pingPong, there, back, 10_000, false);
    expect(await place().left(pingPong, back, there, 10_000, true)).toBe(0);
    expect(await echo).toBe(0);
    const receivers = [place().right(recvAll, there), place().left(recvAll, there)];
    await Promise.all([place().left(sendMarked, there, 0, 2500), place().right(sendMarked, there, 1, 2500)]);
    there.close();
    back.close();
    const seen = (await Promise.all(receivers)).flat();
    expect(new Set(seen).size).toBe(5000);
    expect(seen).toHaveLength(5000);
  });

  test.each([1, 2, 3, 10, 1000])("capacity %i: order and count hold across the wrap of positions", async (capacity) => {
    for (const before of [0, 1, 2, 500]) {
      const c = the.rt.chan(i32, capacity);
      presetNearWrap(c, the.rt.arena.i32, before);
      expect(c.length).toBe(0);
      const received = place().right(recvEach, c, 0);
      await place().left(sendEach, c, 0, 700);
      await place().left(sendBatches, c, 700, 700);
      c.close();
      expect(await received).toEqual(Array.from({ length: 1400 }, (_, k) => k));
    }
  });

  test("requests and answers over two channels of capacity 1, drained with tryRecv between", async () => {
    const [requests, answers] = [the.rt.chan(i32, 1), the.rt.chan(i32, 1)];
    const served = place().right(serveEach, requests, answers);
    expect(await place().left(requestEach, requests, answers, 5000)).toBe(0);
    expect(await served).toBe(5000);
  });

  test("values far larger than the ring arrive whole", async () => {
    const c = the.rt.chan(struct({ n: i64, text: utf8 }), 1);
    const received = place().right(recvTexts, c);
    await place().left(sendTexts, c, 2_000_000, 5);
    expect(await received).toEqual(Array.from({ length: 5 }, (_, k) => [BigInt(k), 3_000_000, true]));
  });
});

describe("on the main thread", () => {
  test("filled and full across the wrap: length, refusals and order are exact", () => {
    for (const capacity of [1, 3, 128]) {
      const c = the.rt.chan(i32, capacity);
      presetNearWrap(c, the.rt.arena.i32, capacity >> 1);
      for (let round = 0; round < 3; round++) {
        for (let k = 0; k < capacity; k++) expect(c.trySend(k)).toBe(true);
        expect([c.trySend(-1), c.length]).toEqual([false, capacity]);
        expect(c.recvMany(capacity)).toEqual(Array.from({ length: capacity }, (_, k) => k));
        expect(c.tryRecv()).toBeUndefined();
      }
      c.close();
    }
  });

  test("the largest capacity can be filled and emptied", { tags: ["deep"] }, async () => {
    const before = used(the.rt);
    const c = the.rt.chan(i32, LIMITS.capacity);
    presetNearWrap(c, the.rt.arena.i32, 1_000_000);
    const batch = Int32Array.from({ length: 65_536 }, (_, k) => k);
    for (let sent = 0; sent < LIMITS.capacity; sent += batch.length) await c.sendMany(batch);
    expect([c.length, c.trySend(1)]).toEqual([LIMITS.capacity, false]);
    let expected = 0;
    for (let left = LIMITS.capacity; left > 0; ) {
      const values = (await c.recvMany(65_536)) as number[];
      left -= values.length;
      for (const value of values) if (value !== expected++ % 65_536) throw new Error(`${value} instead of ${(expected - 1) % 65_536}`);
    }
    expect(c.length).toBe(0);
    c.close();
    expect(used(the.rt)).toBe(before);
  });
});

test("a stream of more than 2²³ values between two threads wraps unnoticed", { tags: ["deep"] }, async () => {
  const count = 2 ** 23 + 100_000;
  const c = the.rt.chan(i32, 1000);
  const received = the.rt.spawn.on(1)(countSum, c);
  await the.rt.spawn.on(0)(streamMany, c, count);
  expect(await received).toEqual({ count, disorder: 0 });
});
