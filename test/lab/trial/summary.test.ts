import { describe, expect, it } from "vitest";
import { sentences } from "../../../src/cli/print/sentences.ts";
import { printTable } from "../../../src/cli/print/table.ts";
import { environmentOf, readMachine, readState } from "../../../src/lab/machine/environment.ts";
import type { Config, Result, Sample } from "../../../src/lab/result.ts";
import { judge } from "../../../src/lab/figures/verdict.ts";
import { resultOf } from "../../../src/lab/trial/summary.ts";
import { blockTimes } from "../../../src/lab/figures/gains.ts";
import { runTrial } from "../../../src/lab/trial/trial.ts";
import { fakeCells, FakeProgram, FakeThreads, TracingThreads } from "./fake-program.ts";
import { inProcess } from "./in-process.ts";

const config: Config = {
  command: ["gophers"], seed: 1, blocks: 6, blocksDone: 6, runs: 3, warmupMs: 1, minTimeMs: 100,
  interrupted: false, isolation: "in-process", startedAt: "2026-01-01T00:00:00.000Z", seconds: 1,
};

async function measured(noise: number, worlds?: string[], designs?: string[]): Promise<Result> {
  const program = new FakeProgram(fakeCells(worlds, designs), { noise });
  const plan = { programs: [program], blocks: 6, runs: 3, warmupMs: 1, minTimeMs: 100, seed: 1 };
  const trial = await runTrial(plan, inProcess(plan, new FakeThreads()), () => undefined, new AbortController().signal);
  return resultOf(trial, environmentOf(readMachine(), readState(0), null, 2), config, "0.1.0");
}

const sample = (block: number, run: number, wallNs: number): Sample => ({ block, run, wallNs, windowNs: wallNs, cpuNs: [], runDelayNs: [] });

describe("blockTimes", () => {
  it("takes the median of each block's runs", () => {
    expect(blockTimes([sample(0, 0, 5), sample(1, 0, 7), sample(0, 1, 9), sample(0, 2, 6)])).toEqual(new Map([[0, 6], [1, 7]]));
  });
});

describe("resultOf", () => {
  it("gives the table of the model: concurrency in the wait world, parallelism in the cpu world", async () => {
    const result = await measured(0);
    const gain = (design: string, world: string, threads: number) => result.gains.find((g) => g.design === design && g.world === world && g.threads === threads);
    expect(gain("G6", "wait", 1)).toMatchObject({ C: expect.closeTo(4, 9), P: 1, S: expect.closeTo(4, 9), P0: 1 });
    expect(gain("G6", "wait", 2)).toMatchObject({ P: expect.closeTo(1, 9) });
    expect(gain("G6", "cpu", 2)).toMatchObject({ C: expect.closeTo(1, 9), P: expect.closeTo(2, 9), I: expect.closeTo(2, 9) });
  });

  it("keeps S = C·P and P = P0·I under noise, to 1e-9", async () => {
    for (const { C, P, S, I, P0 } of (await measured(0.3)).gains) {
      expect(Math.abs(S / (C * P) - 1)).toBeLessThan(1e-9);
      expect(Math.abs(P / ((P0 as number) * (I as number)) - 1)).toBeLessThan(1e-9);
    }
  });

  it("judges from CPU time and invents no trace", async () => {
    const { cells } = await measured(0);
    const verdicts = Object.fromEntries(cells.map((cell) => [`${cell.world} ${cell.design} ${cell.threads}`, cell.verdict]));
    expect(verdicts).toMatchObject({
      "cpu G1 1": "sequential", "cpu G1 2": "sequential", "cpu G7 1": "concurrent only", "cpu G7 2": "parallel", "wait G7 2": "concurrent only",
    });
    expect(cells.every(({ trace }) => Object.keys(trace).every((key) => ["Acpu", "Rq", "helper", "bounds"].includes(key)) && Object.keys(trace.bounds ?? {}).join("") === "Acpu")).toBe(true);
    expect(cells.every((cell) => judge(cell).why !== "")).toBe(true);
  });

  it("counts CPU time against the window it was read over, so that one thread is never more than one", async () => {
    const program = new FakeProgram(fakeCells(["cpu"], ["G1"], [1]));
    program.onRun = () => ({ wallNs: 110e6 }); // the rest of the window is set-up
    const plan = { programs: [program], blocks: 6, runs: 1, warmupMs: 1, minTimeMs: 100, seed: 1 };
    const trial = await runTrial(plan, inProcess(plan, new FakeThreads()), () => undefined, new AbortController().signal);
    const { cells } = resultOf(trial, environmentOf(readMachine(), readState(0), null, 1), config, "0.1.0");
    expect(cells[0]?.trace.Acpu).toBeCloseTo(1, 9);
  });

  it("fills in what the trace tells: activity, timeline, factors that multiply to the gains, and a verdict from them", async () => {
    const program = new FakeProgram(fakeCells(["cpu"], ["G1", "G6"]));
    const plan = { programs: [program], blocks: 6, runs: 3, warmupMs: 1, minTimeMs: 100, seed: 1 };
    const trial = await runTrial(plan, inProcess(plan, new TracingThreads()), () => undefined, new AbortController().signal);
    const { cells, gains } = resultOf(trial, environmentOf(readMachine(), readState(0), null, 2), config, "0.1.0");
    const [g1, , , g6] = cells;
    expect(g1).toMatchObject({ trace: { block: 0, bounds: { Acpu: [1, 1], L: [1, 1], Pi2: [0, 0] }, A: 1, L: 1, U: 1, cost: expect.closeTo(0, 9), helper: expect.closeTo(0.1, 9) }, verdict: "sequential", timeline: { threads: 1 } });
    expect(g6).toMatchObject({ trace: { A: 2, L: 2, Pi2: 1 }, verdict: "parallel" });
    expect(gains).toHaveLength(4);
    for (const { factors } of gains) {
      if (factors === undefined) throw new Error("no factors");
      expect(factors.fill * factors.work).toBeCloseTo(factors.C, 9);
    }
  });

  it("says where the result contradicts itself: with the warnings about the machine, and as flags", async () => {
    const program = new FakeProgram(fakeCells(["cpu"], ["G1"], [1]));
    program.onRun = (_cell, size) => ({ wallNs: 0.39 * size * 4e6 });
    const plan = { programs: [program], blocks: 6, runs: 3, warmupMs: 1, minTimeMs: 100, seed: 1 };
    const trial = await runTrial(plan, inProcess(plan, new TracingThreads()), () => undefined, new AbortController().signal);
    const calibrations = { gophers: { iterationsPerMs: 1000, iterationsPerMsAtEnd: 390 } };
    const { env, cells } = resultOf(trial, environmentOf(readMachine(), readState(0), null, 1), { ...config, calibrations }, "0.1.0");
    expect(cells[0]?.summary.flags).toEqual(["short-steps:39%"]);
    expect(env.warnings.slice(-2)).toEqual([expect.stringMatching(/^gophers: what was calibrated to compute for 1 ms lasted 2\.56 ms at the end/), expect.stringMatching(/^1 cell took less time .*: 39 %\)/)]);
  });

  it("marks the figures of a trace that has not seen the work that the CPU clock counts", async () => {
    const program = new FakeProgram(fakeCells(["cpu"], ["G1"], [1]));
    const threads = new TracingThreads();
    const { trace } = threads;
    // the task is seen for a hundredth of its time
    threads.trace = async (runtime) => {
      const opened = await trace.call(threads, runtime);
      return { stop: async () => {
        const seen = await opened.stop();
        const events = seen.events.map((event) => (event.kind === "end" ? { ...event, timeNs: seen.startNs + (seen.endNs - seen.startNs) / 100 } : event));
        return { ...seen, events };
      } };
    };
    const plan = { programs: [program], blocks: 6, runs: 3, warmupMs: 1, minTimeMs: 100, seed: 1 };
    const trial = await runTrial(plan, inProcess(plan, threads), () => undefined, new AbortController().signal);
    const { env, cells } = resultOf(trial, environmentOf(readMachine(), readState(0), null, 1), config, "0.1.0");
    expect(cells[0]).toMatchObject({ trace: { A: 0.01, Acpu: expect.closeTo(1, 9), approximate: true }, summary: { flags: ["running-too-low"] } });
    expect(env.warnings.at(-1)).toMatch(/in 1 cell \(gophers G1, cpu, 1 thread: running 0\.01, on CPU at least 1\.00\)/);
  });

  it("has no gains without a whole block, because its cells were not all measured", async () => {
    const stop = new AbortController();
    const program = new FakeProgram(fakeCells(["cpu"]));
    const plan = { programs: [program], blocks: 6, runs: 1, warmupMs: 1, minTimeMs: 100, seed: 1 };
    const trial = await runTrial(plan, inProcess(plan, new FakeThreads()), ({ cellsDone }) => { if (cellsDone === 6) stop.abort(); }, stop.signal);
    const result = resultOf(trial, environmentOf(readMachine(), readState(0), null, 2), { ...config, blocksDone: trial.blocksDone, interrupted: true }, "0.1.0");
    expect(result.cells).toHaveLength(6);
    expect(result.gains).toEqual([]);
    expect(sentences(result)).toEqual(["The measurement was interrupted before the first whole block: no gains."]);
    expect(printTable(result, { width: 200, color: false, verbose: true })).not.toMatch(/NaN|Infinity|0\.00 ns/);
  });

  it("has no gains without the baseline", async () => {
    expect((await measured(0, ["cpu"], ["G4", "G6"])).gains).toEqual([]);
  });

  it("is plain JSON: what goes in comes out", async () => {
    const result = await measured(0.1);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
