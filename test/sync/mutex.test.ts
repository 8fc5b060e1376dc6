/** The mutex: one at a time over all threads, first come first served, and nothing lost to a signal. */
import { expect, test } from "vitest";
import { Mutex, i32 } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { hammer, hammerImpatiently, holdUntil, lockAndSay } from "./tasks/locking.ts";
import { held, waitingAt } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test("ten tasks that lock and unlock 1000 times each lose no count", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using mutex = new the.rt.Mutex();
    using counter = the.rt.shared.int32(2);
    const intrusions = await Promise.all(Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? left : right)(hammer, mutex, counter, 1000)));
    expect([...intrusions, counter.array[0]]).toEqual([...Array(10).fill(0), 10_000]);
    expect([held(the.rt, mutex), waitingAt(the.rt, mutex)]).toEqual([0, 0]);
  });

  test("10⁴ waits that a signal may end while they are handed the lock: it is never lost", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using mutex = new the.rt.Mutex();
    using counter = the.rt.shared.int32(2);
    const ROUNDS = 2500;
    const ended = await Promise.all([left, right, left, right].map((side) => side(hammerImpatiently, mutex, counter, ROUNDS)));
    const sum = ended.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(4 * ROUNDS);
    expect([held(the.rt, mutex), waitingAt(the.rt, mutex)]).toEqual([0, 0]);
    mutex.tryLock()?.unlock();
  });

  test("is handed to waiting tasks in the order in which they came", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using mutex = new the.rt.Mutex();
    const out = the.rt.chan(i32, 10);
    const guard = await mutex.lock();
    const waits: Promise<boolean>[] = [];
    for (let k = 0; k < 10; k++) {
      waits.push((k % 3 === 0 ? left : right)(lockAndSay, mutex, k, out));
      await until(() => waitingAt(the.rt, mutex) === k + 1);
    }
    guard.unlock();
    expect(await Promise.all(waits)).toEqual(Array(10).fill(false));
    expect(await out.recvMany(10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    out.close();
  });
});

test("lock is no promise when it need not wait, and one when it must", async () => {
  using mutex = new the.rt.Mutex();
  const guard = mutex.lock();
  expect(guard).not.toBeInstanceOf(Promise);
  expect(mutex.tryLock()).toBeUndefined();
  const second = mutex.lock();
  expect(second).toBeInstanceOf(Promise);
  (await guard).unlock();
  expect(mutex.tryLock()).toBeUndefined();
  (await second).unlock();
  const third = mutex.tryLock();
  expect(third?.ownerDied).toBe(false);
  third?.unlock();
});

test("unlocking twice is ERR_NOT_LOCKED; disposing after an unlock does nothing, also when another has the lock", async () => {
  using mutex = new the.rt.Mutex();
  const guard = await mutex.lock();
  guard.unlock();
  using other = await mutex.lock();
  expect(() => guard.unlock()).toThrow(expect.objectContaining({ code: "ERR_NOT_LOCKED", message: expect.stringMatching(/^the guard was already unlocked: Mutex #\w+\.\d+/) }));
  guard[Symbol.dispose]();
  expect(mutex.tryLock()).toBeUndefined();
  other[Symbol.dispose]();
  other[Symbol.dispose]();
  const again = await mutex.lock();
  again[Symbol.dispose]();
  expect(() => again.unlock()).toThrow(expect.objectContaining({ code: "ERR_NOT_LOCKED" }));
  expect(held(the.rt, mutex)).toBe(0);
});

test("a signal that has fired already throws its reason and takes nothing", async () => {
  using mutex = new the.rt.Mutex();
  expect(() => mutex.lock({ signal: AbortSignal.abort(new Error("too late")) })).toThrow("too late");
  expect(held(the.rt, mutex)).toBe(0);
});

test("a wait that a signal ends leaves no waiter, and the others move up", async () => {
  using mutex = new the.rt.Mutex();
  const guard = await mutex.lock();
  const controller = new AbortController();
  const order: number[] = [];
  const waits = [0, 1, 2].map(async (k) => {
    using _guard = await mutex.lock(k === 1 ? { signal: controller.signal } : {});
    order.push(k);
  });
  const ended = expect(waits[1]).rejects.toThrow("enough");
  controller.abort(new Error("enough"));
  await ended;
  expect(waitingAt(the.rt, mutex)).toBe(2);
  guard.unlock();
  await Promise.all([waits[0], waits[2]]);
  expect(order).toEqual([0, 2]);
});

test("a dump says which task holds what a task waits for, on which thread, and since when", async () => {
  using mutex = new the.rt.Mutex();
  const [said, release] = [the.rt.chan(i32), the.rt.chan(i32)];
  const holding = the.rt.spawn.on(1)(holdUntil, mutex, said, release);
  await said.recv();
  const out = the.rt.chan(i32, 1);
  const waiting = the.rt.spawn.on(0)(lockAndSay, mutex, 0, out);
  await until(() => waitingAt(the.rt, mutex) === 1);
  const { threads } = await the.rt.dump();
  const holder = threads[1].tasks.find(({ name }) => name === "holdUntil");
  const parked = threads[0].parked.find(({ task }) => task === "lockAndSay");
  expect(parked?.reason).toBe("lock");
  expect(parked?.on).toMatch(new RegExp(`^Mutex #\\w+\\.\\d+, held by task #${holder?.id} on thread 1 for \\d+ ms$`));
  release.close();
  await Promise.all([holding, waiting]);
  said.close();
  out.close();
});

test("10 000 mutexes made, used on two threads and freed leave the arena as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using mutex = new Mutex();
      (await mutex.lock()).unlock();
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(10_000);
  expect(used(the.rt)).toBe(before);
});
