// @module-tag deep
/**
 * All kinds at once on more threads than cores, with signals that end waits at
 * random: every count must come out, and nothing may be left.
 */
import { expect, test } from "vitest";
import { Barrier, Counter, Mutex, RwLock, Semaphore, WaitGroup } from "../../src/index.ts";
import { WAITER_WORDS } from "../../src/memory/layout.ts";
import { quiet, used, world } from "../channel/tasks/world.ts";
import { addTo, meet, waitFor, workThenDone } from "./tasks/groups.ts";
import { hammer, hammerImpatiently, readAndWrite, takeImpatiently, takePermits } from "./tasks/locking.ts";
import { held, waitingAt, wordOf } from "./tasks/state.ts";

const the = world(4);
const ROUNDS = 2;
/** Locks of one task and round: in all 4 · 2 · 2,500 = 20,000 of each kind. */
const EACH = 2500;

test(`four threads, all kinds at once, ${ROUNDS} times`, async () => {
  const round = async (): Promise<void> => {
    using mutex = new Mutex();
    using lock = new RwLock();
    using semaphore = new Semaphore(3);
    using barrier = new Barrier(8);
    using counter = new Counter(2 ** 32 - 5000);
    using group = new WaitGroup();
    using words = the.rt.shared.int32(32);
    using pair = the.rt.shared.int32(2);
    using out = the.rt.shared.int32(1);
    using rounds = the.rt.shared.int32(8);
    using sum = the.rt.shared.int32(1);
    group.add(100);
    const on = [0, 1, 2, 3];
    const all = await Promise.all([
      Promise.all(on.map((thread) => the.rt.spawn.on(thread)(hammer, mutex, words, EACH))),
      Promise.all(on.map((thread) => the.rt.spawn.on(thread)(readAndWrite, lock, pair, EACH, 5))),
      Promise.all(on.map((thread) => the.rt.spawn.on(thread)(takePermits, semaphore, out, EACH, 3))),
      Promise.all([...on, ...on].map((thread, me) => the.rt.spawn.on(thread)(meet, barrier, me, rounds, 500))),
      Promise.all(on.map((thread) => the.rt.spawn.on(thread)(addTo, counter, 1, EACH))),
      Promise.all(on.map((thread) => the.rt.spawn.on(thread)(waitFor, counter, [2 ** 32 - 100, 2 ** 32, 2 ** 32 + 5000]))),
      Promise.all(Array.from({ length: 100 }, (_, k) => the.rt.spawn(workThenDone, group, sum, k % 7))),
      group.wait(),
      Promise.all(on.map((thread) => the.rt.spawn.on(thread)(takeImpatiently, semaphore, 500))),
    ]);
    const [intrusions, torn, excess, met] = all;
    expect([...intrusions, ...torn, ...excess, ...met.map(([, apart]) => apart)]).toEqual(Array(20).fill(0));
    expect([words.array[0], ...pair.array, sum.array[0], counter.value]).toEqual([4 * EACH, (4 * EACH) / 5, (4 * EACH) / 5, 100, 2 ** 32 + 5000]);
    expect(met.reduce((total, [places]) => total + places, 0)).toBe(500 * 28);
    expect([held(the.rt, mutex), held(the.rt, lock), wordOf(the.rt, lock, "value"), semaphore.available]).toEqual([0, 0, 0, 3]);
    for (const object of [mutex, lock, semaphore, barrier, counter, group]) expect(waitingAt(the.rt, object)).toBe(0);
  };
  for (let k = 0; k < ROUNDS; k++) await round();
}, 120_000);

test("10⁴ waits with signals on four threads: the lock is never lost, and the arena is as before", async () => {
  const round = async (count: number): Promise<void> => {
    using mutex = new Mutex();
    using counter = the.rt.shared.int32(2);
    await Promise.all([0, 1, 2, 3, 0, 1, 2, 3].map((thread) => the.rt.spawn.on(thread)(hammerImpatiently, mutex, counter, count)));
    expect([held(the.rt, mutex), waitingAt(the.rt, mutex)]).toEqual([0, 0]);
    mutex.tryLock()?.unlock();
  };
  await round(1250);
  await quiet(the.rt);
  const before = used(the.rt);
  await round(1250);
  await quiet(the.rt);
  // Each thread keeps as many records of waits as it once had at a time: here at most two.
  expect(used(the.rt)).toBeLessThanOrEqual(before + 4 * 2 * WAITER_WORDS * 4);
}, 120_000);
