import fc from "fast-check";
import { expect, test } from "vitest";
import type { Activity } from "../../../src/lab/result.ts";
import { analyseTrace } from "../../../src/lab/trace/analyse.ts";
import { factorsOf } from "../../../src/lab/figures/gains.ts";
import { simulateTrace } from "../trace/simulated-trace.ts";

const run = (T: number, busy: readonly number[]): Activity => ({ T, busy, W: busy.reduce((sum, ns) => sum + ns, 0) });

/** The activity of a recording in which something ran. */
const runs = (threads: number): fc.Arbitrary<Activity> => fc.nat().map((seed) => analyseTrace(simulateTrace({ seed, threads, tasks: 12, withForeign: true }).trace).activity).filter(({ W }) => W > 0);

test("C and P are the products of their factors, to 1e-9", () => {
  fc.assert(fc.property(runs(1), runs(1), fc.integer({ min: 1, max: 4 }).chain(runs), (base1, single, cell) => {
    const factors = factorsOf({ base1, single, cell });
    if (factors === null) throw new Error("all three were traced");
    const { C, P, fill, work, LB, CommE, CompS, U1 } = factors;
    const p = cell.busy?.length ?? 0;
    expect(C).toBe((base1.T ?? 0) / (single.T ?? 0));
    expect(P).toBe((single.T ?? 0) / (cell.T ?? 0));
    expect(Math.abs(fill * work - C)).toBeLessThanOrEqual(1e-9 * C);
    expect(Math.abs((LB * CommE * p * CompS) / U1 - P)).toBeLessThanOrEqual(1e-9 * P);
    expect(LB).toBeLessThanOrEqual(1 + 1e-9);
    expect(CommE).toBeLessThanOrEqual(1);
  }));
});

test("by hand: idle time filled on one thread, two threads with uneven work", () => {
  // alone: busy a quarter of 400; structured: all of 100; on two threads 60 and 40 of 80, the same work
  expect(factorsOf({ base1: run(400, [100]), single: run(100, [100]), cell: run(80, [60, 40]) })).toEqual({
    C: 4, P: 1.25, fill: 4, work: 1, LB: 50 / 60, CommE: 0.75, CompS: 1, U1: 1,
  });
});

test("without a trace, where nothing ran, or where only a part of the run is known, there are none", () => {
  const traced = run(100, [50]);
  expect(factorsOf({ base1: traced, single: { ...traced, lost: 1 }, cell: traced })).toBeNull();
  expect(factorsOf({ base1: {}, single: traced, cell: traced })).toBeNull();
  expect(factorsOf({ base1: traced, single: run(100, [0]), cell: traced })).toBeNull();
  expect(factorsOf({ base1: traced, single: traced, cell: { Acpu: 1.9 } })).toBeNull();
});
