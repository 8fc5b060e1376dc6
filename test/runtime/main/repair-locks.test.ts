/**
 * The death of a thread at every single write of every operation of a lock: afterwards
 * the lock is whole, what the dead held has been passed on, and nobody hangs.
 */
import { describe, expect, test, vi } from "vitest";
import { HEADER_WORDS } from "../../../src/memory/layout.ts";
import type { Guard } from "../../../src/sync/guard.ts";
import { repairSyncObject } from "../../../src/sync/kinds.ts";
import { SharedMutex } from "../../../src/sync/mutex.ts";
import { SharedRwLock } from "../../../src/sync/rw-lock.ts";
import { SharedSemaphore } from "../../../src/sync/semaphore.ts";
import { dieEverywhere } from "../../wait/deaths.ts";
import { Scene, endOf, passOn } from "./repair-scene.ts";

vi.mock("../../../src/memory/atomics.ts", async (original) => (await import("../../wait/mortal-memory.ts")).mortalAtomics(await original()));

describe("a thread that dies", () => {
  test("in lock: it is free, and the next holder sees ownerDied if it had been taken", async () => {
    const seen = new Set<boolean>();
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedMutex);
      const died = s.die(death, () => s.onVictim.lock());
      const wasTaken = s.word("holder") !== 0;
      s.repair();
      s.expectWhole(0);
      const [guard] = await passOn(s, [s.onOther.lock()]);
      expect(guard.ownerDied).toBe(wasTaken);
      seen.add(wasTaken);
      expect(s.onMain.tryLock()?.ownerDied).toBe(false);
      return died;
    });
    expect(seen).toEqual(new Set([true, false]));
  });

  test("in unlock, with others waiting: each gets it in order, whatever was done already", async () => {
    const seen = new Set<boolean>();
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedMutex);
      const guard = s.onVictim.lock() as Guard;
      const waits = [s.onOther.lock(), s.onMain.lock()];
      const died = s.die(death, () => guard.unlock());
      s.repair();
      const [first, second] = await passOn(s, waits);
      seen.add(first.ownerDied);
      expect(second.ownerDied).toBe(false);
      s.expectWhole(0);
      expect(s.word("holder")).toBe(0);
      return died;
    });
    // Before the lock was given up, and after.
    expect(seen).toEqual(new Set([true, false]));
  });

  test("queueing up, or leaving the queue for a signal: it is in the queue no more, the others are", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedMutex);
      const guard = s.onOther.lock() as Guard;
      const before = s.onMain.lock();
      const died = s.die(death, () => s.onVictim.lock());
      s.repair();
      s.expectWhole(1);
      const after = s.onOther.lock();
      guard.unlock();
      s.pump();
      await passOn(s, [before, after]);
      s.expectWhole(0);
      return died;
    });
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedMutex);
      const guard = s.onOther.lock() as Guard;
      const controller = new AbortController();
      const waits = [s.onMain.lock()];
      const leaving = Promise.resolve(s.onVictim.lock({ signal: controller.signal }));
      leaving.catch(() => undefined);
      waits.push(s.onOther.lock());
      const [wait] = [...s.victim.waiters.list()];
      const died = s.die(death, () => s.onVictim.withdraw(wait));
      s.repair();
      s.expectWhole(2);
      guard.unlock();
      s.pump();
      await passOn(s, waits);
      s.expectWhole(0);
      return died;
    });
  });

  test("with a granted lock that its task has not come to yet: it is passed on", async () => {
    const s = new Scene(SharedMutex);
    const guard = s.onOther.lock() as Guard;
    void s.onVictim.lock();
    const waiting = s.onMain.lock();
    guard.unlock();
    expect(s.word("holder")).toBe(1);
    s.repair();
    const [passed] = await passOn(s, [waiting]);
    expect(passed.ownerDied).toBe(true);
    s.expectWhole(0);
  });

  test("in free: all waits end with ERR_STALE_HANDLE, and the memory is freed", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedSemaphore, 1);
      const before = s.main.arena.use().used;
      s.onOther.acquire(1);
      const waits = [s.onMain.acquire(1), s.onOther.acquire(1)];
      for (const wait of waits) (wait as Promise<unknown>).catch(() => undefined);
      const died = s.die(death, () => s.onVictim.free());
      // A header without a kind belongs to no object any more: only its memory is lost with it.
      const isThere = s.word("kind") !== 0;
      if (isThere) s.repair();
      // Nothing had begun.
      if (s.word("ending") === 0) s.onMain.free();
      for (const thread of [s.main, s.other]) thread.completeGranted();
      s.pump();
      for (const wait of waits) expect(await endOf(wait)).toBe("ERR_STALE_HANDLE");
      expect(s.word("lock")).toBe(0);
      expect(() => s.onMain.tryAcquire(1)).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
      if (isThere) expect(s.main.arena.use().used).toBeLessThanOrEqual(before - HEADER_WORDS * 4);
      return died;
    });
  });

  test("holding permits, or in the middle of giving them back: the sum is what the living hold", async () => {
    for (const operation of ["acquire", "unlock"] as const) {
      await dieEverywhere(async (death) => {
        const s = new Scene(SharedSemaphore, 5);
        const mine = s.onOther.acquire(2) as Guard;
        const guard = operation === "unlock" ? (s.onVictim.acquire(3) as Guard) : undefined;
        const waits = operation === "unlock" ? [s.onMain.acquire(2), s.onOther.acquire(1)] : [];
        const died = s.die(death, () => (guard === undefined ? s.onVictim.acquire(3) : guard.unlock()));
        s.repair();
        const guards = await Promise.all(waits);
        s.expectWhole(0);
        expect(s.onMain.available).toBe(5 - 2 - (guards.length > 0 ? 3 : 0));
        for (const each of [mine, ...guards]) each.unlock();
        expect(s.onMain.available).toBe(5);
        return died;
      });
    }
  });

  test("that asked for many permits: those behind it go on", async () => {
    const s = new Scene(SharedSemaphore, 3);
    const guard = s.onMain.acquire(2) as Guard;
    void s.onVictim.acquire(3);
    const small = s.onOther.acquire(1);
    expect(s.word("waiting")).toBe(2);
    s.repair();
    expect(await endOf(small)).toBe("ended");
    (await small).unlock();
    guard.unlock();
    expect(s.onMain.available).toBe(3);
  });

  test("reading or writing under an RwLock, at any write: writers and readers behind it go on", async () => {
    for (const mode of ["readLock", "writeLock"] as const) {
      await dieEverywhere(async (death) => {
        const s = new Scene(SharedRwLock);
        const guard = s.onVictim[mode]() as Guard;
        const waits = [s.onMain.writeLock(), s.onOther.readLock(), s.onMain.readLock(), s.onOther.writeLock()];
        const died = s.die(death, () => guard.unlock());
        s.repair();
        const [writer, ...others] = await passOn(s, waits);
        if (mode === "readLock") expect(writer.ownerDied).toBe(false);
        expect(others.map(({ ownerDied }) => ownerDied)).toEqual([false, false, false]);
        s.expectWhole(0);
        expect([s.word("holder"), s.word("value")]).toEqual([0, 0]);
        return died;
      });
    }
  });

  test("letting a batch of readers in: all of them are in", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedRwLock);
      const guard = s.onVictim.writeLock() as Guard;
      const waits = [s.onMain.readLock(), s.onOther.readLock(), s.onMain.readLock()];
      const died = s.die(death, () => guard.unlock());
      s.repair();
      const guards = await Promise.all(waits);
      expect(s.word("value")).toBe(3);
      s.expectWhole(0);
      for (const each of guards) each.unlock();
      expect(s.word("value")).toBe(0);
      expect(s.onMain.tryWriteLock()).toBeDefined();
      return died;
    });
  });

  test("writing: readers and the next writer see ownerDied, later ones do not", async () => {
    const s = new Scene(SharedRwLock);
    s.onVictim.writeLock();
    s.repair();
    const reader = s.onMain.readLock() as Guard;
    expect(reader.ownerDied).toBe(true);
    reader.unlock();
    const writer = s.onOther.writeLock() as Guard;
    expect(writer.ownerDied).toBe(true);
    writer.unlock();
    expect((s.onMain.writeLock() as Guard).ownerDied).toBe(false);
  });
});

test("a header of another kind is left alone", () => {
  const s = new Scene(SharedMutex);
  const at = s.main.arena.allocHeader(0);
  expect(repairSyncObject(s.main.waiters, at, 0)).toBe(false);
});
