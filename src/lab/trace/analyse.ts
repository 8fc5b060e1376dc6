/**
 * The figures of a trace (docs/method.md, "Definitions") and its timeline. Worker
 * threads only: the main thread coordinates and is never counted.
 *
 *   W = Σ busy_i     A = W/T     U = A/p     Σ π_j = 1     Σ j·π_j = A
 *   L = mean of c(t), so that L·T = the sum of the counted tasks' lifetimes
 */
import type { Trace } from "../../index.ts";
import type { Activity } from "../result.ts";
import type { Timeline } from "../timeline.ts";
import { statesOf } from "./states.ts";
import { averages, stepsOf, timeByCount } from "./steps.ts";
import { viewOf, type Region, type View } from "./view.ts";

/** The figures of a trace: all of `Activity` that comes from it. */
export type TraceActivity = Required<Pick<Activity, "T" | "W" | "busy" | "A" | "L" | "U" | "hist" | "Pi2" | "events" | "lost">>;

/** A trace, analysed. */
export interface Analysis {
  readonly activity: TraceActivity;
  readonly timeline: Timeline;
  /** What both are made of; `chromeTrace` draws it. */
  readonly view: View;
}

/** Steps of r(t) and c(t) in a timeline. */
const STEPS = 480;

/**
 * Analyses a region of a trace, by default all of it from when the events of every
 * thread are complete. A region is cut at the ends of the trace.
 *
 * @throws RangeError if the region has nothing in common with the trace
 */
export function analyseTrace(trace: Trace, region: Region = { startNs: trace.completeFromNs, endNs: trace.endNs }): Analysis {
  const startNs = Math.max(0, Math.round(region.startNs - trace.startNs));
  const endNs = Math.round(Math.min(region.endNs, trace.endNs) - trace.startNs);
  if (!(endNs > startNs)) throw new RangeError(`the region from ${region.startNs} to ${region.endNs} is not in the trace, which goes from ${trace.startNs} to ${trace.endNs}`);
  const view = viewOf(statesOf(trace), { startNs, endNs });
  const { durationNs: T, threads, runs, rests, handOffs, counted } = view;
  const running = stepsOf(runs.map(([, , fromNs, toNs]) => ({ fromNs, toNs })));
  const counts = stepsOf(counted);
  const busy = Array.from({ length: threads }, () => 0);
  for (const [thread, , fromNs, toNs] of runs) busy[thread] = (busy[thread] as number) + toNs - fromNs;
  const W = busy.reduce((sum, ns) => sum + ns, 0);
  const times = timeByCount(running, T);
  const hist = Array.from({ length: threads + 1 }, (_, j) => (times[j] ?? 0) / T);
  const activity: TraceActivity = {
    T, W, busy, hist,
    A: W / T,
    L: counted.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0) / T,
    U: W / T / threads,
    Pi2: hist.slice(2).reduce((sum, share) => sum + share, 0),
    events: trace.events.length,
    lost: trace.lost.reduce((sum, count) => sum + count, 0),
  };
  const timeline: Timeline = {
    durationNs: T,
    threads,
    isCoarse: false,
    tasks: view.tasks.map(({ id, name }) => ({ id, name })),
    runs, rests, handOffs,
    r: averages(running, T, STEPS),
    c: averages(counts, T, STEPS),
  };
  return { activity, timeline, view };
}
