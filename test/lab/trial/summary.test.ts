import { describe, expect, it } from "vitest";
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

  it("has no gains without the baseline", async () => {
    expect((await measured(0, ["cpu"], ["G4", "G6"])).gains).toEqual([]);
  });

  it("is plain JSON: what goes in comes out", async () => {
    const result = await measured(0.1);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
