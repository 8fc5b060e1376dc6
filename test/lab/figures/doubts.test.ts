import { describe, expect, test } from "vitest";
import { contradictionOf, doubtsOf, stepShare } from "../../../src/lab/figures/doubts.ts";
import type { CellResult, Sample } from "../../../src/lab/result.ts";

/** A sample of so many milliseconds, with the CPU time and the wait for a core of all threads. */
const sample = (wallMs: number, cpuMs: number, { windowMs = wallMs, queuedMs = 0 } = {}): Sample => (
  { block: 0, run: 0, wallNs: wallMs * 1e6, windowNs: windowMs * 1e6, cpuNs: [cpuMs * 1e6], runDelayNs: [queuedMs * 1e6] }
);
const contradiction = (A: number, samples: readonly Sample[], { threads = 1, tracedMs = 1000, medianMs = 1000 } = {}) => contradictionOf({ threads, samples, trace: { A, T: tracedMs * 1e6 }, medianNs: medianMs * 1e6 });

describe("the trace against the CPU clock", () => {
  test("a trace that has not seen most of the work is doubted", () => {
    expect(contradiction(0.03, [sample(1000, 730)])).toEqual({ flag: "running-too-low", running: 0.03, onCpu: 0.73 });
    expect(contradiction(0.66, [sample(1000, 730)])).toBeNull();
  });

  test("what was used around the timed region is no contradiction", () => {
    // 500 ms around it, so all but 200 ms can have been used there
    expect(contradiction(0.1, [sample(1000, 700, { windowMs: 1500 })])).toBeNull();
    expect(contradiction(0.03, [sample(1000, 900, { windowMs: 1500 })])).toEqual({ flag: "running-too-low", running: 0.03, onCpu: 0.4 });
  });

  test("a trace that shows more running than the threads had or wanted cores is doubted", () => {
    expect(contradiction(0.9, [sample(1000, 200)])).toEqual({ flag: "running-too-high", running: 0.9, onCpu: 0.2 });
    expect(contradiction(0.9, [sample(1000, 200, { queuedMs: 650 })])).toBeNull();
  });

  test("a traced run that was interrupted can have run or waited for the rest of its time", () => {
    expect(contradiction(0.6, [sample(1000, 200)], { tracedMs: 2000 })).toBeNull();
    expect(contradiction(0.3, [sample(1000, 700)], { tracedMs: 2000 })).toBeNull();
  });

  test("more threads look for work longer", () => {
    expect(contradiction(1, [sample(1000, 1190)], { threads: 2 })).toBeNull();
    expect(contradiction(1, [sample(1000, 1210)], { threads: 2 })?.flag).toBe("running-too-low");
  });

  test("short runs, and runs without a trace or a clock, are not judged", () => {
    expect(contradiction(0.03, [sample(50, 40)], { medianMs: 50 })).toBeNull();
    expect(contradictionOf({ threads: 1, samples: [sample(1000, 730)], trace: {}, medianNs: 1e9 })).toBeNull();
    expect(contradiction(0.03, [{ ...sample(1000, 0), cpuNs: [] }])).toBeNull();
  });
});

const cell = (changes: Partial<CellResult>): CellResult => ({
  program: "gophers", world: "cpu", design: "G1", gophers: 1, threads: 1, params: { unitMs: 1 }, items: 70, samples: [], trace: {},
  summary: { medianNs: 108e6, ci: null, n: 1, grade: null, flags: [] }, predicted: { ns: 279e6 }, verdict: "sequential", ...changes,
});

describe("steps that were not as long as the heading says", () => {
  test("a cell that took less time than its computing alone takes", () => {
    expect(stepShare({ ...cell({}), medianNs: 108e6 })).toBeCloseTo(0.387, 3);
    for (const other of [cell({ threads: 2 }), cell({ world: "wait" })]) expect(stepShare({ ...other, medianNs: 108e6 })).toBeNull();
    expect(stepShare({ ...cell({}), medianNs: 270e6 })).toBeNull();
    const { predicted: _, ...unpredicted } = cell({});
    expect(stepShare({ ...unpredicted, medianNs: 1 })).toBeNull();
  });

  test("is said once, with the worst cell and the length of a step there", () => {
    const cells = [cell({}), cell({ design: "G6", summary: { medianNs: 200e6, ci: null, n: 1, grade: null, flags: [] } })];
    expect(doubtsOf(cells, new Map())).toEqual(["2 cells took less time than their computing alone should take (gophers G1, cpu, 1 thread: 39 %): a step lasted about 0.39 ms there, not 1 ms"]);
    expect(doubtsOf([cell({ threads: 2 })], new Map())).toEqual([]);
  });

  test("a calibration that does not hold at the end", () => {
    const said = (before: number, after: number, changes: Partial<CellResult> = {}): string[] => doubtsOf([cell({ threads: 2, ...changes })], new Map(), { gophers: { iterationsPerMs: before, iterationsPerMsAtEnd: after } });
    expect(said(1000, 800)).toEqual(["gophers: what was calibrated to compute for 1 ms lasted 1.25 ms at the end of the measurement, because a core was slower then"]);
    expect(said(250, 1000)).toEqual(["gophers: what was calibrated to compute for 1 ms lasted 0.25 ms at the end of the measurement, because a core was faster then"]);
    expect(said(1000, 1040)).toEqual([]);
    expect(said(1000, 500, { world: "wait" })).toEqual([]);
    expect(doubtsOf([cell({ threads: 2 })], new Map(), { gophers: { iterationsPerMs: 1000 } })).toEqual([]);
  });
});

test("contradictions are said with the worst cell", () => {
  const [first, second, third] = [cell({ threads: 2 }), cell({ threads: 2, design: "G4" }), cell({ threads: 2, design: "G6" })];
  const contradictions = new Map([
    [first, { flag: "running-too-low", running: 0.03, onCpu: 0.73 }], [second, { flag: "running-too-low", running: 0.1, onCpu: 0.4 }], [third, { flag: "running-too-high", running: 1.9, onCpu: 0.8 }],
  ] as const);
  expect(doubtsOf([first, second, third], contradictions)).toEqual([
    "the threads used more CPU time than the trace accounts for in 2 cells (gophers G1, cpu, 2 threads: running 0.03, on CPU at least 0.73): do not trust the column running (-v) there",
    "the trace shows tasks running for longer than the threads had or wanted a core in 1 cell (gophers G6, cpu, 2 threads: running 1.90, on CPU at most 0.80): they blocked their threads without computing, or the column running is wrong there",
  ]);
});
