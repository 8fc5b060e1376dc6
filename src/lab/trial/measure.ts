/** A whole measurement: machine, trial, machine again, result. */
import { BASELINES } from "../reference.ts";
import { inProcesses } from "./processes.ts";
import { nowNs } from "../machine/clock.ts";
import { confined, environmentOf, readMachine, readState, type Machine, type Reading } from "../machine/environment.ts";
import { programOf, type ProgramSpec } from "./program-spec.ts";
import type { Result } from "../result.ts";
import { resultOf } from "../figures/summary.ts";
import { runTrial } from "./trial.ts";
import type { Protocol, TrialProgress } from "./plan.ts";
import { reusing, type Work } from "./work.ts";

/** What to measure and how. Plain data. */
export interface MeasurePlan extends Protocol {
  readonly programs: readonly ProgramSpec[];
  /** Processors that the blocks are confined to; absent or `null`: all that this process may use. */
  readonly cpus?: string | null;
  /** Sizes and calibrations of an earlier measurement, to do the same work; absent or `null`: found. */
  readonly work?: Work | null;
}

/** What is told about a measurement besides its plan. */
export interface MeasureContext {
  /** The command line, for the result. */
  readonly command: readonly string[];
  /** The tool's version. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrialProgress) => void;
}

/** A result, and what is not part of it. */
export interface Measured {
  readonly result: Result;
  /** What each program found besides times: of gophers with a pile a `PileOutcome`. */
  readonly found: readonly unknown[];
  /** What the blocks warned of or printed. */
  readonly notes: readonly string[];
}

/** The environment before a measurement: what `--strict` can refuse at once. */
export interface Surroundings {
  readonly machine: Machine;
  readonly before: Reading;
  readonly warnings: readonly string[];
}

/** Reads the machine and its state. `threads`: the most any cell will use; `cpus`: processors that they are confined to. */
export function surroundings(threads: number, cpus: string | null = null): Surroundings {
  const machine = confined(readMachine(), cpus);
  const before = readState(nowNs());
  return { machine, before, warnings: environmentOf(machine, before, null, threads).warnings };
}

/**
 * Runs the trial, each block in a process of its own, and makes the result of it.
 *
 * @throws BlockProcessError if nothing could be prepared
 */
export async function measure(plan: MeasurePlan, { machine, before }: Surroundings, { command, version, signal, onProgress }: MeasureContext): Promise<Measured> {
  const { blocks, runs, seed, warmupMs, minTimeMs, cpus = null, work = null } = plan;
  const startedAt = new Date().toISOString();
  const startNs = nowNs();
  const programs = plan.programs.map(programOf);
  const own = inProcesses(plan.programs, programs, plan, { cpus });
  const runner = work === null ? own : reusing(own, programs, work);
  const trial = await runTrial({ ...plan, programs }, runner, onProgress, signal);
  const threads = Math.max(...programs.flatMap((program) => program.cells.map((cell) => cell.threads)));
  const env = environmentOf({ ...machine, ...trial.processors }, before, readState(nowNs()), threads);
  const calibrations = Object.fromEntries(programs.map(({ name }, index) => [name, trial.calibrations[index] ?? {}]));
  const config = {
    command, seed, blocks, blocksDone: trial.blocksDone, runs, warmupMs, minTimeMs,
    interrupted: trial.interrupted, isolation: runner.isolation, ...(cpus === null ? {} : { cpus }), calibrations,
    startedAt, seconds: (nowNs() - startNs) / 1e9,
  };
  return { result: resultOf(trial, env, config, version, BASELINES), found: trial.found, notes: trial.notes };
}
