/** Calls that a context starts when it is cancelled: each once, on its thread, whoever cancels and whoever dies. */
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { type Context, Counter, assertQuiet, chan, context, i32, run, start } from "../../src/index.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { onThreads } from "../on-threads.ts";
import { thrown } from "../runtime/until.ts";
import { cancelAndDie, failsAfter, planCalls, waitsForNobody, wokenByDeadline } from "./after-func-tasks.ts";

const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 2));

describe("on the thread that made the context", () => {
  const the = world(1);

  test.each(["cancel", "dispose", "deadline", "parent", "a signal's listener"])("a call starts once, in a later turn, by %s", async (how) => {
    using parent = context();
    using ctx = context(parent, how === "deadline" ? { timeout: 2 } : undefined);
    const seen: unknown[] = [];
    ctx.afterFunc(() => void seen.push(ctx.cancelled, ctx.reason));
    if (how === "a signal's listener") ctx.signal.addEventListener("abort", () => void ctx.afterFunc(() => void seen.push("inner")));
    if (how === "cancel" || how === "a signal's listener") ctx.cancel(new Error("enough"));
    if (how === "dispose") ctx[Symbol.dispose]();
    if (how === "parent") parent.cancel();
    expect(seen).toEqual([]);
    await until(() => seen.length >= 2);
    await turn();
    expect(seen).toEqual(how === "a signal's listener" ? expect.arrayContaining([true, ctx.reason, "inner"]) : [true, ctx.reason]);
    expect(seen.length).toBe(how === "a signal's listener" ? 3 : 2);
  });

  test("a call starts soon if the context is cancelled already, or freed", async () => {
    const ctx = context();
    ctx.cancel();
    let calls = 0;
    const stop = ctx.afterFunc(() => void calls++);
    await until(() => calls === 1);
    expect(stop()).toBe(false);
    ctx[Symbol.dispose]();
    ctx.afterFunc(() => void calls++);
    await until(() => calls === 2);
  });

  test("a dropped call does not start; the others do", async () => {
    using ctx = context();
    const seen: number[] = [];
    const stops = [0, 1, 2].map((k) => ctx.afterFunc(() => void seen.push(k)));
    expect([stops[1](), stops[1]()]).toEqual([true, false]);
    ctx.cancel();
    // Their start is decided, though it comes in a later turn.
    expect(stops.map((stop) => stop())).toEqual([false, false, false]);
    await until(() => seen.length === 2);
    await turn();
    expect(seen).toEqual([0, 2]);
  });

  test("it runs in the AsyncLocalStorage context of the call of afterFunc, whoever cancels", async () => {
    const store = new AsyncLocalStorage<string>();
    using ctx = context();
    const seen: unknown[] = [];
    store.run("alice", () => ctx.afterFunc(() => void seen.push(store.getStore())));
    store.run("bob", () => ctx.cancel());
    await until(() => seen.length === 1);
    expect(seen).toEqual(["alice"]);
  });

  test("what is no function is refused, and the context is not watched for it", async () => {
    using ctx = context();
    const before = used(the.rt);
    for (const fn of [undefined, "f", {}]) expect(() => ctx.afterFunc(fn as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("afterFunc needs a task or a function") }));
    expect(used(the.rt)).toBe(before);
  });

  test("calls that are never started are no leak: stopped, they are gone with the context", async () => {
    for (let k = 0; k < 100; k++) {
      using ctx = context();
      ctx.afterFunc(() => undefined)();
    }
    await assertQuiet(the.rt);
  });
});

onThreads("across %i threads", (threads) => {
  const the = world(threads);

  test.each(["main", "a thread"])("the calls of each thread start once, when %s cancels", async (who) => {
    using ctx = context();
    using started = new Counter();
    const ready = chan(i32);
    const tasks = Array.from({ length: threads }, (_, place) => the.rt.spawn.on(place)(planCalls, ctx, 10, started, ready));
    for (let k = 0; k < threads; k++) await ready.recv();
    let here = 0;
    ctx.afterFunc(() => void here++);
    if (who === "main") ctx.cancel(new Error("enough"));
    else await the.rt.spawn.on(threads - 1)(cancelAndDie, [ctx], -1);
    const message = who === "main" ? "enough" : "by the dead";
    for (const { seen, dropped } of await Promise.all(tasks)) expect([seen, dropped]).toEqual([Array(10).fill(message), [true, false]]);
    await until(() => here === 1);
    expect(started.value).toBe(10 * threads);
    ready.close();
  });

  test("each starts exactly once although the thread that cancels dies among them", async () => {
    for (let round = 0; round < 8; round++) {
      const all: Context[] = Array.from({ length: 12 }, () => context());
      const calls = all.map(() => 0);
      for (const [k, ctx] of all.entries()) ctx.afterFunc(() => void calls[k]++);
      await the.rt.spawn.on(0)(cancelAndDie, all, round).catch((error: { code: string }) => expect(error.code).toBe("ERR_THREAD_DIED"));
      for (const ctx of all) ctx.cancel();
      await until(() => calls.every((count) => count > 0));
      await turn();
      expect(calls).toEqual(all.map(() => 1));
      for (const ctx of all) ctx[Symbol.dispose]();
    }
  });

  test("a program that waits for a call of a deadline is not in a deadlock; one whose context nobody can cancel is", async () => {
    expect(await run(wokenByDeadline, { threads, args: [300] })).toBe("ERR_DEADLINE");
    expect(await thrown(() => run(waitsForNobody, { threads }))).toMatchObject({ code: "ERR_DEADLOCK" });
  });

  test("the failure of a call is that of a go: it ends the program", async () => {
    expect(await thrown(() => run(failsAfter, { threads }))).toMatchObject({ name: "RangeError", message: "in the call" });
  });
});

test("after the runtime has stopped no call starts and none can be added", async () => {
  const rt = await start({ threads: 1 });
  const ctx = rt.context();
  let calls = 0;
  const stop = ctx.afterFunc(() => void calls++);
  await rt.stop();
  expect(() => ctx.afterFunc(() => 1)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  ctx[Symbol.dispose]();
  expect(stop()).toBe(false);
  await turn();
  expect(calls).toBe(0);
});
