/** Fake timers of a test runner change the program's clock, not the runtime's. */
import { mock } from "node:test";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { after, chan, context, i32, select, sleep, spawn, start, ticker, yieldNow, type Runtime } from "../../src/index.ts";
import { sees } from "./task/async-context-tasks.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 1 });
});
afterEach(() => {
  vi.useRealTimers();
  mock.timers.reset();
});
afterAll(async () => {
  await rt.stop();
});

describe.each([
  ["vitest's", () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "Date", "performance", "nextTick", "queueMicrotask"].filter((name) => name !== "nextTick" && name !== "queueMicrotask") as never })],
  ["node:test's", () => mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate", "Date"] })],
])("under %s fake timers", (_name, fake) => {
  test("tasks, closures, waits and timers go on", async () => {
    fake();
    expect(await spawn(sees)).toEqual([null, null]);
    expect(await spawn(async () => (await yieldNow(), 1))).toBe(1);
    await sleep(2);
    expect(await select({ late: after(2), never: chan(i32) })).toEqual({ case: "late", value: expect.any(Number) });
    using ctx = context(undefined, { timeout: 2 });
    await ctx.done.recv();
    const ticks = ticker(1);
    await ticks.recv();
    ticks.stop();
  });

  test("a runtime starts and stops", async () => {
    fake();
    const second = await start({ threads: 1 });
    expect(await second.spawn(sees)).toEqual([null, null]);
    await second.stop();
  });
});
