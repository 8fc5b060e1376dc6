/**
 * Traced runs: the figures of one, and of all traced runs of a cell. The figures
 * of a cell are those of one run, the one with the median wall time, so that
 * they belong together (W = A·T). The cost of tracing comes from all of them.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Trace } from "../../index.ts";
import type { BlockTimes } from "../figures/gains.ts";
import type { CellRun, TracedRun } from "./plan.ts";
import type { Activity, Sample } from "../result.ts";
import { median, spread } from "../figures/statistics.ts";
import { analyseTrace } from "../trace/analyse.ts";
import { coarse } from "../trace/coarse.ts";
import type { Timeline } from "../timeline.ts";

/** Slices of a timeline that is kept: as many as a picture can show. */
const MOST_SLICES = 1500;
/** Tracing that costs more makes its figures approximate. */
const MOST_COST = 0.05;
/** With fewer timed runs in a block, their median says little about one run. */
const LEAST_RUNS = 3;

/** The figures and the timeline of one run. */
export function readTrace(block: number, { wallNs, region }: CellRun, trace: Trace): TracedRun {
  const { activity, timeline } = analyseTrace(trace, region);
  return { block, wallNs, activity, timeline: deflateRawSync(JSON.stringify(coarse(timeline, MOST_SLICES))) };
}

/** What ran when in a traced run. */
export function unpackTimeline({ timeline }: TracedRun): Timeline {
  return JSON.parse(inflateRawSync(timeline).toString()) as Timeline;
}

/** The run whose figures are given: the one with the median wall time, of two the shorter; `null` if there is none. */
export function medianRun(traced: readonly TracedRun[]): TracedRun | null {
  return traced.toSorted((a, b) => a.wallNs - b.wallNs)[Math.floor((traced.length - 1) / 2)] ?? null;
}

/** The activity of a cell as far as it comes from traces; nothing without a trace. `times`: the value of the cell in each block. */
export function tracedActivity(traced: readonly TracedRun[], samples: readonly Sample[], times: BlockTimes): Activity {
  const chosen = medianRun(traced);
  if (chosen === null) return {};
  const cost = times.size === 0 ? null : median(traced.map((run) => run.wallNs / untracedNs(run.block, samples, times) - 1));
  const approximate = (cost ?? 0) > MOST_COST || (chosen.activity.lost ?? 0) > 0;
  return { block: chosen.block, ...chosen.activity, ...(cost === null ? {} : { cost }), ...(approximate ? { approximate } : {}) };
}

/** The intervals of L and Π₂ over the traced runs. */
export function tracedBounds(traced: readonly TracedRun[]): Activity["bounds"] {
  const values = (name: "L" | "Pi2"): number[] => traced.flatMap(({ activity }) => activity[name] ?? []);
  const bounds = (["L", "Pi2"] as const).flatMap((name) => (values(name).length === 0 ? [] : [[name, spread(values(name))] as const]));
  return Object.fromEntries(bounds);
}

/** How long a run of that block takes without a trace. */
function untracedNs(block: number, samples: readonly Sample[], times: BlockTimes): number {
  const here = samples.filter((sample) => sample.block === block).length;
  return (here >= LEAST_RUNS ? times.get(block) : undefined) ?? median([...times.values()]);
}
