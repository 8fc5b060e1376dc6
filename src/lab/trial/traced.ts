/**
 * Traced runs: what one tells, and what a cell's traced runs tell together. The
 * figures of a cell are those of one run, that with the median wall time, so
 * that they belong together (W = A·T); what tracing cost comes from all.
 */
import type { Trace } from "../../index.ts";
import type { BlockTimes } from "../figures/gains.ts";
import type { CellRun } from "./program.ts";
import type { Activity, Sample } from "../result.ts";
import { median } from "../figures/statistics.ts";
import type { TracedRun } from "./plan.ts";
import { analyseTrace } from "../trace/analyse.ts";
import { coarse } from "../trace/coarse.ts";

/** Slices of a timeline that is kept: as many as can be told apart in a picture. */
const MOST_SLICES = 1500;
/** Tracing that costs more makes its figures approximate. */
const MOST_COST = 0.05;
/** With fewer timed runs in a block their median is no measure for one run. */
const LEAST_RUNS = 3;

/** What the trace of one run tells. */
export function readTrace(block: number, { wallNs, region }: CellRun, trace: Trace): TracedRun {
  const { activity, timeline } = analyseTrace(trace, region);
  const kept = coarse(timeline, MOST_SLICES);
  return { block, wallNs, activity, timeline: () => kept };
}

/** The run whose figures are given: that with the median wall time, of two the shorter; `null` without any. */
export function medianRun(traced: readonly TracedRun[]): TracedRun | null {
  return traced.toSorted((a, b) => a.wallNs - b.wallNs)[Math.floor((traced.length - 1) / 2)] ?? null;
}

/** The activity of a cell as far as traces tell it; nothing without a trace. `times`: the cell's value in each block. */
export function tracedActivity(traced: readonly TracedRun[], samples: readonly Sample[], times: BlockTimes): Activity {
  const chosen = medianRun(traced);
  if (chosen === null) return {};
  const cost = times.size === 0 ? null : median(traced.map((run) => run.wallNs / untracedNs(run.block, samples, times) - 1));
  const approximate = (cost ?? 0) > MOST_COST || (chosen.activity.lost ?? 0) > 0;
  return { block: chosen.block, ...chosen.activity, ...(cost === null ? {} : { cost }), ...(approximate ? { approximate } : {}) };
}

/** What a run of that block takes untraced. */
function untracedNs(block: number, samples: readonly Sample[], times: BlockTimes): number {
  const here = samples.filter((sample) => sample.block === block).length;
  return (here >= LEAST_RUNS ? times.get(block) : undefined) ?? median([...times.values()]);
}
