/** Channels that nobody closes: freed, with what is in them, once nothing refers to them. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { type Chan, chanOf, i32, never, utf8 } from "../../src/index.ts";
import { quiet, until, used, world } from "./tasks/world.ts";
import { collect, keepAndDrop } from "./tasks/dropping.ts";

const the = world(2);

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Collects garbage here and on both threads until the arena is back at `bytes`. */
async function untilUsed(bytes: number): Promise<void> {
  await until(async () => {
    gc();
    await Promise.all([the.rt.spawn.on(0)(collect), the.rt.spawn.on(1)(collect)]);
    return used(the.rt) <= bytes;
  });
}

async function warm(): Promise<number> {
  await Promise.all([the.rt.spawn.on(0)(collect), the.rt.spawn.on(1)(collect)]);
  await quiet(the.rt);
  return used(the.rt);
}

test("B10.03 on the thread that made them, with values inside", async () => {
  const before = await warm();
  for (let k = 0; k < 200; k++) {
    const c = the.rt.chan(utf8, 5);
    c.trySend("left inside ".repeat(50));
  }
  expect(used(the.rt)).toBeGreaterThan(before + 100_000);
  await untilUsed(before + 4096);
});

test("B3.16 B10.02 when other threads have held and dropped them too", async () => {
  const before = await warm();
  for (let k = 0; k < 50; k++) await the.rt.spawn.on(k % 2)(keepAndDrop, Array.from({ length: 4 }, () => the.rt.chan(i32, 10)));
  await untilUsed(before + 4096);
});

test("channels inside channels that are dropped go with them", async () => {
  const before = await warm();
  for (let k = 0; k < 50; k++) {
    const outer: Chan<Chan<number>> = the.rt.chan(chanOf(i32), 3);
    for (let inner = 0; inner < 3; inner++) outer.trySend(the.rt.chan(i32, 50));
  }
  await untilUsed(before + 4096);
});

test("what stands for a never on another thread goes when both have dropped it", async () => {
  const before = await warm();
  for (let k = 0; k < 100; k++) await the.rt.spawn.on(0)(keepAndDrop, [never()]);
  await untilUsed(before + 4096);
});

test("a channel that somebody waits on is not dropped", async () => {
  let made: Chan<number> | undefined = the.rt.chan(i32);
  const { header } = made as unknown as { header: number };
  const waiting = made.recv();
  const again = new WeakRef(made);
  made = undefined;
  for (let k = 0; k < 5; k++) {
    gc();
    await the.rt.sleep(1);
  }
  const still = again.deref();
  expect((still as unknown as { header: number }).header).toBe(header);
  still?.trySend(3);
  expect(await waiting).toBe(3);
  still?.close();
});
