import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyseTrace } from "../../../src/lab/trace/analyse.ts";
import { coarse } from "../../../src/lab/trace/coarse.ts";
import type { RunSlice, Timeline } from "../../../src/lab/timeline.ts";
import { expectDisjoint } from "./identities.ts";
import { simulateTrace } from "./simulated-trace.ts";

const timelines = fc.record({ seed: fc.nat(), threads: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 5, max: 60 }), withForeign: fc.boolean() }).map((options) => analyseTrace(simulateTrace(options).trace).timeline);

const busyOf = ({ runs, threads }: Timeline): number[] => Array.from({ length: threads }, (_, thread) => runs.filter(([its]) => its === thread).reduce((sum, [, , fromNs, toNs]) => sum + toNs - fromNs, 0));

describe("coarse", () => {
  test("leaves what is small as it is", () => {
    fc.assert(fc.property(timelines, (timeline) => {
      expect(coarse(timeline, 1e6)).toBe(timeline);
    }), { numRuns: 10 });
  });

  test("has no more slices than asked for, disjoint, with the busy time of each thread", () => {
    fc.assert(fc.property(timelines, fc.integer({ min: 40, max: 120 }), (timeline, most) => {
      const drawn = coarse(timeline, most);
      expect(drawn.runs.length + drawn.rests.length).toBeLessThanOrEqual(most);
      expect(drawn.handOffs.length).toBeLessThanOrEqual(most / 3);
      expectDisjoint(drawn);
      expect(busyOf(drawn)).toEqual(busyOf(timeline));
      expect(drawn).toEqual(coarse(timeline, most));
      for (const [thread, task, fromNs, toNs] of drawn.runs) expect([thread, task, fromNs, toNs].every(Number.isInteger)).toBe(true);
    }), { numRuns: 40 });
  });

  test("two tasks that take short turns are both drawn, in proportion", () => {
    const turns = 30_000;
    const runs = Array.from({ length: turns }, (_, k): RunSlice => [0, k % 3 === 0 ? 1 : 0, k * 100, k * 100 + 90]);
    const timeline: Timeline = { durationNs: turns * 100, threads: 1, isCoarse: false, tasks: [{ id: 1, name: "a" }, { id: 2, name: "b" }], runs, rests: [], handOffs: [], r: [0.9], c: [2] };
    const drawn = coarse(timeline, 200);
    const share = drawn.runs.filter(([, task]) => task === 1).reduce((sum, [, , fromNs, toNs]) => sum + toNs - fromNs, 0) / (turns * 90);
    expect(drawn.isCoarse).toBe(true);
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.05);
    // nothing is drawn far from where it was: half of the time, half of the work
    const firstHalf = drawn.runs.filter(([, , fromNs]) => fromNs < timeline.durationNs / 2).reduce((sum, [, , fromNs, toNs]) => sum + toNs - fromNs, 0) / (turns * 90);
    expect(Math.abs(firstHalf - 0.5)).toBeLessThan(0.05);
  });

  test("more tasks than can be drawn: those that ran longest stay, the others are one", () => {
    const tasks = Array.from({ length: 500 }, (_, k) => ({ id: k + 1, name: `t${k}` }));
    const runs = tasks.map((_, k): RunSlice => [0, k, k * 1000, k * 1000 + (k < 10 ? 900 : 100)]);
    const timeline: Timeline = { durationNs: 500_000, threads: 1, isCoarse: false, tasks, runs, rests: tasks.map((_, k) => [k, k * 1000 + 900, k * 1000 + 950, "send"] as const), handOffs: [], r: [1], c: [1] };
    const drawn = coarse(timeline, 300);
    expect(drawn.tasks).toHaveLength(50);
    expect(drawn.tasks.slice(0, 10)).toEqual(tasks.slice(0, 10));
    expect(drawn.tasks.at(-1)).toEqual({ id: 0, name: "451 others" });
    expect(drawn.runs.length + drawn.rests.length).toBeLessThanOrEqual(300);
    expect(busyOf(drawn)).toEqual(busyOf(timeline));
  });
});
