/** What is made of measured runs: paces, ratios within a repetition, conditions. */
import { describe, expect, it } from "vitest";
import { processorsFor, quiet } from "../../../../../src/lab/talk/gophers/experiments/conditions.ts";
import { estimate, EVEN, loadsFor, Measurements, type Point } from "../../../../../src/lab/talk/gophers/experiments/points.ts";
import type { GopherResult } from "../../../../../workers/gophers.ts";

const ALONE: Point = { name: "alone", design: "G1", world: "wait", steps: EVEN, loads: 11, threads: 1, unitMs: 2 };
const LANES: Point = { ...ALONE, name: "lanes", design: "G4", loads: 12, unitMs: 4 };
const NO_TIMES = [{ index: 0, cpuNs: 0, runDelayNs: 0 }];

const result = (ms: number, firstMs: number, loads: number, ok = true): GopherResult => ({
  startNs: 0, wallNs: ms * 1e6, firstBurnNs: firstMs * 1e6, loads, books: loads, gophers: 1, placement: [0], checks: [{ name: "carts conserved", ok, detail: "" }],
});

describe("Measurements", () => {
  const measured = new Measurements([ALONE, LANES]);
  measured.add(ALONE, [result(86, 6, 11)], NO_TIMES, [{ index: 0, cpuNs: 30, runDelayNs: 10 }]);
  measured.add(LANES, [result(92, 12, 12), result(52, 12, 12, false)], NO_TIMES, [{ index: 0, cpuNs: 50, runDelayNs: 10 }]);
  measured.add(ALONE, [result(166, 6, 11)], NO_TIMES, NO_TIMES);
  measured.add(LANES, [result(92, 12, 12)], NO_TIMES, NO_TIMES);

  it("counts from the first load burnt to the last, in units, and averages over runs at once", () => {
    expect(measured.paces("alone")).toEqual([4, 8]);
    expect(measured.paces("lanes")).toEqual([1.5, 2]);
    expect(measured.excess("alone", 4)).toBe(0.5);
  });

  it("forms ratios within a repetition, of times", () => {
    expect(measured.speedUp("alone", "lanes").values).toEqual([8 / 6, 16 / 8]);
  });

  it("knows how long threads waited for a processor", () => {
    expect(measured.waited(["alone", "lanes"])).toBeCloseTo(0.2, 12);
    expect(measured.waited(["alone"])).toBeCloseTo(0.25, 12);
  });

  it("makes one check of an invariant over all runs", () => {
    expect(measured.checks()).toEqual([expect.objectContaining({ kind: "check", name: "runs with carts conserved", measured: 4, verdict: "fails here" })]);
  });

  it("refuses a point that it does not know", () => {
    expect(() => measured.paces("G9")).toThrow(new RangeError('no point is named "G9": there are alone, lanes'));
  });
});

it("an estimate has an interval from six values on", () => {
  expect(estimate([3, 1, 2])).toEqual({ value: 2, interval: null, values: [3, 1, 2] });
  expect(estimate([6, 5, 4, 3, 2, 1])).toMatchObject({ value: 3.5, interval: [1, 6] });
});

it("loads are the same for each lane, and enough for the pipeline", () => {
  expect(loadsFor(24, 8, 2)).toBe(192);
  expect(loadsFor(25, 1.33, 2)).toBe(34);
  expect(loadsFor(1, 1, 2)).toBe(8);
});

describe("conditions", () => {
  it("a machine is quiet while one gopher takes about as long as asked", () => {
    expect(quiet(0.02)).toEqual({ text: "the machine is quiet: here one gopher alone took 2.0 % longer than asked", met: true });
    expect(quiet(0.06).met).toBe(false);
  });

  it("threads need processors, and to have them", () => {
    expect(processorsFor(2, 2, 0.01)).toEqual({ text: "each of the 2 threads has a processor of its own: here 2 processors", met: true });
    expect(processorsFor(2, 1, 0.5)).toEqual({ text: "each of the 2 threads has a processor of its own: here 1 processor", met: false });
    expect(processorsFor(1, 2, 0.5)).toEqual({ text: "the thread has a processor of its own: here 2 processors, for which they waited 50 % of the time", met: false });
  });
});
