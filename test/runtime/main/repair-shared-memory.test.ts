/**
 * The death of a thread at every single write of every operation: afterwards the
 * object is whole, what the dead held has been passed on, and nobody hangs.
 */
import { describe, expect, test, vi } from "vitest";
import { HEADER_WORDS, processor, syncHeader, waiter } from "../../../src/memory/layout.ts";
import { SharedBarrier } from "../../../src/sync/barrier.ts";
import { isClaimedBy, isDone } from "../../../src/wait/waiter-state.ts";
import { SharedCounter } from "../../../src/sync/counter.ts";
import type { Guard } from "../../../src/sync/guard.ts";
import { repairSyncObject } from "../../../src/sync/kinds.ts";
import { SharedMutex } from "../../../src/sync/mutex.ts";
import { SharedOnce } from "../../../src/sync/once.ts";
import { SharedRwLock } from "../../../src/sync/rw-lock.ts";
import { SharedSemaphore } from "../../../src/sync/semaphore.ts";
import type { SharedObject } from "../../../src/sync/shared-object.ts";
import { SharedWaitGroup } from "../../../src/sync/wait-group.ts";
import { expectIndexed } from "../../sync/tasks/indexed.ts";
import { isQueued, queueLength } from "../../../src/wait/wait-queue.ts";
import { type HandMadeThread, handMadeWorld } from "../../wait/hand-made.ts";
import { Death } from "../../wait/mortal-memory.ts";

vi.mock("../../../src/memory/atomics.ts", async (original) => (await import("../../wait/mortal-memory.ts")).mortalAtomics(await original()));

type SharedClass<T extends SharedObject> = new (...args: ConstructorParameters<typeof SharedMutex>) => T;

/** One object, as three threads see it; the first of them may die. */
class Scene<T extends SharedObject> {
  readonly main: HandMadeThread;
  readonly victim: HandMadeThread;
  readonly other: HandMadeThread;
  readonly onMain: T;
  readonly onVictim: T;
  readonly onOther: T;

  constructor(Shared: SharedClass<T> & { make(waiters: HandMadeThread["waiters"], ...args: number[]): number }, ...args: number[]) {
    ({ main: this.main, victim: this.victim, other: this.other } = handMadeWorld(true));
    const at = Shared.make(this.main.waiters, ...args);
    const open = (thread: HandMadeThread): T => new Shared(thread.waiters, at, thread.arena.i32[at + syncHeader.generation]);
    [this.onMain, this.onVictim, this.onOther] = [open(this.main), open(this.victim), open(this.other)];
    // A record in reserve, so that all that dies is the operation.
    for (const thread of [this.main, this.victim, this.other]) thread.waiters.prepare();
  }

  get i32(): Int32Array {
    return this.main.arena.i32;
  }

  word(name: keyof typeof syncHeader): number {
    return this.i32[this.onMain.header + syncHeader[name]];
  }

  /** Runs an operation of the victim, which dies before write `death`; whether it died. */
  die(death: number, operation: () => unknown): boolean {
    return this.victim.die(death, operation);
  }

  /** What the supervisor does. */
  repair(): void {
    expect(repairSyncObject(this.main.waiters, this.onMain.header, 0)).toBe(true);
    this.#expectGrantedInHand();
    for (const thread of [this.main, this.other]) thread.completeGranted();
    this.pump();
  }

  /** What the dead had granted and not completed is what it says it had in hand, and nothing that waits again. */
  #expectGrantedInHand(): void {
    const { i32, main, other } = this;
    const { here } = this.victim.arena;
    const inHand = [i32[here + processor.claiming], i32[here + processor.completing]];
    for (let record = i32[here + processor.claimedFirst]; record !== 0; record = i32[record + waiter.inboxNext]) inHand.push(record);
    for (const thread of [main, other]) {
      for (const { record } of thread.waiters.list()) {
        if (isQueued(i32, record)) expect(isClaimedBy(i32, record, 1)).toBe(false);
        else if (!isDone(i32, record) && isClaimedBy(i32, record, 1)) expect(inHand).toContain(record);
      }
    }
  }

  pump(): void {
    for (const thread of [this.main, this.other, this.main]) thread.pump();
  }

  /** The lock is free, no grant is open, and the queue is as long as it says. */
  expectWhole(waiting: number): void {
    const at = this.onMain.header;
    expect([this.word("lock"), this.word("grantRecord"), this.word("waiting"), queueLength(this.i32, at, syncHeader.waitersFirst)]).toEqual([0, 0, waiting, waiting]);
    if (waiting === 0) expect([this.word("waitersFirst"), this.word("waitersLast"), this.word("root")]).toEqual([0, 0, 0]);
    if (this.onMain instanceof SharedCounter) expectIndexed(this.i32, at);
  }
}

/** What a promise has come to, after all microtasks. */
async function stateOf(promise: unknown): Promise<string> {
  let state = "pending";
  void Promise.resolve(promise).then(
    () => (state = "ended"),
    (error: { code?: string }) => (state = error.code ?? String(error)),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return state;
}

/** Runs `scene` with a death before the first write, the second, … until the victim's operation survives. */
async function dieEverywhere(scene: (death: number) => Promise<boolean>): Promise<void> {
  for (let death = 0; ; death++) {
    expect(death).toBeLessThan(200);
    if (!(await scene(death))) {
      expect(death, "the operation writes").toBeGreaterThan(3);
      return;
    }
  }
}

/** Unlocks what two waits get, one after the other; both must come. */
async function passOn(s: Scene<SharedObject>, waits: (Guard | Promise<Guard>)[]): Promise<Guard[]> {
  const guards: Guard[] = [];
  for (const wait of waits) {
    expect(await stateOf(wait)).toBe("ended");
    const guard = await wait;
    guards.push(guard);
    guard.unlock();
    s.pump();
  }
  return guards;
}

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
      for (const wait of waits) expect(await stateOf(wait)).toBe("ERR_STALE_HANDLE");
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
    expect(await stateOf(small)).toBe("ended");
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

  test("in the last done of a wait group: all waiting tasks continue, or none if it was not counted", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedWaitGroup);
      s.onMain.add(1);
      const waits = [s.onMain.wait(), s.onOther.wait(), s.onMain.wait()];
      const died = s.die(death, () => s.onVictim.done());
      s.repair();
      if (s.onMain.count === 1) {
        for (const wait of waits) expect(await stateOf(wait)).toBe("pending");
        s.onMain.done();
        s.pump();
      }
      for (const wait of waits) expect(await stateOf(wait)).toBe("ended");
      s.expectWhole(0);
      return died;
    });
  });

  test("running a Once, or ending it: the next one runs, or all go on", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedOnce);
      let ran = 0;
      const [running, hasRun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = Promise.resolve(s.onVictim.do(() => running.promise));
      const waits = [s.onMain.do(() => void ran++), s.onOther.do(() => void ran++)];
      s.victim.life.writesLeft = death;
      let died = false;
      void first.then(
        () => hasRun.resolve(),
        (error) => {
          died = error instanceof Death;
          hasRun.resolve();
        },
      );
      running.resolve();
      await hasRun.promise;
      s.victim.life.writesLeft = 0;
      s.repair();
      for (const wait of waits) {
        expect(await stateOf(wait)).toBe("ended");
        s.pump();
      }
      expect(s.onMain.isDone).toBe(true);
      expect(ran).toBeLessThanOrEqual(1);
      s.expectWhole(0);
      return died;
    });
  });

  test("in a barrier's last arrival: all go on with places of their own, or all still wait", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedBarrier, 4);
      const waits = [s.onMain.wait(), s.onOther.wait(), s.onMain.wait()] as Promise<number>[];
      const died = s.die(death, () => s.onVictim.wait());
      s.repair();
      if (s.word("waiting") === 3) {
        expect(s.onOther.wait()).toBe(3);
        s.pump();
      }
      expect(await Promise.all(waits)).toEqual([0, 1, 2]);
      s.expectWhole(0);
      return died;
    });
  });

  test("adding to a counter: tasks that waited for less continue, the others wait", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedCounter);
      const waits = [s.onMain.until(7), s.onOther.until(3), s.onMain.until(5)];
      const died = s.die(death, () => s.onVictim.add(5));
      s.repair();
      if (s.onMain.value === 0) {
        s.onMain.add(5);
        s.pump();
      }
      expect([await stateOf(waits[0]), await stateOf(waits[1]), await stateOf(waits[2])]).toEqual(["pending", "ended", "ended"]);
      s.expectWhole(1);
      s.onOther.add(2);
      s.pump();
      expect(await stateOf(waits[0])).toBe("ended");
      return died;
    });
  });

  test("waiting in the middle of a counter's queue: the order stays", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedCounter);
      const waits = [s.onMain.until(2), s.onOther.until(8), s.onMain.until(4), s.onOther.until(6)];
      const died = s.die(death, () => s.onVictim.until(5));
      s.repair();
      s.expectWhole(4);
      s.onMain.add(8);
      s.pump();
      for (const wait of waits) expect(await stateOf(wait)).toBe("ended");
      s.expectWhole(0);
      return died;
    });
  });

  test("leaving a counter's queue by a signal: the others stay in order", async () => {
    await dieEverywhere(async (death) => {
      const s = new Scene(SharedCounter);
      const waits = [6, 2].map((n) => s.onOther.until(n));
      const leaving = s.onVictim.until(4);
      waits.push(s.onMain.until(5), s.onMain.until(3));
      const [wait] = [...s.victim.waiters.list()];
      const died = s.die(death, () => s.onVictim.withdraw(wait));
      s.repair();
      void leaving;
      s.expectWhole(4);
      s.onOther.add(5);
      s.pump();
      expect(await Promise.all(waits.map(stateOf))).toEqual(["pending", "ended", "ended", "ended"]);
      s.expectWhole(1);
      return died;
    });
  });
});

test("a header of another kind is left alone", () => {
  const s = new Scene(SharedMutex);
  const at = s.main.arena.allocHeader(0);
  expect(repairSyncObject(s.main.waiters, at, 0)).toBe(false);
});
