/** Shared objects that nobody frees: freed once nothing refers to them, on any thread. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Mutex, Semaphore } from "../../src/index.ts";
import { collect } from "../channel/tasks/dropping.ts";
import { quiet, until, used, world } from "../channel/tasks/world.ts";
import { codeOfLock } from "./locking.ts";
import { waitingAt } from "./state.ts";

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

test("on the thread that made them", async () => {
  const before = await warm();
  for (let k = 0; k < 1000; k++) new Semaphore(3).tryAcquire(2);
  expect(used(the.rt)).toBeGreaterThan(before + 250_000);
  await untilUsed(before + 4096);
});

test("when other threads have held and dropped them too", async () => {
  const before = await warm();
  for (let k = 0; k < 100; k++) expect(await the.rt.spawn.on(k % 2)(codeOfLock, new Mutex())).toBe("locked");
  await untilUsed(before + 4096);
});

test("one that a task waits at, or that a guard belongs to, is kept", async () => {
  const before = await warm();
  let mutex: Mutex | undefined = new Mutex();
  const guard = await mutex.lock();
  const waiting = the.rt.spawn.on(0)(codeOfLock, mutex);
  await until(() => waitingAt(the.rt, mutex) === 1);
  mutex = undefined;
  gc();
  await Promise.all([the.rt.spawn.on(0)(collect), the.rt.spawn.on(1)(collect)]);
  guard.unlock();
  expect(await waiting).toBe("locked");
  await untilUsed(before + 4096);
});
