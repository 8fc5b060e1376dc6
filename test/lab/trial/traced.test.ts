import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Activity, Sample } from "../../../src/lab/result.ts";
import { blockTimes } from "../../../src/lab/figures/gains.ts";
import { medianRun, tracedActivity, unpackTimeline } from "../../../src/lab/trial/traced.ts";
import type { TracedRun } from "../../../src/lab/trial/plan.ts";

const timeline = { durationNs: 5, threads: 1, isCoarse: false, tasks: [{ id: 1, name: "gopher" }], runs: [[0, 0, 0, 5] as const], rests: [], handOffs: [], r: [1], c: [1] };
const traced = (block: number, wallNs: number, activity: Activity = { A: block }): TracedRun => ({ block, wallNs, activity, timeline: deflateRawSync(JSON.stringify(timeline)) });
const samples = (runs: number, values: readonly number[]): Sample[] =>
  values.flatMap((wallNs, block) => Array.from({ length: runs }, (_, run) => ({ block, run, wallNs, windowNs: wallNs, cpuNs: [], runDelayNs: [] })));

const told = (all: readonly TracedRun[], runs: number, values: readonly number[]): Activity => tracedActivity(all, samples(runs, values), blockTimes(samples(runs, values)));

describe("the figures of traced runs", () => {
  it("are those of the run with the median time, of two the shorter, and say of which block", () => {
    expect(medianRun([traced(0, 130), traced(1, 110), traced(2, 120)])?.block).toBe(2);
    expect(medianRun([traced(0, 130), traced(1, 110)])?.block).toBe(1);
    expect(medianRun([])).toBeNull();
    expect(told([traced(0, 102), traced(1, 101), traced(2, 103)], 3, [100, 100, 100])).toEqual({ block: 0, A: 0, cost: expect.closeTo(0.02, 9) });
  });

  it("say what tracing cost against the block's own runs, and against all blocks where a block has fewer than three", () => {
    expect(told([traced(0, 102), traced(1, 204)], 3, [100, 200]).cost).toBeCloseTo(0.02, 9);
    expect(told([traced(0, 104)], 1, [90, 100, 110, 100]).cost).toBeCloseTo(0.04, 9);
  });

  it("are approximate above 5 %, or when events were lost", () => {
    expect(told([traced(0, 104)], 5, [100]).approximate).toBeUndefined();
    expect(told([traced(0, 106)], 5, [100]).approximate).toBe(true);
    expect(told([traced(0, 100, { lost: 1 })], 5, [100]).approximate).toBe(true);
    expect(told([traced(0, 100, { lost: 0 })], 5, [100]).approximate).toBeUndefined();
  });

  it("are none without a traced run, and have no cost without a timed one", () => {
    expect(told([], 5, [100])).toEqual({});
    expect(told([traced(0, 100)], 0, [])).toEqual({ block: 0, A: 0 });
  });
});

it("a timeline comes out of a process as it went in", () => {
  expect(unpackTimeline(structuredClone(traced(0, 7)))).toEqual(timeline);
});
