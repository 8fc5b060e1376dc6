import { describe, expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { DEVICES, drive, scheduleOf } from "../../../workers/drivers.ts";
import { onThreads } from "../../on-threads.ts";

describe("a schedule", () => {
  test("has gaps of half a period to one and a half, and is the same for a seed", () => {
    const schedule = scheduleOf(5000, 3);
    expect(scheduleOf(5000, 3)).toEqual(schedule);
    for (const [device, { period, handling }] of DEVICES.entries()) {
      const times = schedule[device] as number[];
      const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.5 * period);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1.5 * period);
      expect(Math.min(...gaps)).toBeGreaterThan(handling);
      expect(times.at(-1)).toBeLessThan(5000);
    }
  });
});

onThreads("the drivers on %i threads", (threads) => {
  test.each(["tasks", "loop"] as const)("as %s handle every event once and in order", async (structure) => {
    await using runtime = await start({ threads });
    const schedule = scheduleOf(400, 5);
    const { handled } = await runtime.spawn(drive, { structure, schedule, unitMs: 0.2 });
    expect(handled.map(({ length }) => length)).toEqual(schedule.map(({ length }) => length));
    for (const [device, all] of handled.entries()) {
      for (const [index, { at, begun, ended }] of all.entries()) {
        expect(at).toBeGreaterThan(((schedule[device] as number[])[index] as number) - 1e-6);
        expect(begun).toBeGreaterThanOrEqual(at);
        expect(ended).toBeGreaterThanOrEqual(begun);
        expect(begun).toBeGreaterThanOrEqual(all[index - 1]?.ended ?? 0);
      }
    }
    if (structure === "tasks") return;
    const one = handled.flat().toSorted((a, b) => a.begun - b.begun);
    expect(one.every(({ begun }, index) => index === 0 || begun >= (one[index - 1] as { ended: number }).ended)).toBe(true);
  });
});
