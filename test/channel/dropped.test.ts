/** Channels that nobody closes: freed, with what is in them, once nothing refers to them. */
import { expect, test } from "vitest";
import { type Chan, chanOf, i32, never, utf8 } from "../../src/index.ts";
import { collect, keepAndDrop } from "./tasks/dropping.ts";
import { untilUsed, usedWhenWarm } from "./tasks/garbage.ts";
import { used, world } from "./tasks/world.ts";

const the = world(2);

test("on the thread that made them, with values inside", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 200; k++) {
    const c = the.rt.chan(utf8, 5);
    c.trySend("left inside ".repeat(50));
  }
  expect(used(the.rt)).toBeGreaterThan(before + 100_000);
  await untilUsed(the.rt, before + 4096);
});

test("when other threads have held and dropped them too", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 50; k++) await the.rt.spawn.on(k % 2)(keepAndDrop, Array.from({ length: 4 }, () => the.rt.chan(i32, 10)));
  await untilUsed(the.rt, before + 4096);
});

test("channels inside channels that are dropped go with them", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 50; k++) {
    const outer: Chan<Chan<number>> = the.rt.chan(chanOf(i32), 3);
    for (let inner = 0; inner < 3; inner++) outer.trySend(the.rt.chan(i32, 50));
  }
  await untilUsed(the.rt, before + 4096);
});

test("what stands for a never on another thread goes when both have dropped it", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 100; k++) await the.rt.spawn.on(0)(keepAndDrop, [never()]);
  await untilUsed(the.rt, before + 4096);
});

test("a channel that somebody waits on is not dropped", async () => {
  let made: Chan<number> | undefined = the.rt.chan(i32);
  const { header } = made as unknown as { header: number };
  const waiting = made.recv();
  const again = new WeakRef(made);
  made = undefined;
  for (let k = 0; k < 5; k++) {
    await collect();
  }
  const still = again.deref();
  expect((still as unknown as { header: number }).header).toBe(header);
  still?.trySend(3);
  expect(await waiting).toBe(3);
  still?.close();
});
