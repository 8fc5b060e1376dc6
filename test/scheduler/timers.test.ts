import { afterEach, describe, expect, test, vi } from "vitest";
import type * as Host from "../../src/host.ts";
import { type Timer, Timers } from "../../src/wait/timers.ts";
import { until } from "../runtime/until.ts";

// The runtime takes its timers once, when it is loaded: here it takes those of the moment, so that a test can set the clock.
vi.mock("../../src/host.ts", async (original) => ({
  ...(await original<typeof Host>()),
  performance: { now: () => globalThis.performance.now(), timeOrigin: globalThis.performance.timeOrigin },
  setTimeout: (job: () => void, delayMs: number) => globalThis.setTimeout(job, delayMs),
  clearTimeout: (timer: NodeJS.Timeout) => globalThis.clearTimeout(timer),
}));

afterEach(() => {
  vi.useRealTimers();
});

function counted(): { timers: Timers; counts: number[] } {
  const counts: number[] = [];
  return { timers: new Timers((count) => counts.push(count)), counts };
}

const soon = (ms: number): number => performance.now() + ms;

describe("Timers", () => {
  test("fire in the order of their deadlines; equal ones in the order they were armed", async () => {
    const { timers } = counted();
    const fired: string[] = [];
    const at = soon(10);
    for (const [name, deadline] of [["c", at + 2], ["a1", at], ["d", at + 3], ["a2", at], ["b", at + 1], ["a3", at]] as const) timers.arm(deadline, () => fired.push(name));
    expect(timers.count).toBe(6);
    await until(() => timers.count === 0);
    expect(fired).toEqual(["a1", "a2", "a3", "b", "c", "d"]);
  });

  test("never fire early", async () => {
    const { timers } = counted();
    const early: number[] = [];
    for (let k = 0; k < 300; k++) {
      const deadlineMs = soon(((k * 7919) % 300) / 10);
      timers.arm(deadlineMs, () => {
        if (performance.now() < deadlineMs) early.push(deadlineMs);
      });
    }
    await until(() => timers.count === 0);
    expect(early).toEqual([]);
  });

  test("agree with a sorted list under random arming and cancelling", async () => {
    const { timers } = counted();
    const expected: number[] = [];
    const fired: number[] = [];
    const armed: { timer: Timer; key: number }[] = [];
    const from = soon(30);
    let seed = 7;
    for (let k = 0; k < 500; k++) {
      seed = (seed * 48_271) % 2_147_483_647;
      const key = k;
      armed.push({ key, timer: timers.arm(from + (seed % 20), () => fired.push(key)) });
      if (seed % 3 === 0) timers.cancel(armed.splice(seed % armed.length, 1)[0].timer);
    }
    expected.push(...armed.toSorted((a, b) => a.timer.deadlineMs - b.timer.deadlineMs || a.timer.order - b.timer.order).map(({ key }) => key));
    expect(timers.count).toBe(expected.length);
    await until(() => timers.count === 0);
    expect(fired).toEqual(expected);
  });

  test("a cancelled one does not fire; cancelling twice, or after it fired, is nothing", async () => {
    const { timers, counts } = counted();
    let fired = 0;
    const cancelled = timers.arm(soon(5), () => (fired += 100));
    const kept = timers.arm(soon(6), () => fired++);
    timers.cancel(cancelled);
    timers.cancel(cancelled);
    await until(() => fired === 1);
    timers.cancel(kept);
    expect(timers.count).toBe(0);
    // The callback gets the number whenever it changes, sometimes once more.
    expect(counts.filter((count, k) => count !== counts[k - 1])).toEqual([1, 2, 1, 0]);
  });

  test("one may arm and cancel others while it fires", async () => {
    const { timers } = counted();
    const fired: string[] = [];
    const at = soon(5);
    const later = timers.arm(at + 1000, () => fired.push("never"));
    timers.arm(at, () => {
      fired.push("first");
      timers.cancel(later);
      timers.arm(at, () => fired.push("at once"));
      timers.arm(soon(3), () => fired.push("later"));
    });
    await until(() => timers.count === 0);
    expect(fired).toEqual(["first", "at once", "later"]);
  });

  test("clear forgets all", async () => {
    const { timers } = counted();
    let fired = false;
    timers.arm(soon(1), () => (fired = true));
    timers.clear();
    expect(timers.count).toBe(0);
    await new Promise<void>((resolve) => {
      new Timers(() => undefined).arm(soon(5), resolve);
    });
    expect(fired).toBe(false);
  });

  test("an earlier one overtakes those that are armed", async () => {
    const { timers } = counted();
    let early = false;
    const late = timers.arm(soon(1e7), () => undefined);
    timers.arm(soon(2), () => (early = true));
    await until(() => early);
    expect(timers.count).toBe(1);
    timers.cancel(late);
  });

  test("Infinity and far-off deadlines neither fire nor overflow Node's timer (C25)", async () => {
    const warnings: string[] = [];
    const note = (warning: Error): unknown => warnings.push(warning.name);
    process.on("warning", note);
    const { timers } = counted();
    let fired = 0;
    const far = [Infinity, soon(2 ** 31), soon(2 ** 32), soon(2 ** 53)].map((deadlineMs) => timers.arm(deadlineMs, () => fired++));
    let near = false;
    timers.arm(soon(5), () => (near = true));
    await until(() => near);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off("warning", note);
    expect(fired).toBe(0);
    for (const timer of far) timers.cancel(timer);
    expect(timers.count).toBe(0);
    expect(warnings).toEqual([]);
  });

  test("a deadline beyond Node's 2³¹ ms is waited for in parts", () => {
    vi.useFakeTimers();
    const { timers } = counted();
    let fired = false;
    timers.arm(performance.now() + 2 ** 32, () => (fired = true));
    vi.advanceTimersByTime(2 ** 32 - 1000);
    expect(fired).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(fired).toBe(true);
  });
});
