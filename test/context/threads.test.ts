/** Contexts across threads. */
import { describe, expect, test } from "vitest";
import { type Context, chan, context, i32, shared, sleep } from "../../src/index.ts";
import { collectGarbage } from "../channel/tasks/garbage.ts";
import { receiversAt, until, used, world } from "../channel/tasks/world.ts";
import { raceSend } from "./race.ts";
import { contextsIn } from "./roots.ts";
import { type Seen, cancelAs, cancelMany, computeUntilCancelled, hearAt, makeHere, makeTree, seeAt, seen, sumUntilCancelled, touch, waitAll, waitChannel, waitDone } from "./tasks.ts";

const the = world(2);
/** Main first, then both threads. */
const PLACES = [undefined, 0, 1] as const;

const reason = (): Error => Object.assign(new RangeError("from far away", { cause: new Error("the deeper one") }), { code: "E_FAR" });
const FAR: Seen = { name: "RangeError", code: "E_FAR", message: "from far away", cause: "the deeper one" };

describe("a cancellation reaches other threads", () => {
  test("a loop that computes stops, in whatever shape it reads the flag", async () => {
    using ctx = context();
    const started = shared.int32(1);
    const loops = [the.rt.spawn.on(0)(computeUntilCancelled, ctx, started), the.rt.spawn.on(1)(sumUntilCancelled, ctx, started)] as const;
    await until(() => started.array[0] === 2);
    // Long enough for both to be optimised.
    await sleep(50);
    ctx.cancel(reason());
    const [computed, sum] = await Promise.all(loops);
    expect(computed).toEqual({ rounds: expect.any(Number), ...FAR });
    expect(sum).toBeGreaterThan(0);
    started.free();
  });

  test.each([0, 1])("every way to wait for it on thread %i ends, with one and the same reason", async (place) => {
    using ctx = context();
    const [never, ready] = [chan(i32), chan(i32)];
    const there = the.rt.spawn.on(place)(waitAll, ctx, never, ready);
    await ready.recv();
    await until(() => receiversAt(the.rt, never) === 3);
    ctx.cancel(reason());
    expect(await there).toEqual({ done: true, chosen: "done", same: true, aborted: true, ...FAR });
    expect(receiversAt(the.rt, never)).toBe(0);
    never.close();
    ready.close();
  });

  test("from any thread to any thread", async () => {
    for (const from of PLACES) {
      using ctx = context();
      const ready = chan(i32);
      const waits = [0, 1].map((place) => the.rt.spawn.on(place)(waitDone, ctx, ready));
      const { signal } = ctx;
      await ready.recv();
      await ready.recv();
      expect(await (from === undefined ? cancelAs(ctx, 7) : the.rt.spawn.on(from)(cancelAs, ctx, 7))).toBe(true);
      const all = [...(await Promise.all(waits)), { cancelled: true, ...seen(ctx.reason) }];
      expect(all).toEqual(all.map(() => ({ cancelled: true, name: "RangeError", code: "E_RACE", message: "by 7", cause: undefined })));
      await until(() => signal.aborted);
      expect(signal.reason).toBe(ctx.reason);
      ready.close();
    }
  });

  test("a deadline of this thread ends what waits on others", async () => {
    using ctx = context(undefined, { timeout: 10 });
    const ended = await Promise.all([0, 1].map((place) => the.rt.spawn.on(place)(waitDone, ctx)));
    expect(ended.map(({ code }) => code)).toEqual(["ERR_DEADLINE", "ERR_DEADLINE"]);
  });

  test("a deadline that another thread has armed cancels here; the parent's earlier one counts", async () => {
    const ctx = await the.rt.spawn.on(1)(makeHere, 10);
    expect(ctx.deadlineMs).toBeTypeOf("number");
    await ctx.done.recv();
    expect(ctx.reason).toMatchObject({ code: "ERR_DEADLINE" });
    using parent = context(undefined, { timeout: 10 });
    const child = await the.rt.spawn.on(0)(makeHere, 1e6, parent);
    expect(child.deadlineMs).toBe(parent.deadlineMs);
    await child.done.recv();
    expect([child.cancelled, parent.cancelled]).toEqual([true, true]);
    for (const one of [ctx, child]) one[Symbol.dispose]();
  });

  test("trees made on other threads below one context of this", async () => {
    using root = context();
    using other = context();
    const ready = chan(i32);
    const trees = [0, 1].map((place) => the.rt.spawn.on(place)(makeTree, root, ready));
    await ready.recv();
    await ready.recv();
    other.cancel();
    root.cancel();
    expect(await Promise.all(trees)).toEqual([12, 12]);
    ready.close();
  });

  test("the done channel travels alone", async () => {
    using ctx = context();
    const there = [0, 1].map((place) => the.rt.spawn.on(place)(waitChannel, ctx.done));
    await until(() => receiversAt(the.rt, ctx.done) === 2);
    ctx.cancel();
    expect(await Promise.all(there)).toEqual([true, true]);
  });

  test("one that is cancelled or disposed already arrives so", async () => {
    const ctx = context();
    ctx.cancel(reason());
    expect(await the.rt.spawn.on(1)(waitDone, ctx)).toEqual({ cancelled: true, ...FAR });
    ctx[Symbol.dispose]();
    // On a thread that has not seen it before: the reason is gone with its memory.
    expect(await the.rt.spawn.on(0)(waitDone, ctx)).toMatchObject({ cancelled: true, code: "ERR_CANCELLED" });
    expect(await the.rt.spawn.on(0)(touch, ctx)).toEqual([true, true, 0, undefined]);
  });

  test("disposing on one thread cancels on the others", async () => {
    const ctx = context();
    const ready = chan(i32);
    const there = the.rt.spawn.on(1)(waitDone, ctx, ready);
    await ready.recv();
    ctx[Symbol.dispose]();
    expect(await there).toMatchObject({ cancelled: true, code: "ERR_CANCELLED", message: "the context was disposed" });
    ready.close();
  });

  test("the same object comes back, and is one for all tasks of a thread that have it at a time", async () => {
    using ctx = context();
    const echoed = await the.rt.spawn(async (one: Context) => one, ctx);
    expect(echoed).toBe(ctx);
  });
});

describe("simultaneous cancellations", () => {
  test("a hundred tasks on three threads: one wins, all see its reason", { tags: ["deep"] }, async () => {
    for (let round = 0; round < 20; round++) {
      using ctx = context();
      using child = context(ctx);
      const all = await Promise.all([the.rt.spawn.on(0)(cancelMany, ctx, 0, 33), the.rt.spawn.on(1)(cancelMany, ctx, 33, 33), cancelMany(ctx, 66, 34)]);
      expect(all.reduce((wins, one) => wins + one.wins, 0)).toBe(1);
      const messages = [...all.map(({ message }) => message), ctx.reason?.message, child.reason?.message];
      expect(new Set(messages).size).toBe(1);
      expect(messages[0]).toMatch(/^by \d+$/);
    }
  });
});

describe("a parked send that is cancelled, against a receive", () => {
  test("10,000 rounds: each value is delivered or cancelled, never both and never neither", { tags: ["deep"] }, async () => {
    const { delivered, cancelled } = await raceSend(the.rt, 10_000);
    expect(delivered + cancelled).toBe(10_000);
    console.log(`${delivered} delivered, ${cancelled} cancelled`);
  });
});

describe("latency", () => {
  test("of the flag and of the signal is printed", async () => {
    const flags: number[] = [];
    const signals: number[] = [];
    const started = shared.int32(1);
    const ready = chan(i32);
    for (let round = 0; round < 50; round++) {
      using flag = context();
      using signal = context();
      const sees = the.rt.spawn.on(0)(seeAt, flag, started);
      const hears = the.rt.spawn.on(1)(hearAt, signal, ready);
      await ready.recv();
      await until(() => started.array[0] === round + 1);
      const at = performance.timeOrigin + performance.now();
      flag.cancel();
      signal.cancel();
      flags.push(((await sees) - at) * 1000);
      signals.push(((await hears) - at) * 1000);
    }
    started.free();
    ready.close();
    const of = (values: number[], share: number): string => `${Math.round(values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))])}`;
    expect([flags.length, signals.length]).toEqual([50, 50]);
    console.log(`cancel → flag seen by a loop: p50 ${of(flags, 0.5)} µs, p99 ${of(flags, 0.99)} µs; → signal aborts: p50 ${of(signals, 0.5)} µs, p99 ${of(signals, 0.99)} µs`);
  });
});

describe("memory across threads", () => {
  test("contexts that have been everywhere and are disposed leave no header and no watch behind", { tags: ["deep"] }, async () => {
    const round = async (): Promise<void> => {
      using ctx = context(undefined, { timeout: 1e6 });
      await Promise.all([the.rt.spawn.on(0)(touch, ctx), the.rt.spawn.on(1)(touch, ctx)]);
    };
    for (let k = 0; k < 20; k++) await round();
    await collectGarbage(the.rt);
    const before = { contexts: contextsIn(the.rt.arena), bytes: used(the.rt) };
    for (let k = 0; k < 300; k++) await round();
    expect(contextsIn(the.rt.arena)).toBeLessThanOrEqual(before.contexts);
    await until(async () => {
      await collectGarbage(the.rt);
      return used(the.rt) <= before.bytes + 4096;
    });
    expect(the.rt.side.timers.count).toBe(0);
  });

  test("one that only other threads have had is freed when they have dropped it", async () => {
    await collectGarbage(the.rt);
    const before = contextsIn(the.rt.arena);
    await (async () => {
      for (let k = 0; k < 50; k++) await the.rt.spawn.on(k % 2)(cancelAs, context(), k);
    })();
    await until(async () => {
      await collectGarbage(the.rt);
      return contextsIn(the.rt.arena) <= before;
    });
  });
});
