/** Threads that die while guards are on their way to tasks, or with tasks that have them: each lock is given back once. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Counter, Mutex, RwLock, Semaphore, type WarrenError, start } from "../../../src/index.ts";
import { processor } from "../../../src/memory/layout.ts";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { until } from "../../channel/tasks/world.ts";
import { thrown } from "../../runtime/until.ts";
import { waitingAt, wordOf } from "../tasks/state.ts";
import { type How, type Lock, blockThread, dieWith, isTaken, passAndDie, passForever, take, useGuard } from "./guard-tasks.ts";
import { neverStarts } from "./slow-module.ts";

let rt: OpenRuntime;
beforeEach(async () => {
  rt = (await start({ threads: 2 })) as OpenRuntime;
});
afterEach(() => rt.stop());

const KINDS: readonly [How, () => Lock][] = [["mutex", () => new Mutex()], ["read", () => new RwLock()], ["write", () => new RwLock()], ["permits", () => new Semaphore(3)]];
const DIED = { code: "ERR_THREAD_DIED" };
/** A lock that is held alone says that its holder has died. */
const saysSo = (how: How): boolean => how === "mutex" || how === "write";

/** All of it is free, once: as much can be taken as there is, and no more. */
function expectFree(how: How, lock: Lock): void {
  expect([isTaken(how, lock), waitingAt(rt, lock), wordOf(rt, lock, "leases"), wordOf(rt, lock, "holder")]).toEqual([false, 0, 0, 0]);
  if (lock instanceof Semaphore) expect(lock.available).toBe(3);
}

test.each(KINDS)("the thread of a task that has begun: a guard of %s comes back", async (how, make) => {
  const lock = make();
  const guard = await take(how, lock);
  const dying = thrown(() => rt.spawn.on(1)(dieWith, guard));
  const next = await take(how === "read" ? "write" : how, lock);
  expect(await dying).toMatchObject(DIED);
  expect(next.ownerDied).toBe(saysSo(how));
  next.unlock();
  expectFree(how, lock);
});

test.each(KINDS)("the thread that has taken the task and not started it: a guard of %s comes back", async (how, make) => {
  const lock = make();
  const guard = await take(how, lock);
  const lost = thrown(() => rt.spawn.on(1)(neverStarts, guard));
  // The thread imports the module.
  await until(() => rt.arena.i32[rt.arena.processorAt(1) + processor.running] < 0);
  expect(wordOf(rt, lock, "leases")).not.toBe(0);
  const next = take(how === "read" ? "write" : how, lock);
  await until(() => waitingAt(rt, lock) === 1);
  await rt.recycle(1);
  expect(await lost).toMatchObject(DIED);
  expect((await next).ownerDied).toBe(saysSo(how));
  (await next).unlock();
  expectFree(how, lock);
});

test.each(KINDS)("the thread in whose queue the task waits: the task still gets its guard of %s", async (how, make) => {
  const lock = make();
  const flag = rt.shared.int32(2);
  const blocking = thrown(() => rt.spawn.on(1)(blockThread, flag));
  await until(() => flag.array[0] === 1);
  const result = rt.spawn.on(1)(useGuard, how, lock, await take(how, lock));
  const next = take(how === "read" ? "write" : how, lock);
  await rt.recycle(1);
  expect(await blocking).toMatchObject(DIED);
  expect(await result).toEqual({ before: true, after: true, ownerDied: false });
  expect((await next).ownerDied).toBe(false);
  (await next).unlock();
  expectFree(how, lock);
});

test.each(KINDS)("the sender, whose task another thread has not started: the task still gets its guard of %s", async (how, make) => {
  const lock = make();
  const [begun, goOn] = [new Counter(), new Counter()];
  const flag = rt.shared.int32(2);
  const blocking = rt.spawn.on(1)(blockThread, flag);
  await until(() => flag.array[0] === 1);
  expect(await thrown(() => rt.spawn.on(0)(passAndDie, lock, how, 1, begun, goOn))).toMatchObject(DIED);
  expect([begun.value, isTaken(how, lock)]).toEqual([0, true]);
  Atomics.store(flag.array, 1, 1);
  await blocking;
  await begun.until(1);
  expect(isTaken(how, lock)).toBe(true);
  goOn.add(1);
  await until(() => !isTaken(how, lock));
  expectFree(how, lock);
});

test("a guard that says ownerDied says so to the task, and to the next holder if the task does not start", async () => {
  const lock = new Mutex();
  const doomed = await lock.lock();
  expect(await thrown(() => rt.spawn.on(0)(dieWith, doomed))).toMatchObject(DIED);
  const informed = await lock.lock();
  expect(informed.ownerDied).toBe(true);
  expect(await rt.spawn.on(0)(useGuard, "mutex", lock, informed)).toMatchObject({ ownerDied: true });
  expect((await take("mutex", lock)).ownerDied).toBe(false);
});

test("permits and a lock that tasks pass on, while threads die: all come back", { tags: ["deep"], timeout: 120_000 }, async () => {
  const [doors, lock, stop, allowed] = [new Semaphore(5), new Mutex(), new Counter(), new Counter()];
  const loops = Array.from({ length: 6 }, async (_, k) => {
    while (stop.value === 0) await rt.spawn(passForever, doors, lock, stop, allowed, k + 1).catch((error: WarrenError) => expect(error.code).toBe("ERR_THREAD_DIED"));
  });
  const endMs = performance.now() + 8000;
  let deaths = 0;
  const count = (warning: Error & { code?: string }): unknown => (warning.code === "WARREN_THREAD_DIED" ? deaths++ : undefined);
  process.on("warning", count);
  while (performance.now() < endMs) {
    // Not more: a replacement that ends before it is ready, several times in a row, ends the runtime.
    allowed.add(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  stop.add(1);
  await Promise.all(loops);
  process.off("warning", count);
  await until(async () => (await rt.stats()).tasks === 0);
  expect(deaths).toBeGreaterThan(0);
  expect([doors.available, waitingAt(rt, doors), wordOf(rt, doors, "leases"), wordOf(rt, lock, "holder"), waitingAt(rt, lock), wordOf(rt, lock, "leases")]).toEqual([5, 0, 0, 0, 0, 0]);
  console.log(`${deaths} threads died`);
});
