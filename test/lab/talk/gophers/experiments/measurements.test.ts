/** What is made of measured runs: paces, ratios within a repetition, conditions. */
import { describe, expect, it } from "vitest";
import { checksOf, estimate, loadsFor, Measurements, processorsFor, quiet } from "../../../../../src/lab/talk/gophers/experiments/measurements.ts";
import type { CellResult, Check, Result } from "../../../../../src/lab/result.ts";

const cell = (name: string, unitMs: number, items: number, ms: readonly number[], [ranNs, waitedNs] = [0, 0]): CellResult => ({
  program: "experiment x", world: "wait", design: name, gophers: 1, threads: 1, params: { unitMs }, items, trace: {}, verdict: "unconfirmed",
  summary: { medianNs: 0, ci: null, n: ms.length, grade: null, flags: [] },
  samples: ms.map((wallMs, block) => ({ block, run: 0, wallNs: wallMs * 1e6, windowNs: wallMs * 1e6, cpuNs: [block === 0 ? ranNs : 0], runDelayNs: [block === 0 ? waitedNs : 0] })),
});
const resultOf = (cells: readonly CellResult[], checks: readonly Check[], blocks = 2) => ({ cells, checks, config: { blocks } }) as unknown as Result;

const ALONE = cell("alone", 2, 10, [80, 160], [30, 10]);
const LANES = cell("lanes", 4, 10, [60, 80], [50, 10]);
const CHECKS = [{ name: "carts conserved", ok: false, detail: "1 of 5 runs failed" }, { name: "each book once", ok: true, detail: "5 runs" }];

describe("Measurements", () => {
  const measured = new Measurements(resultOf([ALONE, LANES], CHECKS));

  it("counts from the first load burnt to the last, in units", () => {
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

  it("makes a finding from every check", () => {
    expect(measured.checks()).toMatchObject([
      { kind: "check", name: "carts conserved", measured: "1 of 5 runs failed", verdict: "fails here" },
      { kind: "check", name: "each book once", measured: "in every run", verdict: "holds" },
    ]);
    expect(checksOf(resultOf([], CHECKS), "one core")[0]?.part).toBe("one core");
  });

  it("uses the repetitions in which every point was run, and needs one", () => {
    const broken = cell("lanes", 4, 10, [60]);
    expect(new Measurements(resultOf([ALONE, broken], CHECKS)).paces("alone")).toEqual([4]);
    expect(() => new Measurements(resultOf([ALONE, cell("lanes", 4, 10, [])], CHECKS))).toThrow(new Error("no repetition is complete; carts conserved: 1 of 5 runs failed"));
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
    expect(quiet(0.02)).toEqual({ text: "the machine is idle: one gopher alone took 2.0 % longer than planned", met: true });
    expect(quiet(0.06).met).toBe(false);
  });

  it("threads need processors, and to have them", () => {
    expect(processorsFor(2, 2, 0.01)).toEqual({ text: "each of the 2 threads has a core of its own: here 2 cores", met: true });
    expect(processorsFor(2, 1, 0.5)).toEqual({ text: "each of the 2 threads has a core of its own: here 1 core", met: false });
    expect(processorsFor(1, 2, 0.5)).toEqual({ text: "the thread has a core of its own: here 2 cores, for which they waited 50 % of the time", met: false });
  });
});
