/**
 * One traced run of one cell, for `warren trace`: the threads are warmed up, the
 * size is found as for a measurement, and a few runs without a trace come before
 * the one with a trace. The difference is the cost of tracing.
 */
import type { Cell } from "../cell.ts";
import { start, type Trace } from "../../index.ts";
import type { CellProgram, CellRun, Protocol } from "./plan.ts";
import { findSize } from "./preparation.ts";

/** How to run. */
export interface TracePlan extends Pick<Protocol, "warmupMs" | "minTimeMs"> {
  /** Events that each thread keeps. */
  readonly events: number;
  readonly progress: (text: string) => void;
}

/** A traced run. */
export interface CellTrace extends CellRun {
  readonly trace: Trace;
  /** Wall times of the runs of the same size without a trace. */
  readonly untracedNs: readonly number[];
}

const UNTRACED_RUNS = 3;

/** Runs a cell with a trace. */
export async function traceCell(program: CellProgram, cell: Cell, { warmupMs, minTimeMs, events, progress }: TracePlan): Promise<CellTrace> {
  progress("starting: warming the threads and finding the size of the work");
  await using runtime = await start({ threads: cell.threads });
  program.use?.((await program.calibrate?.()) ?? {}, null);
  await program.warm(runtime, cell.threads, warmupMs);
  const size = await findSize(program, runtime, [cell], minTimeMs * 1e6);
  const untracedNs: number[] = [];
  for (let run = 1; run <= UNTRACED_RUNS; run++) {
    progress(`run ${run} of ${UNTRACED_RUNS} without a trace`);
    untracedNs.push((await program.run(runtime, cell, size)).wallNs);
  }
  progress("the run with a trace");
  await using trace = await runtime.trace({ events });
  const traced = await program.run(runtime, cell, size);
  return { ...traced, trace: await trace.stop(), untracedNs };
}
