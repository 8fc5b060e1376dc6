/** Shared objects that nobody frees: freed once nothing refers to them, on any thread. */
import { expect, test } from "vitest";
import { Mutex, Semaphore } from "../../src/index.ts";
import { collectGarbage, untilUsed, usedWhenWarm } from "../channel/tasks/garbage.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { codeOfLock } from "./tasks/locking.ts";
import { waitingAt } from "./tasks/state.ts";

const the = world(2);

test("on the thread that made them", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 1000; k++) new Semaphore(3).tryAcquire(2);
  expect(used(the.rt)).toBeGreaterThan(before + 250_000);
  await untilUsed(the.rt, before + 4096);
});

test("when other threads have held and dropped them too", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 100; k++) expect(await the.rt.spawn.on(k % 2)(codeOfLock, new Mutex())).toBe("locked");
  await untilUsed(the.rt, before + 4096);
});

test("one that a task waits at, or that a guard belongs to, is kept", async () => {
  const before = await usedWhenWarm(the.rt);
  let mutex: Mutex | undefined = new Mutex();
  const guard = await mutex.lock();
  const waiting = the.rt.spawn.on(0)(codeOfLock, mutex);
  await until(() => waitingAt(the.rt, mutex) === 1);
  mutex = undefined;
  await collectGarbage(the.rt);
  guard.unlock();
  expect(await waiting).toBe("locked");
  await untilUsed(the.rt, before + 4096);
});
