/** Operations that never wait still let timers, I/O and other tasks have their turn. */
import { expect, test } from "vitest";
import { Barrier, Counter, Mutex, Once, RwLock, Semaphore, WaitGroup } from "../../src/index.ts";
import { world } from "../channel/tasks/world.ts";
import { held } from "./tasks/state.ts";

const the = world(1);

const OPERATIONS: Record<string, () => { readonly object: Disposable; readonly go: (signal?: AbortSignal) => unknown }> = {
  "Mutex.lock": () => {
    const object = new Mutex();
    return { object, go: (signal) => object.lock({ signal }) };
  },
  "RwLock.readLock": () => {
    const object = new RwLock();
    return { object, go: (signal) => object.readLock({ signal }) };
  },
  "RwLock.writeLock": () => {
    const object = new RwLock();
    return { object, go: (signal) => object.writeLock({ signal }) };
  },
  "Semaphore.acquire": () => {
    const object = new Semaphore(2);
    return { object, go: (signal) => object.acquire(2, { signal }) };
  },
  "WaitGroup.wait": () => {
    const object = new WaitGroup();
    return { object, go: (signal) => object.wait({ signal }) };
  },
  "Once.do": () => {
    const object = new Once();
    return { object, go: (signal) => object.do(() => 1, { signal }) };
  },
  "Barrier.wait": () => {
    const object = new Barrier(1);
    return { object, go: (signal) => object.wait({ signal }) };
  },
  "Counter.until": () => {
    const object = new Counter();
    return { object, go: (signal) => object.until(0, { signal }) };
  },
};
const NAMES = Object.keys(OPERATIONS);

const unlock = (result: unknown): void => (result as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();

test.each(NAMES)("%s over and over: a timer fires", async (name) => {
  const { object, go } = OPERATIONS[name]();
  let hasFired = false;
  setTimeout(() => (hasFired = true), 5);
  let promises = 0;
  while (!hasFired) {
    const result = go();
    if (result instanceof Promise) promises++;
    unlock(await result);
  }
  expect(promises).toBeGreaterThan(0);
  object[Symbol.dispose]();
});

test("a lock that yields has not been taken yet: another may have it meanwhile, and a signal ends the wait", async () => {
  using mutex = new Mutex();
  let yielding: unknown;
  const controller = new AbortController();
  while (!(yielding instanceof Promise)) {
    unlock(yielding);
    yielding = mutex.lock({ signal: controller.signal });
  }
  expect(held(the.rt, mutex)).toBe(0);
  const other = mutex.tryLock();
  expect(other).toBeDefined();
  controller.abort(new Error("enough"));
  await expect(yielding).rejects.toThrow("enough");
  other?.unlock();
  expect(held(the.rt, mutex)).toBe(0);
});
