/** Programs of many tasks and channels, on one thread and on several. */
import { expect, test } from "vitest";
import { i32 } from "../../../src/index.ts";
import { PACKET, chain, keepPackets, nothing, player, relay, sendPackets, sieve } from "./programs.ts";
import { PLACEMENTS, onPlacements } from "../tasks/placements.ts";
import { world } from "../tasks/world.ts";

const the = world();

test.each([[10_000, false], [2000, true]])("a chain of %i tasks adds one in each (spread over the threads: %s)", { tags: ["deep"] }, async (count, isSpread) => {
  expect(await the.rt.spawn(chain, count, isSpread)).toBe(count);
});

test("the sieve finds the first hundred primes", { tags: ["deep"] }, async () => {
  const primes = Array.from({ length: 600 }, (_, n) => n).filter((n) => n > 1 && !Array.from({ length: n }, (_, k) => k).some((k) => k > 1 && n % k === 0));
  expect(await the.rt.spawn(sieve, 100)).toEqual(primes.slice(0, 100));
});

test("a hundred pairs play to the end while others are spawned", async () => {
  const { rt } = the;
  const games = Array.from({ length: 100 }, (_, k) => {
    const [there, back] = [rt.chan(i32), rt.chan(i32)];
    return [rt.spawn.on(k % 2)(player, back, there, true, 100), rt.spawn.on((k >> 1) % 2)(player, there, back, false, 100)];
  }).flat();
  let ended = false;
  const all = Promise.all(games).finally(() => (ended = true));
  let others = 0;
  do others += await rt.spawn(nothing);
  while (!ended);
  expect(await all).toEqual(Array(200).fill(100));
  expect(others).toBeGreaterThan(0);
});

onPlacements((name) => {
  test("what was received stays as it is while 20 000 more flow", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    const c = the.rt.chan(PACKET, 10);
    const kept = right(keepPackets, c);
    await left(sendPackets, c, 20_000);
    expect(await kept).toEqual({ received: 20_000, kept: 20, wrong: 0 });
  });
});

test("channels between threads keep flowing while the main thread computes", async () => {
  const { rt } = the;
  const [there, back] = [rt.chan(i32), rt.chan(i32)];
  using counter = rt.shared.int32(1);
  const relays = [rt.spawn.on(0)(relay, there, back, counter), rt.spawn.on(1)(relay, back, there, counter)];
  await there.send(0);
  while (Atomics.load(counter.array, 0) < 10) await rt.yieldNow();
  const before = Atomics.load(counter.array, 0);
  // The main thread does not come back to its loop before a thousand more have passed.
  while (Atomics.load(counter.array, 0) < before + 1000);
  there.close();
  const results = await Promise.allSettled(relays);
  expect(results.filter(({ status }) => status === "rejected").length).toBeLessThanOrEqual(1);
  if (results[0].status !== "rejected" && results[1].status !== "fulfilled") expect(results[1].reason).toMatchObject({ code: "ERR_CHANNEL_CLOSED" });
  for (const c of [there, back]) {
    try {
      c.close();
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_CHANNEL_CLOSED" });
    }
  }
});
