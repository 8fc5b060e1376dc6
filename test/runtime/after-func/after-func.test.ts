/** Calls that start later: once or never, on the thread and in the context of their maker. */
import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, type TimedCall, type WarrenError, afterFunc, assertQuiet, i32, run, start } from "../../../src/index.ts";
import { onThreads } from "../../on-threads.ts";
import { thrown, until } from "../until.ts";
import { failsLater, noteRun, planFar, planHere, waitsForDropped, wokenByCall } from "./after-func-tasks.ts";

onThreads("afterFunc, %i threads", (threads) => {
  let rt: Runtime;
  beforeAll(async () => {
    rt = await start({ threads });
  });
  afterEach(() => assertQuiet(rt));
  afterAll(() => rt.stop());

  test("starts once, never early, as a task of its own", async () => {
    const beginMs = performance.now();
    const seen: number[] = [];
    const call = afterFunc(5, () => void seen.push(performance.now() - beginMs));
    expect((await rt.dump()).threads.flatMap(({ tasks }) => tasks)).toEqual([]);
    await until(() => seen.length === 1);
    expect(seen[0]).toBeGreaterThanOrEqual(5);
    expect([call.stop(), call.stop()]).toEqual([false, false]);
  });

  test("stop drops the call; reset sets it again, after a stop and after it has started", async () => {
    let calls = 0;
    const call = afterFunc(0.5, () => void calls++);
    expect([call.stop(), call.stop(), call.reset(1e6), call.reset(1)]).toEqual([true, false, false, true]);
    await until(() => calls === 1);
    expect(call.reset(1)).toBe(false);
    await until(() => calls === 2);
    {
      using dropped = afterFunc(1e6, () => void calls++);
      void dropped;
    }
    using never = afterFunc(Infinity, () => void calls++);
    expect([never.stop(), never.stop(), calls]).toEqual([true, false, 2]);
  });

  test("each start of the timer ends in one call, or in one stop or reset that returned true", async () => {
    let [calls, starts, cancelled] = [0, 1, 0];
    const call: TimedCall = afterFunc(0.5, () => void calls++);
    for (let k = 0; k < 200; k++) {
      const endMs = performance.now() + (k % 7) / 5;
      while (performance.now() < endMs);
      if (k % 3 === 0) await new Promise((resolve) => setTimeout(resolve, k % 2));
      if (k % 5 === 0) cancelled += Number(call.stop());
      else {
        cancelled += Number(call.reset((k % 4) / 2));
        starts++;
      }
    }
    cancelled += Number(call.stop());
    // A call that has started is counted in a later turn.
    await until(() => calls + cancelled === starts);
  });

  test("runs in the AsyncLocalStorage context of its maker, also after a reset by other code", async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const call = store.run("alice", () => afterFunc(1, () => void seen.push(store.getStore())));
    await until(() => seen.length === 1);
    store.run("bob", () => call.reset(1));
    await until(() => seen.length === 2);
    expect(seen).toEqual(["alice", "alice"]);
  });

  test("on a thread of the runtime", async () => {
    const all = await Promise.all(Array.from({ length: threads }, (_, place) => rt.spawn.on(place)(planHere)));
    for (const { times, stopped } of all) {
      expect(times).toEqual([expect.any(Number), expect.any(Number)]);
      expect(times[0]).toBeGreaterThanOrEqual(2);
      expect(times[1]).toBeGreaterThanOrEqual(5);
      expect(stopped).toEqual([true, false, false]);
    }
  });

  test("a task is started as go starts it", async () => {
    const before = (await rt.stats()).threads.reduce((sum, { started }) => sum + started, 0);
    afterFunc(1, noteRun);
    await until(async () => (await rt.stats()).threads.reduce((sum, { started }) => sum + started, 0) === before + 1);
  });

  test("what is neither a function nor a number is refused, and nothing is armed", async () => {
    for (const fn of [undefined, "f", {}]) expect(() => afterFunc(1, fn as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("afterFunc needs a task or a function") }));
    for (const delay of [Number.NaN, "1", undefined]) expect(() => afterFunc(delay as number, () => 1)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    using call = afterFunc(1e6, () => 1);
    expect(() => call.reset(Number.NaN)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(call.stop()).toBe(true);
  });

  test("assertQuiet finds one that is still to come", async () => {
    const call = afterFunc(1e6, () => 1);
    const error = (await thrown(() => assertQuiet(rt))) as WarrenError;
    expect(error).toMatchObject({ code: "ERR_NOT_QUIET", message: expect.stringContaining("1 armed timers") });
    call.stop();
  });
});

describe("the search for tasks that wait only for each other", () => {
  test("knows that a call is still to come, and finds them once it is dropped", async () => {
    await using rt = await start({ threads: 2 });
    const report = rt.chan(i32);
    rt.go(waitsForDropped, report);
    const waits = async (): Promise<number> => Object.values((await rt.stats()).parked).reduce((a, b) => a + b);
    await until(async () => (await waits()) === 2);
    for (let k = 0; k < 5; k++) expect((await rt.dump()).stuck).toEqual([]);
    await report.send(1);
    await until(async () => (await waits()) === 1);
    expect((await rt.dump()).stuck).toMatchObject([{ waits: [{ task: "waitsForDropped", reason: "receive" }] }]);
  });
});

test("the failure of a call is that of a go: it ends the runtime", async () => {
  expect(await thrown(() => run(failsLater, { threads: 1, args: [1] }))).toMatchObject({ name: "RangeError", message: "later", stack: expect.stringContaining("after-func-tasks.ts") });
});

onThreads("a run program on %i threads", (threads) => {
  test("is not taken for a deadlock while a call is to come", async () => {
    expect(await run(wokenByCall, { threads, args: [700] })).toBe(7);
  });
});

test("after the runtime has stopped nothing starts, and a reset is refused", async () => {
  const rt = await start({ threads: 1 });
  let calls = 0;
  const call = rt.afterFunc(1, () => void calls++);
  const other = rt.afterFunc(1e6, () => void calls++);
  const stopped = rt.stop();
  await stopped;
  expect(() => call.reset(1)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  expect(() => rt.afterFunc(1, () => 1)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  expect([other.stop(), other[Symbol.dispose]()]).toEqual([false, undefined]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(calls).toBe(0);
});

test("a call dies with its thread: nothing of it is left", async () => {
  await using rt = await start({ threads: 2 });
  await rt.spawn.on(0)(planFar);
  expect(await thrown(() => assertQuiet(rt))).toMatchObject({ code: "ERR_NOT_QUIET" });
  await rt.recycle(0);
  await assertQuiet(rt);
  expect((await rt.stats()).threads.map(({ parked }) => Object.values(parked).reduce((a, b) => a + b))).toEqual([0, 0]);
});
