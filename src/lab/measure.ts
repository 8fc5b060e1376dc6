/** A whole measurement: machine, trial, machine again, result. */
import { BASELINES } from "./baseline.ts";
import { nowNs } from "./clock.ts";
import { environmentOf, readMachine, readState, type Machine, type Reading } from "./environment.ts";
import type { Result } from "./result.ts";
import { resultOf } from "./summary.ts";
import { runTrial } from "./trial.ts";
import type { TrialMachine, TrialPlan, TrialProgress } from "./trial-plan.ts";

/** What is told about a measurement besides its plan. */
export interface MeasureContext {
  /** The command line, for the result. */
  readonly command: readonly string[];
  /** The tool's version. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrialProgress) => void;
}

/** The environment before a measurement: what `--strict` can refuse at once. */
export interface Surroundings {
  readonly machine: Machine;
  readonly before: Reading;
  readonly warnings: readonly string[];
}

/** Reads the machine and its state. `threads`: the most any cell will use. */
export function surroundings(threads: number): Surroundings {
  const machine = readMachine();
  const before = readState(nowNs());
  return { machine, before, warnings: environmentOf(machine, before, null, threads).warnings };
}

/** Runs the trial and makes the result of it. */
export async function measure<Pool>(
  plan: TrialPlan<Pool>,
  pools: TrialMachine<Pool>,
  { machine, before }: Surroundings,
  { command, version, signal, onProgress }: MeasureContext,
): Promise<Result> {
  const startedAt = new Date().toISOString();
  const startNs = nowNs();
  const trial = await runTrial(plan, pools, onProgress, signal);
  const threads = Math.max(...plan.programs.flatMap((program) => program.cells.map((cell) => cell.threads)));
  const env = environmentOf(machine, before, readState(nowNs()), threads);
  const { blocks, runs, seed, warmupMs, minTimeMs } = plan;
  const config = {
    command, seed, blocks, blocksDone: trial.blocksDone, runs, warmupMs, minTimeMs,
    interrupted: trial.interrupted, isolation: "in-process" as const, startedAt, seconds: (nowNs() - startNs) / 1e9,
  };
  return resultOf(trial, env, config, version, BASELINES);
}
