/** A whole measurement: machine, trial, machine again, result. */
import { extname } from "node:path";
import { inProcesses } from "../../trial/process/parent.ts";
import { nowNs } from "../../machine/clock.ts";
import { environmentOf, readState, type Environment, type Surroundings } from "../../machine/environment.ts";
import { programOf, type ProgramSpec } from "./programs.ts";
import type { Config, Result } from "../../result.ts";
import { resultOf } from "../../trial/summary.ts";
import { runTrial } from "../../trial/trial.ts";
import { effortText } from "../../trial/effort.ts";
import type { BlockEnd, BlockRunner, Prepared, Protocol, TrialProgress, TrialRecord } from "../../trial/plan.ts";
import { reusing, withEnd, type Work } from "../../trial/work.ts";

const BLOCK_PROCESS = new URL(`./block-process${extname(import.meta.url)}`, import.meta.url);

/** What to measure and how. Plain data. */
export interface MeasurePlan extends Protocol {
  readonly programs: readonly ProgramSpec[];
  /** Cores that the blocks are pinned to; absent or `null`: all that this process can use. */
  readonly cpus?: string | null;
  /** Sizes and calibrations of an earlier measurement, to do the same work; absent or `null`: found. */
  readonly work?: Work | null;
}

/** What a measurement needs in addition to its plan. */
export interface MeasureContext {
  /** The command line, for the result. */
  readonly command: readonly string[];
  /** The tool's version. */
  readonly version: string;
  readonly signal: AbortSignal;
  /** Called between cells. `soFar` makes a result of what was measured until then, without checks; what traces tell is left out unless `traced`, because to unpack them takes time. */
  readonly onProgress: (progress: TrialProgress, soFar: (traced?: boolean) => Result) => void;
  /** Called once if fewer blocks or runs fit than were asked for, with a line that says so. */
  readonly onEffort?: (text: string) => void;
}

/** A result, and what is not part of the result. */
export interface Measured extends Pick<BlockEnd, "pile" | "notes"> {
  readonly result: Result;
}

/**
 * Runs the trial, each block in a process of its own, and makes the result.
 *
 * @throws BlockProcessError if nothing could be prepared
 */
export async function measure(plan: MeasurePlan, { machine, before }: Surroundings, { command, version, signal, onProgress, onEffort }: MeasureContext): Promise<Measured> {
  const { seed, warmupMs, minTimeMs, cpus = null, work = null } = plan;
  const startedAt = new Date().toISOString();
  const startNs = nowNs();
  const programs = plan.programs.map(programOf);
  const own = inProcesses(plan.programs, programs, plan, { entry: BLOCK_PROCESS, cpus });
  const runner = work === null ? own : reusing(own, programs, work);
  const all = programs.flatMap((program) => program.cells);
  const threads = Math.max(...all.map((cell) => cell.threads));
  let effort: Pick<Prepared, "blocks" | "runs"> = plan;
  const prepare: BlockRunner["prepare"] = async (...args) => {
    const prepared = await runner.prepare(...args);
    if (prepared === null) return null;
    effort = prepared;
    const text = effortText(plan, prepared, prepared.costs, all.length);
    if (text !== null) onEffort?.(text);
    return prepared;
  };
  const resultNow = (trial: Pick<TrialRecord, "cells" | "checks" | "blocksDone" | "interrupted">, env: Environment, calibrations: Config["calibrations"] = {}): Result => resultOf(trial, env, {
    command, seed, blocks: effort.blocks, blocksDone: trial.blocksDone, runs: effort.runs, warmupMs, minTimeMs,
    interrupted: trial.interrupted, isolation: runner.isolation, ...(cpus === null ? {} : { cpus }), calibrations,
    startedAt, seconds: (nowNs() - startNs) / 1e9,
  }, version);
  const trial = await runTrial({ ...plan, programs }, { ...runner, prepare }, (progress) => onProgress(progress, (isTraced = false) => {
    const cells = progress.cells.filter(({ samples }) => samples.length > 0).map(({ cell, size, items, predicted, samples, traced }) => ({ cell, size, items, predicted, samples, traced: isTraced ? traced : [] }));
    return resultNow({ cells, checks: [], blocksDone: Math.max(1, progress.block), interrupted: false }, environmentOf(machine, before, null, threads));
  }), signal);
  const env = environmentOf({ ...machine, ...trial.processors }, before, readState(nowNs()), threads);
  const calibrations = Object.fromEntries(programs.map(({ name }, index) => [name, withEnd(trial.calibrations[index], trial.atEnd[index])]));
  return { result: resultNow(trial, env, calibrations), pile: trial.pile, notes: trial.notes };
}
