/** Many that are ready on one thread: they go on without a turn of the event loop each, and the event loop gets its turns. */
import { describe, expect, test, vi } from "vitest";
import { Mutex, RwLock, Semaphore, i32 } from "../../src/index.ts";
import { world } from "../channel/tasks/world.ts";
import { grants, grantsToTasks, inOwnContext, released, sendTo, sendToComputing, startBesidePairs, yielded, yieldsAfterClose } from "./round-tasks.ts";

const the = world(1);

const PLACES = {
  main: <R>(fn: (count: number) => Promise<R>, count: number): Promise<R> => fn(count),
  "a worker": <R>(fn: (count: number) => Promise<R>, count: number): Promise<R> => the.rt.spawn.on(0)(fn, count),
};

describe.each(Object.keys(PLACES) as (keyof typeof PLACES)[])("on %s", (place) => {
  const on = PLACES[place];

  test("who yields comes back when all that were ready have continued, even if the thread resumes them one by one", async () => {
    expect(await on(yieldsAfterClose, 30)).toBe(30);
  });

  test.each([
    { crowd: grants, count: 10_000 },
    { crowd: grantsToTasks, count: 10_000 },
    { crowd: released, count: 40_000 },
    { crowd: yielded, count: 40_000 },
  ])("$crowd.name: other work is done in between, and not after each", async ({ crowd, count }) => {
    const between = await on(crowd, count);
    expect(between).toBeGreaterThan(0);
    expect(between).toBeLessThan(count / 2);
  });

  test("more pairs than are resumed in one go do not keep new closures from starting", async () => {
    expect(await on(startBesidePairs, 200)).toBe(true);
  });

  test("a task that another resumes goes on in its own context", async () => {
    expect(await on(inOwnContext, 500)).toBe(true);
  });
});

test.each([
  { name: "Mutex.lock", make: () => new Mutex(), lock: (mutex: Mutex) => mutex.lock(), most: 1 },
  { name: "RwLock.writeLock", make: () => new RwLock(), lock: (rwLock: RwLock) => rwLock.writeLock(), most: 1 },
  { name: "RwLock.readLock", make: () => new RwLock(), lock: (rwLock: RwLock) => rwLock.readLock(), most: Infinity },
  { name: "Semaphore.acquire", make: () => new Semaphore(5), lock: (semaphore: Semaphore) => semaphore.acquire(2), most: 2 },
])("$name by 10,000 at the same time: each yields once at most", async ({ make, lock, most }) => {
  using object = make();
  const hop = vi.spyOn(the.rt.side.processor, "hop");
  const count = 10_000;
  let inside = 0;
  await Promise.all(Array.from({ length: count }, async () => {
    using _guard = await lock(object as never);
    expect(++inside <= most).toBe(true);
    await undefined;
    inside--;
  }));
  expect(hop.mock.calls.length).toBeLessThanOrEqual(count);
  hop.mockRestore();
});

test("a signal that aborts while a lock yields ends it", async () => {
  using mutex = new Mutex();
  const controller = new AbortController();
  const guards = Array.from({ length: 5000 }, () => mutex.lock({ signal: controller.signal }));
  const first = await guards[0];
  controller.abort(new Error("enough"));
  const states = await Promise.allSettled(guards.map(async (guard) => (await guard).unlock()));
  expect(states.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(() => first.unlock()).toThrow(expect.objectContaining({ code: "ERR_NOT_LOCKED" }));
  const again = await mutex.lock();
  again.unlock();
});

test("what another thread sends is received while grants go on", async () => {
  const ch = the.rt.chan(i32);
  let isOver = false;
  using mutex = new Mutex();
  const crowd = Array.from({ length: 100 }, async () => {
    while (!isOver) {
      const guard = await mutex.lock();
      await undefined;
      guard.unlock();
    }
  });
  const sender = the.rt.spawn.on(0)(sendTo, ch, 200);
  for (let k = 0; k < 200; k++) expect(await ch.recv()).toBe(k);
  isOver = true;
  await Promise.all([...crowd, sender]);
});

test.each([[1, 0], [1, 100], [8, 0], [8, 100]])("of %i tasks that compute for each value, a few go on in a turn of the event loop; capacity %i", async (tasks, capacity) => {
  // Without a look at the clock, 64 operations would go on in each turn: 160 values would take 5 turns or fewer.
  expect(await the.rt.spawn.on(0)(sendToComputing, tasks, 160, capacity)).toBeGreaterThan(10);
});
