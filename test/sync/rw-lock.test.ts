/** The lock for one writer or many readers: no torn read, no lost write, nobody starves. */
import { describe, expect, test } from "vitest";
import { type Guard, RwLock } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { used, world } from "../channel/tasks/world.ts";
import { readAndWrite } from "./tasks/locking.ts";
import { held, waitingAt, wordOf } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test.each([2, 10])("eight tasks that write every %i-th time and read between: no torn read, no lost write", async (writeEvery) => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using lock = new RwLock();
    using pair = the.rt.shared.int32(2);
    const torn = await Promise.all(Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? left : right)(readAndWrite, lock, pair, 1000, writeEvery)));
    expect([...torn, ...pair.array]).toEqual([...Array(8).fill(0), 8000 / writeEvery, 8000 / writeEvery]);
    expect([held(the.rt, lock), wordOf(the.rt, lock, "value"), waitingAt(the.rt, lock)]).toEqual([0, 0, 0]);
  });
});

test("readers share it, a writer has it alone", async () => {
  using lock = new RwLock();
  const readers = [await lock.readLock(), await lock.readLock(), lock.tryReadLock()];
  expect(lock.tryWriteLock()).toBeUndefined();
  for (const guard of readers) guard?.unlock();
  const writer = lock.tryWriteLock();
  expect([lock.tryReadLock(), lock.tryWriteLock()]).toEqual([undefined, undefined]);
  writer?.unlock();
  lock.tryReadLock()?.unlock();
});

test("first come first served: readers behind a writer wait, and enter together after it", async () => {
  using lock = new RwLock();
  const order: string[] = [];
  const enter = async (who: string, locking: Guard | Promise<Guard>): Promise<Guard> => {
    const guard = await locking;
    order.push(who);
    return guard;
  };
  const first = await lock.readLock();
  const waits = [enter("w1", lock.writeLock()), enter("r1", lock.readLock()), enter("r2", lock.readLock()), enter("w2", lock.writeLock()), enter("r3", lock.readLock())];
  // A writer waits: no further reader gets past it.
  expect([lock.tryReadLock(), waitingAt(the.rt, lock)]).toEqual([undefined, 5]);
  first.unlock();
  (await waits[0]).unlock();
  const [r1, r2] = [await waits[1], await waits[2]];
  expect([order, wordOf(the.rt, lock, "value")]).toEqual([["w1", "r1", "r2"], 2]);
  r1.unlock();
  expect(waitingAt(the.rt, lock)).toBe(2);
  r2.unlock();
  (await waits[3]).unlock();
  (await waits[4]).unlock();
  expect(order).toEqual(["w1", "r1", "r2", "w2", "r3"]);
});

test("a writer that leaves the queue lets the readers behind it in", async () => {
  using lock = new RwLock();
  const reader = await lock.readLock();
  const controller = new AbortController();
  const writing = Promise.resolve(lock.writeLock({ signal: controller.signal }));
  const ended = expect(writing).rejects.toThrow("enough");
  const behind = lock.readLock();
  controller.abort(new Error("enough"));
  await ended;
  (await behind).unlock();
  reader.unlock();
  lock.tryWriteLock()?.unlock();
});

describe("misuse", () => {
  const TAKE = { reading: (lock: RwLock) => lock.tryReadLock(), writing: (lock: RwLock) => lock.tryWriteLock() };
  for (const [name, take] of Object.entries(TAKE)) {
    for (const [other, takeOther] of Object.entries(TAKE)) {
      test.each(["unlock", "dispose"] as const)(`a guard of ${name}, unlocked twice while another is ${other}: %s`, (how) => {
        using lock = new RwLock();
        const guard = take(lock) as Guard;
        guard.unlock();
        const later = takeOther(lock) as Guard;
        if (how === "unlock") expect(() => guard.unlock()).toThrow(expect.objectContaining({ code: "ERR_NOT_LOCKED", message: expect.stringMatching(/^the guard was already unlocked: RwLock #/) }));
        else guard[Symbol.dispose]();
        expect(lock.tryWriteLock()).toBeUndefined();
        later.unlock();
        lock.tryWriteLock()?.unlock();
        expect([held(the.rt, lock), wordOf(the.rt, lock, "value")]).toEqual([0, 0]);
      });
    }
  }
});

test("a dump says which task holds it", async () => {
  using lock = new RwLock();
  const says = async (): Promise<string> => {
    const waiting = lock.writeLock();
    const [{ on }] = (await the.rt.dump()).threads[2].parked;
    for (const guard of guards.splice(0)) guard.unlock();
    (await waiting).unlock();
    return on;
  };
  const guards = [await lock.readLock(), await lock.readLock()];
  expect(await says()).toMatch(/^RwLock #\w+\.\d+, held by 2 readers$/);
  guards.push(await lock.readLock());
  expect(await says()).toMatch(/held by 1 reader$/);
  guards.push(await lock.writeLock());
  expect(await says()).toMatch(/held by the main thread for \d+ ms$/);
});

test("made and freed by the thousand they leave the arena as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using lock = new RwLock();
      (await lock.readLock()).unlock();
      (await lock.writeLock()).unlock();
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(5000);
  expect(used(the.rt)).toBe(before);
});
