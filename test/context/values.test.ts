/** Values of contexts: looked up through the contexts above, on every thread; freed with the context. */
import { describe, expect, test } from "vitest";
import { type Context, Mutex, context, contextKey, chan, i32, never, shared, start, withValue } from "../../src/index.ts";
import { onThreads } from "../on-threads.ts";
import { collectGarbage } from "../channel/tasks/garbage.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { contextsIn } from "./roots.ts";
import { type User, addHere, churn, depth, makeWithValue, readBoth, readInGroup, readLate, readValues, requestId, user } from "./value-tasks.ts";

const ANN: User = { id: 7, roles: new Set(["reader"]), since: new Date(5) };

describe("on one thread", () => {
  const the = world(1);

  test("the nearest value counts, a context without one asks those above; others do not see it", () => {
    using root = context();
    using one = withValue(root, requestId, "r1");
    using two = withValue(one, depth, 1);
    using three = context(two, { timeout: 1e6 });
    using four = withValue(three, requestId, "r4");
    const ids = [root, one, two, three, four].map((ctx) => ctx.value(requestId));
    expect(ids).toEqual([undefined, "r1", "r1", "r1", "r4"]);
    expect([root, one, two, three, four].map((ctx) => ctx.value(depth))).toEqual([undefined, undefined, 1, 1, 1]);
    expect(four.value(user)).toBeUndefined();
  });

  test("keys are equal by name; the value is a copy, one for all contexts of the thread", () => {
    const given = { id: 7, roles: new Set(["reader"]), since: new Date(5) };
    using ctx = withValue(undefined, user, given);
    using below = context(ctx);
    given.id = 8;
    const value = below.value(contextKey<User>("test.user"));
    expect(value).toEqual(ANN);
    expect([ctx.value(user) === value, value === (given as unknown)]).toEqual([true, false]);
  });

  test("undefined, null and false are values: they hide those above", () => {
    const odd = contextKey<unknown>("odd");
    using one = withValue(undefined, odd, 1);
    for (const value of [undefined, null, false, 0n, Number.NaN, -0]) {
      using two = withValue(one, odd, value);
      expect(two.value(odd)).toBe(value);
    }
    expect(one.value(odd)).toBe(1);
  });

  test("a context with a value is a context: cancelled with the one above, with its deadline, and it cancels those below", () => {
    using parent = context(undefined, { timeout: 1e6 });
    using valued = withValue(parent, depth, 1);
    using below = context(valued);
    expect([valued.deadlineMs, below.deadlineMs]).toEqual([parent.deadlineMs, parent.deadlineMs]);
    valued.cancel(new Error("enough"));
    expect([parent.cancelled, below.cancelled, below.reason?.message, below.value(depth)]).toEqual([false, true, "enough", 1]);
  });

  test("values can be read after the context, or the one above it, was disposed", () => {
    const outer = withValue(undefined, requestId, "r1");
    const inner = withValue(outer, depth, 1);
    outer[Symbol.dispose]();
    expect([outer.value(requestId), inner.value(requestId), inner.value(depth), inner.cancelled]).toEqual(["r1", "r1", 1, true]);
    inner[Symbol.dispose]();
    expect([inner.value(requestId), inner.value(depth)]).toEqual(["r1", 1]);
    using late = context(inner);
    expect([late.value(requestId), late.cancelled]).toEqual(["r1", true]);
  });

  test.each([["a string", "test.depth"], ["undefined", undefined], ["a look-alike", { name: "test.depth" }]])("%s is no key", (_what, key) => {
    using ctx = context();
    expect(() => ctx.value(key as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("contextKey()") }));
    const before = contextsIn(the.rt.arena);
    expect(() => withValue(ctx, key as never, 1 as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(contextsIn(the.rt.arena)).toBe(before);
  });

  test("a name that is no text or empty is refused", () => {
    for (const name of ["", 5, undefined, Symbol("s")]) expect(() => contextKey(name as string)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(contextKey("ein \u{1F600} \uD800 key").name).toBe("ein \u{1F600} \uD800 key");
  });

  test("what cannot be sent is refused with the path to it, and nothing is made or kept", () => {
    using ctx = context();
    using mutex = new Mutex();
    const channel = chan(i32);
    const array = shared.bytes(8);
    const guard = mutex.tryLock();
    const bad = contextKey<unknown>("test.bad");
    const before = { used: used(the.rt), contexts: contextsIn(the.rt.arena) };
    for (const [inside, path] of [[() => 1, ".deep[1]"], [channel, ".deep[1]"], [mutex, ".deep[1]"], [guard, ".deep[1]"], [array, ".deep[1]"], [ctx, ".deep[1]"], [never(), ".deep[1]"], [Symbol("s"), ".deep[1]"]] as const) {
      expect(() => withValue(ctx, bad, { deep: [0, inside] })).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE", details: expect.objectContaining({ path }) }));
    }
    expect(() => withValue(ctx, bad, channel)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^the value of context key "test.bad" cannot be sent to another thread: .*plain data/) }));
    expect({ used: used(the.rt), contexts: contextsIn(the.rt.arena) }).toEqual(before);
    // The refused guard is as before.
    guard?.unlock();
    expect(() => withValue(5 as never, depth, 1)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    channel.close();
    array.free();
  });

  test("with the arena full it fails with ERR_ARENA_FULL and keeps nothing", () => {
    using ctx = context();
    const blob = contextKey<Uint8Array>("test.blob");
    const before = used(the.rt);
    expect(() => withValue(ctx, blob, new Uint8Array(2 ** 28))).toThrow(expect.objectContaining({ code: expect.stringMatching(/ERR_(LIMIT|ARENA_FULL)/) }));
    const held: { free(): void }[] = [];
    expect(() => {
      for (;;) held.push(the.rt.shared.bytes(2 ** 26));
    }).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    expect(() => withValue(ctx, blob, new Uint8Array(2 ** 26))).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    for (const array of held) array.free();
    expect(used(the.rt)).toBe(before);
  });

  test("a value is freed with the last context that has it", () => {
    const before = used(the.rt);
    const value = "long ".repeat(20_000);
    const outer = withValue(undefined, requestId, value);
    const withIt = used(the.rt);
    expect(withIt - before).toBeGreaterThan(100_000);
    const inner = context(outer);
    outer[Symbol.dispose]();
    expect(used(the.rt) - before).toBeGreaterThan(100_000);
    inner[Symbol.dispose]();
    expect(used(the.rt)).toBe(before);
  });

  test("of another runtime: refused", async () => {
    await using other = await start({ threads: 1 });
    using ctx = other.context();
    expect(() => the.rt.withValue(ctx, depth, 1)).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
    using own = other.withValue(ctx, depth, 1);
    expect(own.value(depth)).toBe(1);
  });

  test("after the runtime has stopped: what was made can be read, nothing can be made", async () => {
    const other = await start({ threads: 1 });
    const ctx = other.withValue(undefined, depth, 1);
    await other.stop();
    expect(ctx.value(depth)).toBe(1);
    expect(() => other.withValue(undefined, depth, 1)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  });
});

onThreads("across %i threads", (threads) => {
  const the = world(threads);
  const last = threads - 1;

  test("every thread reads them, as one object for all its tasks and contexts", async () => {
    using root = withValue(undefined, user, ANN);
    using ctx = withValue(root, requestId, "r1");
    for (let place = 0; place < threads; place++) {
      const [a, b] = await Promise.all([the.rt.spawn.on(place)(readValues, ctx), the.rt.spawn.on(place)(readValues, ctx)]);
      expect([a, b]).toEqual([{ user: ANN, id: "r1", depth: undefined, same: true, cancelled: false }, { user: ANN, id: "r1", depth: undefined, same: true, cancelled: false }]);
    }
    expect(await the.rt.spawn.on(last)(readBoth, root, ctx)).toEqual({ same: true, ids: [undefined, "r1"] });
    expect(await the.rt.spawn.on(last)(readInGroup, ctx)).toBe("r1");
  });

  test("made on a thread, read here and on others", async () => {
    using ctx = await the.rt.spawn.on(0)(makeWithValue, "from 0");
    expect(ctx.value(requestId)).toBe("from 0");
    for (let place = 0; place < threads; place++) expect(await the.rt.spawn.on(place)(addHere, ctx, (place + 1) % threads)).toMatchObject({ id: "from 0", depth: 1 });
  });

  test("a task that has the context reads them after it was disposed elsewhere; one that gets it later reads none", async () => {
    const ctx = withValue(undefined, requestId, "r1");
    const ready = chan(i32);
    const reading = the.rt.spawn.on(last)(readLate, ctx, ready);
    await ready.recv();
    ctx[Symbol.dispose]();
    expect(await reading).toBe("r1");
    const gone = withValue(undefined, requestId, "r2");
    gone[Symbol.dispose]();
    expect(gone.value(requestId)).toBe("r2");
    expect(await the.rt.spawn.on(last)(readValues, gone)).toMatchObject({ id: undefined, cancelled: true });
    ready.close();
  });

  test("thousands of them on all threads leave nothing behind", async () => {
    using root = withValue(undefined, user, ANN);
    const work = async (count: number): Promise<void> => {
      const sums = await Promise.all([...Array.from({ length: threads }, (_, place) => the.rt.spawn.on(place)(churn, root, count)), churn(root, count)]);
      expect(sums).toEqual(sums.map(() => 0));
    };
    await work(200);
    await collectGarbage(the.rt);
    const before = used(the.rt);
    await work(3000);
    await until(async () => {
      await collectGarbage(the.rt);
      return used(the.rt) <= before + 4096;
    });
    expect(contextsIn(the.rt.arena)).toBe(1);
  });

  test("those of contexts that only a thread which died has made or had are no trouble for others", async () => {
    using ctx = withValue(undefined, requestId, "r1");
    const dying = the.rt.spawn.on(0)(churn, ctx, 1e9).catch((error: { code: string }) => error.code);
    await until(() => contextsIn(the.rt.arena) > 1);
    await the.rt.recycle(0);
    expect(await dying).toBe("ERR_THREAD_DIED");
    for (let place = 0; place < threads; place++) expect((await the.rt.spawn.on(place)(readValues, ctx)).id).toBe("r1");
    const all: Context[] = [ctx];
    for (let k = 0; k < 50; k++) all.push(withValue(all.at(-1), depth, k));
    expect((await the.rt.spawn.on(last)(readValues, all.at(-1) as Context)).depth).toBe(49);
    for (const each of all.toReversed()) each[Symbol.dispose]();
  });
});
