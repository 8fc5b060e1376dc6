/** A result made without threads or time: the same in every run, for golden output. */
import { BASELINES } from "../../src/lab/baseline.ts";
import { environmentOf } from "../../src/lab/environment.ts";
import type { Config, Result } from "../../src/lab/result.ts";
import { resultOf } from "../../src/lab/summary.ts";
import { runTrial } from "../../src/lab/trial.ts";
import { fakeCells, FakeMachine, FakeProgram } from "../lab/fake-program.ts";

const MACHINE = {
  cpu: "Test CPU", cores: 2, usable: 2, quota: null, affinity: "0-1", caches: { l2: 524_288, llc: 33_554_432 },
  governor: null, platform: "linux 6.1.0 x64", node: "24.21.0", v8: "13.6.233",
};
const READING = { wallNs: 0, load: 0.25, pressureUs: null, throttledUs: null, ticks: null };

/** What the fake trial is like. */
export interface FakeTrial {
  readonly worlds?: string[];
  readonly designs?: string[];
  readonly threads?: number[];
  readonly noise?: number;
  readonly blocks?: number;
  readonly config?: Partial<Config>;
  readonly failing?: boolean;
}

/** Runs the protocol on a program whose times come from a formula. */
export async function fakeResult({ worlds, designs, threads, noise = 0.02, blocks = 6, config = {}, failing = false }: FakeTrial = {}): Promise<Result> {
  const program = new FakeProgram(fakeCells(worlds, designs, threads), { noise });
  if (failing) program.onRun = () => ({ checks: [{ name: "carts conserved", ok: false, detail: "7 of 8 carts came back" }] });
  const plan = { programs: [program], blocks, runs: 1, warmupMs: 1, minTimeMs: 100, seed: 1 };
  const trial = await runTrial(plan, new FakeMachine(), () => undefined, new AbortController().signal);
  const whole: Config = {
    command: ["gophers", "--quick"], seed: 1, blocks, blocksDone: blocks, runs: 1, warmupMs: 250, minTimeMs: 100,
    interrupted: false, isolation: "in-process", startedAt: "2026-01-01T00:00:00.000Z", seconds: 12.5, ...config,
  };
  return resultOf(trial, environmentOf(MACHINE, READING, null, 2), whole, "0.1.0", BASELINES);
}
