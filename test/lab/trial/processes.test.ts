/** Blocks in processes of their own, with a program that takes no time: what is kept and what is left when one goes wrong. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { BlockChild, blockChildren, inProcesses, type ProcessOptions } from "../../../src/lab/trial/process/parent.ts";
import { runTrial } from "../../../src/lab/trial/trial.ts";
import type { TrialProgress, TrialRecord } from "../../../src/lab/trial/plan.ts";
import { FAKE_CELLS, fakeProgram, type Trouble } from "./fake-block-process.ts";
import { FakeThreads } from "./fake-program.ts";
import { inProcess } from "./in-process.ts";
import { childrenOf, isRunning } from "./processes.ts";

const ENTRY = new URL("fake-block-process.ts", import.meta.url);
const never = new AbortController().signal;
const planOf = (trouble: Trouble) => ({ programs: [fakeProgram({ trouble })], blocks: 2, runs: 2, warmupMs: 1, minTimeMs: 100, seed: 1 });

async function trial(trouble: Trouble, options: Partial<ProcessOptions> = {}, onProgress: (progress: TrialProgress) => void = () => undefined, signal = never): Promise<TrialRecord> {
  const plan = planOf(trouble);
  const runner = inProcesses([{ trouble }], plan.programs, plan, { entry: ENTRY, ...options });
  try {
    return await runTrial(plan, runner, onProgress, signal);
  } finally {
    expect(blockChildren()).toEqual([]);
  }
}

/** Everything but G6 on two threads is whole. */
function expectTheOthersWhole({ cells }: TrialRecord): void {
  const others = cells.filter(({ cell }) => !(cell.design === "G6" && cell.threads === 2));
  expect(others).toHaveLength(FAKE_CELLS.length - 1);
  for (const { samples } of others) expect(samples.map(({ block, run }) => [block, run])).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]);
}

describe("inProcesses", () => {
  it("gives what blocks in this process give, each from a process of its own", async () => {
    const record = await trial("none");
    const plan = { ...planOf("none"), programs: [fakeProgram({ trouble: "none" })] };
    const here = await runTrial(plan, inProcess(plan, new FakeThreads()), () => undefined, never);
    const essence = ({ cells, checks, blocksDone, pile }: TrialRecord) => ({ checks, blocksDone, pile: pile && { ...pile, manifest: [...pile.manifest] }, cells: cells.map(({ cell, size, items, samples }) => ({ cell, size, items, samples: samples.map(({ wallNs }) => Math.round(wallNs)) })) });
    expect(essence(record)).toEqual(essence(here));
    expect(record.pile?.files).toBe(3);
    const pids = record.notes.map((note) => /^this is process (\d+)$/.exec(note)?.[1]);
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(String(process.pid));
  });

  it.each<[Trouble, string]>([
    ["throws", "RangeError: lost a book"],
    ["killed", "BlockProcessError: the process of the block was ended by SIGKILL"],
    ["exits", "BlockProcessError: the process of the block ended with code 7"],
  ])("goes on without a cell whose process %s", { tags: ["deep"] }, async (trouble, how) => {
    const record = await trial(trouble);
    expectTheOthersWhole(record);
    expect(record).toMatchObject({ blocksDone: 2, interrupted: false });
    expect(record.checks).toContainEqual({ name: "every run completes", ok: false, detail: `1 of 1 run failed; gophers G6, cpu, 2 threads: ${how}` });
  });

  it("ends a process that hangs", { tags: ["deep"] }, async () => {
    const record = await trial("hangs", { patienceMs: 12_000 });
    expectTheOthersWhole(record);
    expect(record.checks.find(({ ok }) => !ok)?.detail).toContain("gave no sign for 12 s");
  });

  it("takes what a process prints for no message, and tells it", async () => {
    const record = await trial("prints");
    expect(record.cells).toHaveLength(FAKE_CELLS.length);
    expect(record.checks.every(({ ok }) => ok)).toBe(true);
    expect(record.notes).toContainEqual(expect.stringMatching(/^block 1 printed: [^]*\{ not a message/));
  });

  it("fails in one line where there is no such process", async () => {
    await expect(trial("none", { entry: new URL("no-such-process.ts", import.meta.url) })).rejects.toThrow(/^the process of the block ended with code 1: Error: Cannot find module /);
    await expect(trial("none", { entry: new URL("silent-process.ts", import.meta.url) })).rejects.toThrow("the process of the block ended with code 0: not what you wait for");
  });

  it("keeps complete runs when it is stopped, and leaves no process", { tags: ["deep"] }, async () => {
    const stop = new AbortController();
    const onProgress = ({ cellsDone }: TrialProgress): void => {
      if (cellsDone === 8) stop.abort();
    };
    const record = await trial("none", {}, onProgress, stop.signal);
    expect(record).toMatchObject({ interrupted: true, blocksDone: 1 });
    expect(record.cells.flatMap(({ samples }) => samples)).toHaveLength(6 * 2 + 2 * 2);
  });

  it("measures nothing when it is stopped before the blocks", async () => {
    const record = await trial("none", {}, () => undefined, AbortSignal.abort());
    expect(record).toMatchObject({ interrupted: true, blocksDone: 0, cells: [] });
  });
});

describe("BlockChild", () => {
  it("says so where no process can be started", async () => {
    const task = { programs: [], protocol: { blocks: 1, runs: 1, warmupMs: 1, minTimeMs: 100, seed: 1 }, work: null };
    const child = new BlockChild(task, { entry: ENTRY, prefix: ["/no/such/program"], patienceMs: 60_000 }, () => undefined);
    await expect(child.finished).rejects.toThrow(/^the process of the block could not be started: .*ENOENT/);
    expect(blockChildren()).toEqual([]);
  });
});

describe("a parent that is gone", () => {
  it("leaves no process behind", { tags: ["deep"] }, async (context) => {
    if (process.platform !== "linux") context.skip();
    const parent = spawn(process.execPath, ["test/lab/trial/orphaning-process.ts"], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    parent.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    await expect.poll(() => printed, { timeout: 50_000 }).toContain("it hangs");
    const children = await childrenOf(parent.pid as number);
    expect(children).toHaveLength(1);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await expect.poll(() => isRunning(children[0] as number), { timeout: 30_000 }).toBe(false);
  });
});
