import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Trace, TraceEvent } from "../../../src/index.ts";
import { analyseTrace } from "../../../src/lab/trace/analyse.ts";
import { expectDisjoint, expectIdentities } from "./identities.ts";
import { senselessTraces } from "./senseless-traces.ts";
import { simulateTrace } from "./simulated-trace.ts";

const simulations = fc.record({ seed: fc.nat(), threads: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 1, max: 25 }), withForeign: fc.boolean() });

/** Region as shares of the recording. */
const regions = fc.tuple(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true }));

describe("simulated recordings", () => {
  test("the identities hold in every region", () => {
    fc.assert(fc.property(simulations, regions, (options, [from, to]) => {
      const { trace } = simulateTrace(options);
      expectIdentities(analyseTrace(trace));
      const length = trace.endNs - trace.startNs;
      const region = { startNs: trace.startNs + Math.floor(from * length), endNs: trace.startNs + Math.ceil(to * length) };
      if (region.endNs > region.startNs) expectIdentities(analyseTrace(trace, region));
    }));
  });

  test("the run slices are what ran", () => {
    fc.assert(fc.property(simulations, (options) => {
      const { trace, truth } = simulateTrace({ ...options, withForeign: false });
      const { runs, tasks } = analyseTrace(trace).timeline;
      const found = runs.map(([thread, task, fromNs, toNs]) => ({ thread, task: tasks[task]?.id, fromNs, toNs })).toSorted((a, b) => a.thread - b.thread || a.toNs - b.toNs);
      // where a slice begins the recording does not tell, only that the one before has ended
      expect(found.map(({ thread, task, toNs }) => ({ thread, task, toNs }))).toEqual(truth.map(({ thread, task, toNs }) => ({ thread, task, toNs })));
      for (const [k, slice] of found.entries()) expect(Math.abs(slice.fromNs - (truth[k]?.fromNs ?? 0))).toBeLessThanOrEqual(100);
    }));
  });
});

test("of events without sense something disjoint is made, and nothing is thrown", () => {
  fc.assert(fc.property(senselessTraces, (trace) => {
    const { activity, timeline } = analyseTrace(trace);
    expect(activity.lost).toBe(3);
    expect(Math.abs(activity.hist.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-9);
    expectDisjoint({ ...timeline, tasks: [], rests: [] });
  }));
});

test("busy times outside that overlap are counted once", () => {
  const outside = { kind: "outside", thread: 0, timeNs: 600, busyNs: 500 } as const;
  const events: TraceEvent[] = [{ kind: "turn", thread: 0, timeNs: 0 }, { kind: "start", thread: 0, timeNs: 0, task: 1, name: "reader" }, { kind: "turn", thread: 0, timeNs: 50 }, outside, outside, { ...outside, timeNs: 700 }, { kind: "end", thread: 0, timeNs: 1000, task: 1, failed: false }];
  const { activity, timeline } = analyseTrace({ threads: 1, startNs: 0, endNs: 1000, events, lost: [0, 0], completeFromNs: 0 });
  expectDisjoint(timeline);
  expect(activity.W).toBeLessThanOrEqual(1000);
});

test("where events were lost, only the time after the last of them counts", () => {
  const at = (timeNs: number): { timeNs: number; thread: number } => ({ timeNs, thread: 0 });
  const events: TraceEvent[] = [{ kind: "turn", ...at(900) }, { kind: "start", ...at(900), task: 1, name: "gopher" }, { kind: "end", ...at(1000), task: 1, failed: false }];
  const trace: Trace = { threads: 1, startNs: 0, endNs: 1000, events, lost: [7, 0], completeFromNs: 900 };
  expect(analyseTrace(trace, { startNs: 0, endNs: 1000 }).activity).toMatchObject({ T: 100, A: 1, lost: 7 });
  expect(analyseTrace({ ...trace, lost: [0, 0], completeFromNs: 0 }, { startNs: 0, endNs: 1000 }).activity).toMatchObject({ T: 1000, A: 0.1 });
});
