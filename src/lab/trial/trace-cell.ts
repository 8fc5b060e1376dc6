/**
 * One traced run of one cell, for `warren trace`: threads warmed, the size found
 * as for a measurement, a few runs without a trace, and then the one with it. What
 * a trace costs is seen from those before.
 */
import type { Cell } from "../cell.ts";
import { start, type Trace } from "../../index.ts";
import type { CellProgram } from "./program.ts";
import type { Check } from "../result.ts";
import { findSize } from "./preparation.ts";
import type { Region } from "../trace/view.ts";

/** How to run. */
export interface OneRunPlan {
  readonly warmupMs: number;
  readonly minTimeMs: number;
  /** Events that each thread keeps. */
  readonly events: number;
  readonly tell: (text: string) => void;
}

/** A traced run. */
export interface OneRun {
  readonly trace: Trace;
  /** The timed region; absent: all of it. */
  readonly region: Region | undefined;
  readonly wallNs: number;
  /** Wall times of the runs of the same size without a trace. */
  readonly untracedNs: readonly number[];
  readonly size: number;
  readonly items: number;
  readonly checks: readonly Check[];
}

const UNTRACED_RUNS = 3;

/** Runs a cell with a trace. */
export async function traceOneRun(program: CellProgram, cell: Cell, { warmupMs, minTimeMs, events, tell }: OneRunPlan): Promise<OneRun> {
  tell("starting: warming the threads and finding the size of the work");
  await using runtime = await start({ threads: cell.threads });
  program.use(await program.calibrate(runtime), null);
  await program.warm(runtime, cell.threads, warmupMs);
  const size = await findSize(program, runtime, [cell], minTimeMs * 1e6);
  const untracedNs: number[] = [];
  for (let run = 1; run <= UNTRACED_RUNS; run++) {
    tell(`run ${run} of ${UNTRACED_RUNS} without a trace`);
    untracedNs.push((await program.run(runtime, cell, size)).wallNs);
  }
  tell("the run with a trace");
  await using tracing = await runtime.trace({ events });
  const { wallNs, region, items, checks } = await program.run(runtime, cell, size);
  return { trace: await tracing.stop(), region, wallNs, untracedNs, size, items, checks };
}
