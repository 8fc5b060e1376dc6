/** The semaphore: never more permits out than there are, first come first served, and no wake-up lost. */
import { expect, test } from "vitest";
import { LIMITS, Semaphore } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { used, world } from "../channel/tasks/world.ts";
import { takeImpatiently, takePermits } from "./tasks/locking.ts";
import { waitingAt } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test.each([3, 5])("eight tasks that take one to three of %i permits: never more are out, none is lost", async (permits) => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using semaphore = new Semaphore(permits);
    using out = the.rt.shared.int32(1);
    const excess = await Promise.all(Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? left : right)(takePermits, semaphore, out, 600, permits)));
    expect(excess).toEqual(Array(8).fill(0));
    expect([semaphore.available, waitingAt(the.rt, semaphore), out.array[0]]).toEqual([permits, 0, 0]);
  });

  test("waits that signals end, at the head of the queue or in it, leave the others going", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using semaphore = new Semaphore(3);
    const ended = await Promise.all([left, right, left, right].map((side) => side(takeImpatiently, semaphore, 1500)));
    expect(ended.reduce((a, b) => a + b, 0)).toBeLessThan(6000);
    expect([semaphore.available, waitingAt(the.rt, semaphore)]).toEqual([3, 0]);
  });
});

test("a large request is not overtaken by small ones; when it leaves they go on", async () => {
  using semaphore = new Semaphore(3);
  const first = await semaphore.acquire(2);
  const controller = new AbortController();
  const large = Promise.resolve(semaphore.acquire(3, { signal: controller.signal }));
  const ended = expect(large).rejects.toThrow("enough");
  const small = semaphore.acquire();
  expect([small instanceof Promise, semaphore.tryAcquire(), semaphore.available]).toEqual([true, undefined, 1]);
  controller.abort(new Error("enough"));
  await ended;
  (await small).unlock();
  expect(semaphore.available).toBe(1);
  first.unlock();
  expect(semaphore.available).toBe(3);
});

test("one unlock of many permits wakes all tasks for which they are enough", async () => {
  using semaphore = new Semaphore(10);
  const all = await semaphore.acquire(10);
  const waits = [4, 3, 3, 1].map((n) => semaphore.acquire(n));
  all.unlock();
  const guards = await Promise.all(waits.slice(0, 3));
  expect([semaphore.available, waitingAt(the.rt, semaphore)]).toEqual([0, 1]);
  guards[1].unlock();
  (await waits[3]).unlock();
  guards[0].unlock();
  guards[2].unlock();
  expect(semaphore.available).toBe(10);
});

test("a guard gives back what it took, once", async () => {
  using semaphore = new Semaphore(5);
  const guard = await semaphore.acquire(4);
  expect([semaphore.tryAcquire(2), semaphore.available]).toEqual([undefined, 1]);
  guard.unlock();
  expect(() => guard.unlock()).toThrow(expect.objectContaining({ code: "ERR_NOT_LOCKED", message: expect.stringContaining("5 of 5 permits left") }));
  guard[Symbol.dispose]();
  expect(semaphore.available).toBe(5);
});

test("what can never be granted is refused at once", () => {
  using semaphore = new Semaphore(2);
  for (const n of [3, 0, -1, 1.5, Number.NaN, "1" as never]) {
    expect(() => semaphore.acquire(n)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(() => semaphore.tryAcquire(n)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  }
  for (const permits of [0, -1, 2.5, undefined as never]) expect(() => new Semaphore(permits)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  expect(() => new Semaphore(LIMITS.count + 1)).toThrow(expect.objectContaining({ code: "ERR_LIMIT", details: { limit: "count", maximum: LIMITS.count, actual: LIMITS.count + 1 } }));
  expect(semaphore.available).toBe(2);
});

test("made and freed by the thousand they leave the arena as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using semaphore = new Semaphore(2);
      const guard = await semaphore.acquire(2);
      const waiting = semaphore.acquire();
      guard.unlock();
      (await waiting).unlock();
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(5000);
  expect(used(the.rt)).toBe(before);
});
