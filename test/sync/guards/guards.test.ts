/** Guards that are passed to tasks: the task has the lock, the sender has nothing, and the lock is given back once. */
import { describe, expect, test } from "vitest";
import { type Guard, Guarded, Mutex, RwLock, Semaphore, chan, context, contextKey, formatDump, group, i32, start, value, withValue } from "../../../src/index.ts";
import { onThreads } from "../../on-threads.ts";
import { thrown } from "../../runtime/until.ts";
import { onlyOnMain } from "../../runtime/module/only-on-main.ts";
import { unreachable } from "../../runtime/module/throws-on-threads.ts";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { collectGarbage } from "../../channel/tasks/garbage.ts";
import { until, used, world } from "../../channel/tasks/world.ts";
import { held, waitingAt, wordOf } from "../tasks/state.ts";
import { type How, type Lock, blockThread, isTaken, manyInGroup, manyWithPermits, passFrom, returnGuard, take, useGuard } from "./guard-tasks.ts";

const KINDS: readonly [How, () => Lock][] = [["mutex", () => new Mutex()], ["read", () => new RwLock()], ["write", () => new RwLock()], ["permits", () => new Semaphore(3)]];
const SPENT = { code: "ERR_NOT_LOCKED", message: expect.stringContaining("passed to a task") };
const REFUSED = { code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("a guard can only be an argument itself") };

onThreads("on %i threads", (threads) => {
  const the = world(threads);
  const last = threads - 1;

  describe.each(KINDS)("a guard of %s", (how, make) => {
    test.each(["the first thread", "the last thread", "any thread", "this thread, as a closure"])("goes with its lock to a task on %s; the sender's is spent", async (where) => {
      using lock = make();
      const guard = await take(how, lock);
      const { spawn } = the.rt;
      const start = where === "the first thread" ? spawn.on(0) : where === "the last thread" ? spawn.on(last) : spawn;
      const fn = where.startsWith("this") ? async (...args: Parameters<typeof useGuard>) => useGuard(...args) : useGuard;
      const result = start(fn, how, lock, guard);
      expect(await thrown(() => guard.unlock())).toMatchObject(SPENT);
      expect(await thrown(() => spawn(useGuard, how, lock, guard))).toMatchObject(SPENT);
      guard[Symbol.dispose]();
      expect(await result).toEqual({ before: true, after: true, ownerDied: false });
      expect([isTaken(how, lock), held(the.rt, lock), wordOf(the.rt, lock, "leases")]).toEqual([false, 0, 0]);
    });

    test("goes from each thread to each, and to a closure", async () => {
      using lock = make();
      const places = [...Array.from({ length: threads }, (_, place) => place), "closure" as const];
      for (const place of places) {
        for (let from = 0; from < threads; from++) expect(await the.rt.spawn.on(from)(passFrom, how, lock, place)).toEqual({ before: true, after: true, ownerDied: false, code: "ERR_NOT_LOCKED" });
      }
      expect(isTaken(how, lock)).toBe(false);
    });

    test("keeps the lock while its task has not started; who waits gets it afterwards", async () => {
      using lock = make();
      using flag = the.rt.shared.int32(2);
      const blocking = the.rt.spawn.on(last)(blockThread, flag);
      await until(() => flag.array[0] === 1);
      const guard = await take(how, lock);
      const result = the.rt.spawn.on(last)(useGuard, how, lock, guard);
      expect(isTaken(how, lock)).toBe(true);
      const other = take(how === "read" ? "write" : how, lock);
      await until(() => waitingAt(the.rt, lock) === 1);
      const text = formatDump(await the.rt.dump());
      if (how === "mutex" || how === "write") expect(text).toMatch(/held for task #\d+, which has not started, for \d+ ms/);
      expect((await the.rt.dump()).stuck).toEqual([]);
      Atomics.store(flag.array, 1, 1);
      await blocking;
      expect(await result).toMatchObject({ before: true, after: true });
      (await other).unlock();
      expect(isTaken(how, lock)).toBe(false);
    });

    test.each([["does not register it", onlyOnMain], ["does not load", unreachable]])("comes back if the module of the task %s", async (_what, fn) => {
      using lock = make();
      for (let k = 0; k < 3; k++) {
        const guard = await take(how, lock);
        expect(await thrown(() => (the.rt.spawn as (...args: unknown[]) => unknown)(fn, guard))).toMatchObject({ code: expect.stringMatching(/^ERR_TASK_(UNKNOWN|MODULE)$/) });
        expect(isTaken(how, lock)).toBe(false);
        const next = await take(how, lock);
        expect(next.ownerDied).toBe(false);
        next.unlock();
      }
      expect(wordOf(the.rt, lock, "references")).toBe(1);
    });

    test("of an object that was freed is refused, and is stale if that happens on its way", async () => {
      const lock = make();
      const guard = await take(how, lock);
      lock.free();
      expect(await thrown(() => the.rt.spawn(useGuard, how, lock, guard))).toMatchObject({ code: "ERR_STALE_HANDLE" });
      using flag = the.rt.shared.int32(2);
      const blocking = the.rt.spawn.on(last)(blockThread, flag);
      await until(() => flag.array[0] === 1);
      const [passed, other] = [make(), make()];
      const result = the.rt.spawn.on(last)(useGuard, how, other, await take(how, passed));
      passed.free();
      // Its header may be in use again.
      const again = make();
      Atomics.store(flag.array, 1, 1);
      await blocking;
      expect(await result).toMatchObject({ before: false });
      expect([isTaken(how, again), isTaken(how, other)]).toEqual([false, false]);
      for (const each of [again, other]) each.free();
    });
  });

  test("Go's pattern: a permit for each task, taken before it starts; never more at a time, none lost", async () => {
    for (const permits of [1, 3]) {
      using doors = new Semaphore(permits);
      using inside = the.rt.shared.int32(2);
      for (const run of [manyWithPermits, manyInGroup]) {
        const most = await Promise.all([run(doors, inside, 30), ...Array.from({ length: threads }, (_, place) => the.rt.spawn.on(place)(run, doors, inside, 30))]);
        expect(Math.max(...most)).toBeLessThanOrEqual(permits);
        await until(() => doors.available === permits);
        expect([inside.array[0], waitingAt(the.rt, doors)]).toEqual([0, 0]);
      }
    }
  });

  test("several guards in one call, and one guard twice", async () => {
    using doors = new Semaphore(3);
    using lock = new Mutex();
    const [permit, locked] = [await doors.acquire(2), await lock.lock()];
    const result = the.rt.spawn(async (a: Guard, b: Guard, c: Guard) => {
      const free = [doors.available, isTaken("mutex", lock), a === b];
      a.unlock();
      c.unlock();
      return free;
    }, permit, permit, locked);
    expect(await result).toEqual([1, true, true]);
    expect([doors.available, isTaken("mutex", lock)]).toEqual([3, false]);
    expect(await the.rt.spawn.on(last)(passFrom, "permits", doors, 0)).toMatchObject({ before: true });
  });

  test("a queue of a group holds it, and gives it back if the group is cancelled before the task starts", async () => {
    using doors = new Semaphore(3);
    const open = chan(i32);
    const tasks = group({ limit: 1 });
    tasks.go(async () => void (await open.recv()));
    {
      using guard = await doors.acquire();
      void tasks.go(useGuard, "permits", doors, guard);
      using other = await doors.acquire();
      tasks.spawn(useGuard, "permits", doors, other).catch(() => undefined);
      expect(await thrown(() => other.unlock())).toMatchObject(SPENT);
    }
    expect(doors.available).toBe(1);
    tasks.context.cancel(new Error("enough"));
    await until(() => doors.available === 3);
    using late = await doors.acquire();
    const started = tasks.go(useGuard, "permits", doors, late) as Promise<void>;
    expect(await thrown(() => started)).toMatchObject({ message: "enough" });
    expect(doors.available).toBe(3);
    open.close();
    await tasks.wait().catch(() => undefined);
    const spare = await doors.acquire();
    expect(await thrown(() => tasks.go(useGuard, "permits", doors, spare))).toMatchObject({ code: "ERR_GROUP_DONE" });
    // A call that throws has taken nothing.
    spare.unlock();
    expect(doors.available).toBe(3);
  });

  test("a task of a group that cannot be started gives it back", async () => {
    using doors = new Semaphore(3);
    const tasks = group({ limit: 1 });
    const failed = tasks.spawn(useGuard as (...args: unknown[]) => unknown, () => 1, doors, await doors.acquire());
    expect(await thrown(() => failed)).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(doors.available).toBe(3);
    await tasks.wait().catch(() => undefined);
  });
});

describe("a call that throws leaves its guards as they were", () => {
  const the = world(2, 67_108_864);
  const spawn = (...args: unknown[]): unknown => (the.rt.spawn as (...args: unknown[]) => unknown)(...args);

  test("if another argument cannot be sent, or the place does not exist, or the memory is full", async () => {
    using lock = new Mutex();
    // The task's name is in shared memory from now on. Of this lock the thread has an object, which gives its reference back whenever it is collected.
    using other = new Mutex();
    await spawn(useGuard, "mutex", other, await other.lock());
    const guard = await lock.lock();
    const references = wordOf(the.rt, lock, "references");
    const before = used(the.rt);
    expect(await thrown(() => spawn(useGuard, "mutex", () => 1, guard))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await thrown(() => the.rt.spawn.on(9)(useGuard, "mutex", lock, guard))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
    expect(await thrown(() => spawn(undefined, guard))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
    expect(await thrown(() => spawn(useGuard, "mutex", new Uint8Array(2 ** 27), guard, new Uint8Array(2 ** 27)))).toMatchObject({ code: "ERR_LIMIT" });
    const blocks: number[] = [];
    for (const words of [2 ** 14, 64, 16, 8, 4]) {
      expect(() => {
        for (;;) blocks.push(the.rt.arena.alloc(words));
      }).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    }
    expect(await thrown(() => spawn(useGuard, "mutex", lock, guard))).toMatchObject({ code: "ERR_ARENA_FULL" });
    for (const block of blocks) the.rt.arena.free(block);
    expect([used(the.rt), wordOf(the.rt, lock, "references"), wordOf(the.rt, lock, "leases")]).toEqual([before, references, 0]);
    guard.unlock();
  });

  test("if a getter of another argument unlocks it, or passes it on", async () => {
    using lock = new Mutex();
    const guard = await lock.lock();
    const unlocks = { get x() {
      guard.unlock();
      return 1;
    } };
    expect(await thrown(() => spawn(useGuard, "mutex", unlocks, guard))).toMatchObject({ code: "ERR_NOT_LOCKED", message: expect.stringContaining("already unlocked") });
    const other = await lock.lock();
    let inner: unknown;
    const passes = { get x() {
      inner ??= spawn(useGuard, "mutex", lock, other);
      return 1;
    } };
    expect(await thrown(() => spawn(useGuard, "mutex", passes, other))).toMatchObject(SPENT);
    expect(await inner).toMatchObject({ before: true, after: true });
    expect(isTaken("mutex", lock)).toBe(false);
  });

  test("inside another value, in a channel, as a result, in a context and in an error it is refused", async () => {
    using lock = new Mutex();
    const guard = await lock.lock();
    expect(await thrown(() => spawn(useGuard, "mutex", lock, { deep: [guard] }))).toMatchObject({ ...REFUSED, details: { path: ".args[2].deep[0]" } });
    const anything = chan(value<unknown>(), 1);
    expect(await thrown(() => anything.send(guard))).toMatchObject({ code: "ERR_VALUE_REFUSED", message: REFUSED.message });
    using root = context();
    expect(await thrown(() => withValue(root, contextKey<unknown>("test.guard"), guard))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    await anything.send(Object.assign(new Error("with a guard"), { guard }));
    expect(await anything.recv()).toMatchObject({ guard: expect.stringContaining("cannot be sent") });
    guard.unlock();
    expect(await thrown(() => the.rt.spawn.on(1)(returnGuard, lock))).toMatchObject(REFUSED);
    anything.close();
  });

  test("the guard of a Guarded stays on its thread", async () => {
    using hits = new Guarded({ count: i32 }, { count: 0 });
    const guard = await hits.lock();
    expect(await thrown(() => spawn(useGuard, "mutex", hits, guard))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("pass the Guarded itself") });
    guard.unlock();
  });

  test("of another runtime, or once the runtime has stopped", async () => {
    const other = await start({ threads: 1 });
    using lock = new the.rt.Mutex();
    const guard = await lock.lock();
    expect(await thrown(() => other.spawn(useGuard, "mutex", lock, guard))).toMatchObject({ code: "ERR_STALE_HANDLE", message: expect.stringContaining("another runtime") });
    const foreign = new other.Mutex();
    const stopped = await foreign.lock();
    await other.stop();
    expect(await thrown(() => other.spawn(useGuard, "mutex", foreign, stopped))).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    guard.unlock();
  });
});

test("thousands of guards that were passed leave nothing behind", { tags: ["deep"] }, async () => {
  await using rt = (await start({ threads: 2 })) as OpenRuntime;
  using doors = new rt.Semaphore(4);
  using inside = rt.shared.int32(2);
  const work = async (count: number): Promise<unknown> => Promise.all([0, 1].map((place) => rt.spawn.on(place)(manyWithPermits, doors, inside, count)));
  await work(100);
  await collectGarbage(rt);
  const before = used(rt);
  await work(3000);
  await until(async () => {
    await collectGarbage(rt);
    return used(rt) <= before + 4096;
  });
  expect([doors.available, wordOf(rt, doors, "leases")]).toEqual([4, 0]);
});
