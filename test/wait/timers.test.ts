/** The heap of timers of one thread. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { until } from "../channel/tasks/world.ts";
import { type Timer, Timers } from "../../src/wait/timers.ts";

describe("timers", () => {
  test("fire in the order of their deadlines, equal ones in the order they were armed, none early", async () => {
    const timers = new Timers(() => undefined);
    const slots = [5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0];
    const begin = performance.now();
    const fired: { slot: number; k: number; early: boolean }[] = [];
    for (const [k, slot] of slots.entries()) timers.arm(begin + slot * 2, () => fired.push({ slot, k, early: performance.now() < begin + slot * 2 }));
    await until(() => fired.length === slots.length);
    expect(fired).toEqual(slots.map((slot, k) => ({ slot, k, early: false })).toSorted((a, b) => a.slot - b.slot || a.k - b.k));
    expect(timers.count).toBe(0);
  });

  test("those that are cancelled do not fire, whatever their place in the heap", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), fc.boolean()), { minLength: 1, maxLength: 30 }), async (plan) => {
        const counts: number[] = [];
        const timers = new Timers((count) => counts.push(count));
        const begin = performance.now();
        const fired: number[] = [];
        const armed = plan.map(([delayMs], k): Timer => timers.arm(begin + delayMs / 2, () => fired.push(k)));
        for (const [k, [, isCancelled]] of plan.entries()) if (isCancelled) timers.cancel(armed[k]);
        await until(() => timers.count === 0);
        expect(fired.toSorted((a, b) => a - b)).toEqual(plan.flatMap(([, isCancelled], k) => (isCancelled ? [] : [k])));
        expect(counts.at(-1)).toBe(0);
        for (const timer of armed) timers.cancel(timer);
        expect(timers.count).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test("model: a sorted list, under any order of arming and cancelling", async () => {
    const step = fc.oneof(fc.record({ arm: fc.nat(8), isQuiet: fc.boolean() }), fc.record({ cancel: fc.nat(40) }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const timers = new Timers(() => undefined);
        const begin = performance.now() + 1;
        const armed: Timer[] = [];
        const fired: number[] = [];
        let model: { dueMs: number; k: number }[] = [];
        for (const one of steps) {
          if ("arm" in one) {
            const k = armed.length;
            const dueMs = begin + one.arm / 4;
            armed.push(timers.arm(dueMs, () => fired.push(k), one.isQuiet));
            model.push({ dueMs, k });
          } else if (armed.length > 0) {
            const k = one.cancel % armed.length;
            timers.cancel(armed[k]);
            model = model.filter((entry) => entry.k !== k);
          }
          expect(timers.count).toBe(model.length);
        }
        await until(() => timers.count === 0);
        expect(fired).toEqual(model.toSorted((a, b) => a.dueMs - b.dueMs || a.k - b.k).map(({ k }) => k));
      }),
      { numRuns: 40 },
    );
  });

  test("quiet ones do not keep the process alive, the others do, however they are mixed", () => {
    const counts: boolean[] = [];
    const timers = new Timers(() => undefined);
    const alive = (): void => void counts.push(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length > before);
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const quiet = timers.arm(performance.now() + 1e6, () => undefined, true);
    alive();
    const loud = timers.arm(performance.now() + 2e6, () => undefined);
    alive();
    const first = timers.arm(performance.now() + 5e5, () => undefined, true);
    alive();
    timers.cancel(loud);
    alive();
    for (const timer of [quiet, first]) timers.cancel(timer);
    alive();
    expect(counts).toEqual([false, true, true, false, false]);
  });

  test("may arm and cancel others while they fire", async () => {
    const timers = new Timers(() => undefined);
    const now = performance.now();
    const fired: string[] = [];
    const victim = timers.arm(now + 1, () => fired.push("victim"));
    timers.arm(now, () => {
      fired.push("first");
      timers.cancel(victim);
      timers.arm(now, () => fired.push("second"));
    });
    await until(() => fired.length === 2 && timers.count === 0);
    expect(fired).toEqual(["first", "second"]);
  });

  test("a hundred thousand that are cancelled leave nothing", () => {
    const timers = new Timers(() => undefined);
    for (let k = 0; k < 100_000; k++) timers.cancel(timers.arm(performance.now() + 1e6 + (k % 7), () => expect.unreachable()));
    expect(timers.count).toBe(0);
  });

  test("clear forgets all", async () => {
    const timers = new Timers(() => undefined);
    const armed = [0, 1, 2].map((delayMs) => timers.arm(performance.now() + delayMs, () => expect.unreachable()));
    timers.clear();
    expect([timers.count, ...armed.map(({ place }) => place)]).toEqual([0, -1, -1, -1]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
