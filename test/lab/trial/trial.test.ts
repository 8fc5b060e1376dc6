import { describe, expect, it } from "vitest";
import { printCell, type Cell } from "../../../src/lab/cell.ts";
import { runTrial } from "../../../src/lab/trial/trial.ts";
import type { Protocol, TrialProgress, TrialRecord } from "../../../src/lab/trial/plan.ts";
import { fakeCells, FakeProgram, FakeThreads, TracingThreads } from "./fake-program.ts";
import { inProcess } from "./in-process.ts";

function trial(program: FakeProgram, threads = new FakeThreads(), onProgress: (progress: TrialProgress) => void = ignore, signal = never, changes: Partial<Protocol> = {}): Promise<TrialRecord & Pick<Protocol, "blocks" | "runs">> {
  const plan = { programs: [program], blocks: 2, runs: 3, warmupMs: 1, minTimeMs: 100, seed: 1, ...changes };
  return runTrial(plan, inProcess(plan, threads), onProgress, signal, () => threads.nowNs());
}

const never = new AbortController().signal;
const ignore = (): void => undefined;

async function callsOf(seed: number): Promise<string[]> {
  const program = new FakeProgram(fakeCells());
  await trial(program, new FakeThreads(), ignore, never, { seed });
  return program.calls;
}

describe("runTrial", () => {
  it("runs every cell k times in every block, in another order in each", async () => {
    const program = new FakeProgram(fakeCells());
    const starts: TrialProgress[] = [];
    const onProgress = (progress: TrialProgress): void => { if (progress.next !== null) starts.push(progress); };
    const { cells, blocksDone } = await trial(program, new FakeThreads(), onProgress);
    expect(blocksDone).toBe(2);
    expect(cells).toHaveLength(16);
    for (const { samples } of cells) {
      expect(samples.map(({ block, run }) => [block, run])).toEqual([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
    }
    const order = (block: number): Cell[] => starts.filter((start) => start.block === block).map(({ next }) => next as Cell);
    expect(order(0).map(printCell).toSorted()).toEqual(fakeCells().map(printCell).toSorted());
    expect(order(1).map(printCell).toSorted()).toEqual(fakeCells().map(printCell).toSorted());
    expect(order(0)).not.toEqual(order(1));
  });

  it("does the same for the same seed", async () => {
    expect(await callsOf(5)).toEqual(await callsOf(5));
    expect(await callsOf(5)).not.toEqual(await callsOf(6));
  });

  it("freezes one size per group, with which the fastest cell takes the least time", async () => {
    const program = new FakeProgram(fakeCells());
    const { cells } = await trial(program);
    for (const world of ["cpu", "wait"]) {
      const group = cells.filter(({ cell }) => cell.world === world);
      expect(new Set(group.map(({ size }) => size)).size).toBe(1);
      expect(Math.min(...group.flatMap(({ samples }) => samples.map((sample) => sample.wallNs)))).toBeGreaterThanOrEqual(100e6);
      expect(group[0]?.size).toBeLessThan(400);
    }
  });

  it("calibrates before the first block, and again at the end of the last unless it was stopped", async () => {
    const program = new FakeProgram(fakeCells(["cpu"], ["G1"]));
    const record = await trial(program);
    expect(record).toMatchObject({ calibrations: [{ iterationsPerMs: 1000 }], atEnd: [{ iterationsPerMs: 1000 }] });
    expect(program.calls.filter((call) => call === "calibrate")).toHaveLength(2);
    expect(program.calls.at(-1)).toBe("calibrate");
    const stop = new AbortController();
    const stopped = await trial(new FakeProgram(fakeCells(["cpu"], ["G1"])), new FakeThreads(), ({ block }) => { if (block === 1) stop.abort(); }, stop.signal);
    expect(stopped.atEnd).toEqual([]);
  });

  it("does as many blocks and runs as fit into a budget, and says how many in every figure", async () => {
    const program = new FakeProgram(fakeCells(["wait"]));
    const starts: TrialProgress[] = [];
    const budget = { ms: 20_000, leastBlocks: 1, leastRuns: 1 };
    const record = await trial(program, new FakeThreads(), (progress) => starts.push(progress), never, { blocks: 10, runs: 5, budget });
    // one run of all takes about 4 s, and one more is traced
    expect(record).toMatchObject({ blocks: 3, runs: 1, blocksDone: 3 });
    expect(record.cells.map(({ samples }) => samples.length)).toEqual(fakeCells(["wait"]).map(() => 3));
    expect(starts.at(-1)).toMatchObject({ block: 2, blocks: 3, cellsTotal: 24 });
  });

  it("runs a cell without a model, whose size is given, once to learn what a run takes", async () => {
    class Unpredicted extends FakeProgram {
      override predict = (): never => null as never;
      override async run(): ReturnType<FakeProgram["run"]> {
        this.calls.push("probe");
        return { wallNs: 5e9, items: 1, checks: [] };
      }
    }
    const budget = { ms: 30_000, leastBlocks: 1, leastRuns: 1 };
    const program = new Unpredicted(fakeCells(["pile"], ["G1"]), { sizing: { kind: "given", size: 1 } });
    expect(await trial(program, new FakeThreads(), ignore, never, { blocks: 10, runs: 5, budget })).toMatchObject({ blocks: 1, runs: 1 });
    expect(program.calls.filter((call) => call === "probe")).toHaveLength(3);
    const obeyed = new Unpredicted(fakeCells(["pile"], ["G1"]), { sizing: { kind: "given", size: 1 } });
    await trial(obeyed, new FakeThreads(), ignore, never, { blocks: 1, runs: 1 });
    expect(obeyed.calls.filter((call) => call === "probe")).toHaveLength(2);
  });

  it("keeps a size that is given", async () => {
    const program = new FakeProgram(fakeCells(), { sizing: { kind: "given", size: 12 } });
    const { cells } = await trial(program);
    expect(cells.every(({ size, items }) => size === 12 && items === 12)).toBe(true);
  });

  it("starts threads anew for each block and closes every runtime, on every path", async () => {
    const threads = new FakeThreads();
    const program = new FakeProgram(fakeCells());
    await trial(program, threads);
    expect(threads.opened[0]).toBe(2);
    expect(threads.opened.slice(1).toSorted()).toEqual([1, 1, 2, 2]);
    program.onRun = () => { throw new Error("no"); };
    await expect(trial(program, threads)).rejects.toThrow("no");
    expect(threads.open_).toBe(0);
  });

  it("keeps complete runs when it is stopped, and says so", async () => {
    const stop = new AbortController();
    const program = new FakeProgram(fakeCells());
    const onProgress = (progress: TrialProgress): void => {
      if (progress.block === 1 && progress.cellsDone === 20) stop.abort();
    };
    const record = await trial(program, new FakeThreads(), onProgress, stop.signal);
    expect(record).toMatchObject({ interrupted: true, blocksDone: 1 });
    expect(record.cells).toHaveLength(16);
    expect(record.cells.flatMap(({ samples }) => samples)).toHaveLength(16 * 3 + 4 * 3);
  });

  it("reports a run that throws, goes on with the others and does not try that cell again", async () => {
    const program = new FakeProgram(fakeCells());
    const threads = new FakeThreads();
    let prepared = false;
    program.onRun = (cell) => {
      if (prepared && cell.design === "G6" && cell.threads === 2 && cell.world === "cpu") throw new RangeError("lost a book");
      return {};
    };
    const onProgress = ({ next }: TrialProgress): void => { prepared = next !== null; };
    const { cells, checks } = await trial(program, threads, onProgress);
    expect(cells).toHaveLength(15);
    expect(checks).toContainEqual({ name: "every run completes", ok: false, detail: "1 of 1 run failed; gophers G6, cpu, 2 threads: RangeError: lost a book" });
    expect(threads.open_).toBe(0);
  });

  it("fails a check that one run failed, and an identity that one run broke", async () => {
    const program = new FakeProgram(fakeCells(["cpu"]));
    program.onRun = (cell) => ({
      checks: [{ name: "carts conserved", ok: cell.design !== "G7", detail: cell.design === "G7" ? "7 of 8" : "8 of 8" }],
      identity: { key: "digest", value: cell.threads === 2 ? "b" : "a" },
    });
    const { checks } = await trial(program);
    const carts = checks.find(({ name }) => name === "carts conserved");
    expect(carts).toMatchObject({ ok: false, detail: expect.stringMatching(/^12 of 48 runs failed; gophers G7, cpu, [12] threads?: 7 of 8$/) });
    expect(checks.find(({ name }) => name === "same result everywhere: digest")).toMatchObject({ ok: false });
  });

  it("traces one run more of each cell, in every block from five runs on, otherwise in the first two", async () => {
    const traced = async (runs: number, blocks: number): Promise<number[][]> => {
      const threads = new TracingThreads();
      const program = new FakeProgram(fakeCells(["cpu"], ["G1", "G6"]));
      const { cells } = await trial(program, threads, ignore, never, { runs, blocks });
      expect(program.calls.filter((call) => call.startsWith("run G6 cpu 1 "))).toHaveLength(blocks * runs + (runs < 5 ? 2 : blocks));
      return cells.map(({ traced: all }) => all.map(({ block }) => block));
    };
    expect(await traced(5, 4)).toEqual(Array.from({ length: 4 }, () => [0, 1, 2, 3]));
    expect(await traced(4, 4)).toEqual(Array.from({ length: 4 }, () => [0, 1]));
  });

  it("tells the time left from what is done", async () => {
    const threads = new FakeThreads();
    const told: (number | null)[] = [];
    await trial(new FakeProgram(fakeCells(["cpu"], ["G1"], [1])), threads, ({ next, leftMs }) => { if (next !== null) told.push(leftMs); }, never, { blocks: 3, traced: false });
    // before the first block from the model, then from what was done
    expect(told[0]).toBeGreaterThan(0);
    expect(told[1]).toBeCloseTo(2 * (told[2] ?? 0), 6);
  });
});
