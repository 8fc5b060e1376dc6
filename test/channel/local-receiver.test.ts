/** Timers and `never` as receivers: on their thread, in loops, and sent to another. */
import { describe, expect, test } from "vitest";
import { type Receiver, after, chan, chanOf, f64, never, select, sleep } from "../../src/index.ts";
import { abortNever, recvNumber } from "./tasks/timers.ts";
import { until, world } from "./tasks/world.ts";

const the = world(2);

describe("after", () => {
  test.each([0, 1, 5])("%i ms: never early, once, then closed", async (delayMs) => {
    for (let k = 0; k < 5; k++) {
      const begin = performance.now();
      const timer = after(delayMs);
      const firedMs = await timer.recv();
      expect(performance.now() - begin).toBeGreaterThanOrEqual(delayMs);
      expect(Math.abs((firedMs as number) - Date.now())).toBeLessThan(60_000);
      expect([await timer.recv(), timer.tryRecv(), await timer.recvMany(2), timer.length]).toEqual([undefined, undefined, undefined, 0]);
    }
  });

  test("its time is counted from when it was made", async () => {
    const late = after(1e6);
    expect([late.tryRecv(), late.length, late.capacity]).toEqual([undefined, 0, 1]);
    const beginMs = performance.now();
    const timer = after(5);
    const madeMs = performance.now();
    for (let lookedMs = madeMs; timer.length === 0; lookedMs = performance.now()) expect(lookedMs - madeMs).toBeLessThan(5);
    expect(performance.now() - beginMs).toBeGreaterThanOrEqual(5);
    expect(timer.tryRecv()).toBeTypeOf("number");
  });

  test("is over for a loop after its one value", async () => {
    const seen: number[] = [];
    for await (const value of after(1)) seen.push(value);
    expect(seen).toHaveLength(1);
  });

  test("beyond Node's longest timer it does not fire; below zero it is due at once; what is no number is refused", async () => {
    const late = [2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY].map((delayMs) => after(delayMs));
    const controller = new AbortController();
    const waiting = late.map((timer) => Promise.try(() => timer.recv({ signal: controller.signal })).catch((error: unknown) => error));
    await sleep(3);
    controller.abort("enough");
    expect(await Promise.all(waiting)).toEqual(["enough", "enough", "enough"]);
    expect(the.rt.side.timers.count).toBe(0);
    expect(after(-5).tryRecv()).toBeTypeOf("number");
    for (const bad of [Number.NaN, "5", undefined, 1n]) expect(() => after(bad as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("shared by ten tasks, exactly one gets it and the others see it closed", async () => {
    const timer = after(2);
    const seen = await Promise.all(Array.from({ length: 10 }, () => the.rt.spawn(async () => timer.recv())));
    expect(seen.filter((value) => value !== undefined)).toHaveLength(1);
  });

  test("sent to tasks of other threads, exactly one of all gets it", async () => {
    const timer = after(5);
    const seen = [the.rt.spawn.on(0)(recvNumber, timer), the.rt.spawn.on(1)(recvNumber, timer), Promise.try(() => timer.recv())];
    expect((await Promise.all(seen)).filter((value) => typeof value === "number")).toHaveLength(1);
  });

  test("travels through a channel, also when it has fired already", async () => {
    const c = chan(chanOf(f64), 2);
    const [pending, fired] = [after(3), after(0)];
    await until(() => fired.length === 1);
    for (const timer of [pending, fired]) c.trySend(timer as never);
    const [a, b] = (await c.recvMany(2)) as Receiver<number>[];
    expect([await a.recv(), await b.recv(), await a.recv()]).toEqual([expect.any(Number), expect.any(Number), undefined]);
    c.close();
  });

  test("in a select it loses to what is ready before it, and wins when its time has come", async () => {
    const c = chan(f64, 1);
    c.trySend(0.5);
    expect(await select({ c, timer: after(1e9) })).toEqual({ case: "c", value: 0.5 });
    const timer = after(2);
    expect(await select({ c, timer })).toEqual({ case: "timer", value: expect.any(Number) });
    expect(await select({ c, timer })).toEqual({ case: "timer", value: undefined });
    c.close();
  });
});

describe("never", () => {
  test("has nothing, is never closed, and ends by its signal alone", async () => {
    const nothing = never();
    expect([nothing.tryRecv(), nothing.length, nothing.capacity]).toEqual([undefined, 0, 0]);
    await expect(Promise.try(() => nothing.recv({ signal: AbortSignal.timeout(2) }))).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await select({ nothing }, { otherwise: true })).toEqual({ case: "otherwise" });
  });

  test("sent to another thread it stays silent there", async () => {
    expect(await the.rt.spawn.on(0)(abortNever, never())).toBe("TimeoutError");
  });
});
