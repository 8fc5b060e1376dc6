import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { type Runtime, i32, start } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { add } from "./start-tasks.ts";
import { thrown, until } from "./until.ts";
import { burn, countForEver, leaveThemBehind, parkOn, setLater, spin } from "./world-tasks.ts";

const STOPPED = { code: "ERR_RUNTIME_STOPPED" };

/** Every call of a stopped runtime. */
function callsOf(rt: Runtime): [string, () => unknown][] {
  return [
    ["go", () => rt.go(add, 1, 2)],
    ["spawn", () => rt.spawn(add, 1, 2)],
    ["a closure", () => rt.spawn(async () => 1)],
    ["chan", () => rt.chan(i32)],
    ["oneshot", () => rt.oneshot(i32)],
    ["select", () => rt.select({ a: undefined }, { otherwise: true })],
    ["after", () => rt.after(1)],
    ["never", () => rt.never()],
    ["sleep", () => rt.sleep(1)],
    ["yieldNow", () => rt.yieldNow()],
    ["shared", () => rt.shared.int32(1)],
    ["stats", () => rt.stats()],
    ["dump", () => rt.dump()],
  ];
}

/** Starts a runtime, uses it and stops it; its shared memory. */
async function usedAndStopped(): Promise<WeakRef<object>> {
  const rt = (await start({ threads: 1 })) as OpenRuntime;
  rt.go(add, 1, 2);
  await rt.spawn(add, 1, 2);
  await rt.sleep(2);
  await rt.stop();
  return new WeakRef(rt.arena.memory.buffer);
}

describe("stop", () => {
  test("leaves the shared memory to the garbage collector", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const memories = [await usedAndStopped(), await usedAndStopped(), await usedAndStopped()];
    // The stack may still refer to the last one.
    await until(() => {
      collect();
      return memories.filter((memory) => memory.deref() !== undefined).length <= 1;
    });
  });

  test("rejects what waits on the main thread, of every kind", async () => {
    const rt = await start({ threads: 1 });
    const ch = rt.chan(i32);
    const full = rt.chan(i32, 1);
    await full.send(1);
    const waiting = {
      receive: ch.recv(),
      send: full.send(2),
      select: rt.select({ a: ch, b: full.sending(3) }),
      sleep: rt.sleep(1e9),
      after: rt.after(1e9).recv(),
      never: rt.never().recv(),
      join: rt.spawn(parkOn, "sleep", ch),
      closure: rt.spawn(async () => ch.recv()),
      iteration: ch[Symbol.asyncIterator]().next(),
    };
    const settled = Promise.allSettled(Object.values(waiting));
    await until(async () => (await rt.dump()).threads[1].parked.length === 10);
    await rt.stop();
    for (const [k, result] of (await settled).entries()) {
      expect(result, Object.keys(waiting)[k]).toMatchObject({ status: "rejected", reason: STOPPED });
    }
  });

  test("a wait that no code awaits is not an unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on("unhandledRejection", note);
    const rt = await start({ threads: 1 });
    void rt.chan(i32).recv();
    void rt.sleep(1e9);
    void rt.spawn(parkOn, "sleep", rt.chan(i32));
    await rt.stop();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("twice, and at the same time", async () => {
    const rt = await start({ threads: 1 });
    await Promise.all([rt.stop(), rt.stop()]);
    await rt.stop();
    await rt[Symbol.asyncDispose]();
  });

  test("afterwards every call is refused", async () => {
    const rt = await start({ threads: 1 });
    await rt.stop();
    for (const [name, call] of callsOf(rt)) expect(await thrown(call), name).toMatchObject(STOPPED);
  });

  test("from the moment it is called, every call is refused", async () => {
    const rt = await start({ threads: 1 });
    const stopped = rt.stop();
    for (const [name, call] of callsOf(rt)) expect(await thrown(call), name).toMatchObject(STOPPED);
    await stopped;
  });

  test("afterwards every operation of every object is refused, also one that need not wait", async () => {
    const rt = await start({ threads: 1 });
    const [buffered, closed, empty, unbuffered, reply] = [rt.chan(i32, 3), rt.chan(i32, 3), rt.chan(i32, 3), rt.chan(i32), rt.oneshot(i32)];
    for (const ch of [buffered, closed]) await ch.send(1);
    closed.close();
    const iterator = buffered[Symbol.asyncIterator]();
    const [mutex, rw, semaphore, group, once, barrier, counter] = [new rt.Mutex(), new rt.RwLock(), new rt.Semaphore(2), new rt.WaitGroup(), new rt.Once(), new rt.Barrier(1), new rt.Counter()];
    const guard = await mutex.lock();
    const held = await semaphore.acquire();
    const [ctx, signalled] = [rt.context(), rt.context()];
    const { signal } = signalled;
    const [due, ticker, shared, tasks] = [rt.after(0), rt.ticker(0.5), rt.shared.int32(1), rt.group()];
    await rt.stop();
    const operations: Record<string, () => unknown> = {
      "send with room": () => buffered.send(2),
      "send to a closed channel": () => closed.send(2),
      "send without a buffer": () => unbuffered.send(2),
      trySend: () => empty.trySend(2),
      "trySend without a buffer": () => unbuffered.trySend(2),
      "the send of a oneshot": () => reply.send(2),
      sendMany: () => empty.sendMany([1, 2]),
      "recv of a buffered value": () => buffered.recv(),
      "recv of a closed channel": () => closed.recv(),
      tryRecv: () => buffered.tryRecv(),
      "tryRecv of nothing": () => empty.tryRecv(),
      recvMany: () => buffered.recvMany(2),
      "recv without a buffer": () => unbuffered.recv(),
      iteration: () => iterator.next(),
      close: () => buffered.close(),
      "a second close": () => closed.close(),
      lock: () => mutex.lock(),
      tryLock: () => mutex.tryLock(),
      unlock: () => guard.unlock(),
      readLock: () => rw.readLock(),
      tryReadLock: () => rw.tryReadLock(),
      writeLock: () => rw.writeLock(),
      tryWriteLock: () => rw.tryWriteLock(),
      acquire: () => semaphore.acquire(),
      tryAcquire: () => semaphore.tryAcquire(),
      available: () => semaphore.available,
      add: () => group.add(1),
      done: () => group.done(),
      "wait of a wait group": () => group.wait(),
      count: () => group.count,
      do: () => once.do(() => undefined),
      isDone: () => once.isDone,
      "wait of a barrier": () => barrier.wait(),
      "add of a counter": () => counter.add(1),
      "the value of a counter": () => counter.value,
      until: () => counter.until(0),
      cancel: () => ctx.cancel(),
      "cancel a second time": () => ctx.cancel(new Error("late")),
      "the done channel": () => ctx.done,
      "the signal": () => ctx.signal,
      "recv of a timer that is due": () => due.recv(),
      "tryRecv of a timer": () => due.tryRecv(),
      "recv of a ticker": () => ticker.recv(),
      "reset of a ticker": () => ticker.reset(1),
      "spawn of a group": () => tasks.spawn(add, 1, 2),
      parallelFor: () => rt.parallelFor(3, () => undefined),
    };
    for (const [name, operation] of Object.entries(operations)) expect(await thrown(operation), name).toMatchObject(STOPPED);
    // What only reads or gives back continues to work.
    expect([shared.array.length, signal.aborted, ctx.cancelled, buffered.length, buffered.capacity]).toEqual([1, false, false, 0, 3]);
    for (const disposable of [mutex, rw, semaphore, group, once, barrier, counter, held, ctx, signalled, ticker, shared]) disposable[Symbol.dispose]();
    await tasks[Symbol.asyncDispose]().catch(() => undefined);
  });

  test("while threads are idle, parked, asleep and busy", async () => {
    const rt = await start({ threads: 2 });
    const counter = rt.shared.int32(1);
    const ended = [rt.spawn(countForEver, counter), rt.spawn(countForEver, counter), rt.spawn(parkOn, "receive", rt.chan(i32)), rt.spawn(parkOn, "await", rt.chan(i32))];
    await until(() => counter.array[0] > 100);
    await rt.stop();
    for (const join of await Promise.allSettled(ended)) expect(join).toMatchObject({ status: "rejected", reason: STOPPED });
  });

  test("while a thread computes for longer than it is asked to wait", { tags: ["deep"] }, async () => {
    const rt = await start({ threads: 2 });
    const slow = rt.spawn(burn, 2000);
    await rt.stop();
    expect(await thrown(() => slow)).toMatchObject(STOPPED);
  });

  test("while a thread is in an endless loop: it is ended by force", { tags: ["deep"] }, async () => {
    const rt = await start({ threads: 2 });
    const flag = rt.shared.int32(1);
    const stuck = rt.spawn(spin, flag);
    await until(() => flag.array[0] === 1);
    await rt.stop();
    expect(await thrown(() => stuck)).toMatchObject(STOPPED);
  });

  test("while it is asked for a report that a busy thread has not given", { tags: ["deep"] }, async () => {
    const rt = await start({ threads: 1 });
    const flag = rt.shared.int32(1);
    void rt.spawn(spin, flag);
    await until(() => flag.array[0] === 1);
    const asked = thrown(() => rt.dump());
    await rt.stop();
    expect(await asked).toMatchObject(STOPPED);
  });

  test("await using stops it", async () => {
    let ch;
    {
      await using rt = await start({ threads: 1 });
      ch = rt.chan(i32, 1);
      expect(await rt.spawn(add, 1, 2)).toBe(3);
    }
    expect(await thrown(() => ch.recv())).toMatchObject(STOPPED);
  });

  test("stopping one of two that start at the same time does not stop the other", { tags: ["deep"] }, async () => {
    const [first, second] = await Promise.all([start({ threads: 1 }), start({ threads: 1 })]);
    await first.stop();
    expect(await second.spawn(add, 1, 2)).toBe(3);
    await second.stop();
  });
});

describe("stop with a time to drain", () => {
  test("tasks that have been started end, with those that they start, and no other is started", async () => {
    const rt = await start({ threads: 2 });
    const [ch, done] = [rt.chan(i32), rt.shared.int32(3)];
    const nested = rt.spawn(async () => {
      await ch.recv();
      return rt.spawn(add, 1, 2);
    });
    rt.go(async () => {
      await ch.recv();
      done.array[0] = 1;
    });
    rt.go(setLater, ch, done);
    const group = rt.group({ limit: 1 });
    const inGroup = [group.spawn(async () => ch.recv()), group.spawn(add, 3, 4)];
    const stopped = rt.stop({ drainMs: Infinity });
    expect(rt.stop({ drainMs: 5 })).toBe(stopped);
    for (const call of [() => rt.go(add, 1, 2), () => rt.spawn(add, 1, 2), () => rt.spawn(async () => 1), () => rt.parallelFor(1, () => undefined)]) expect(await thrown(call)).toMatchObject(STOPPED);
    for (let k = 0; k < 4; k++) await ch.send(k);
    await stopped;
    expect([await nested, ...(await Promise.all(inGroup)).slice(1), ...done.array.subarray(0, 2)]).toEqual([3, 7, 1, 1]);
    expect(await thrown(() => ch.send(1))).toMatchObject(STOPPED);
  });

  test("without tasks it stops, and a task that does not end is ended when the time is over", async () => {
    const idle = await start({ threads: 1 });
    await idle.stop({ drainMs: Infinity });
    const rt = await start({ threads: 1 });
    const waits = rt.spawn(parkOn, "receive", rt.chan(i32));
    await rt.stop({ drainMs: 20 });
    expect(await thrown(() => waits)).toMatchObject(STOPPED);
  });

  test("a second stop, and a failure, do not wait", async () => {
    const rt = await start({ threads: 1 });
    const waits = rt.spawn(parkOn, "receive", rt.chan(i32));
    const drained = rt.stop({ drainMs: Infinity });
    await Promise.all([rt.stop(), drained]);
    expect(await thrown(() => waits)).toMatchObject(STOPPED);
  });

  test.each([[-1], [Number.NaN], ["5"], [null]])("a drain time of %j is refused, and nothing stops", async (drainMs) => {
    await using rt = await start({ threads: 1 });
    expect(() => rt.stop({ drainMs: drainMs as number })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(() => rt.stop({ drain: 5 } as object)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(await rt.spawn(add, 1, 2)).toBe(3);
  });
});

describe("run is Go's main", () => {
  test("what its children were doing when it returned is cancelled", async () => {
    // In a runtime of `start` the same children continue: the counter distinguishes the two.
    const rt = await start({ threads: 2 });
    const counter = rt.shared.int32(1);
    expect(await rt.spawn(leaveThemBehind, counter)).toBe("main is done");
    const seen = counter.array[0];
    await until(() => counter.array[0] > seen);
    await rt.stop();
  });
});
