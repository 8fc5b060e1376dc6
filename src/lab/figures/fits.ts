/**
 * Scaling laws of a result: one fit for each design in each world, over its
 * thread counts. If the data do not support a fit, none is given; the reason is
 * reported instead: too few thread counts, points far from every law of this
 * form, or a throughput that grows faster than the threads.
 *
 * No peak is given beyond twice the threads measured.
 */
import { groupOf } from "../cell.ts";
import type { Fit, FittedLaw, Refusal, ScalingPoint } from "../fit.ts";
import type { CellResult, Result } from "../result.ts";
import { fitAmdahl, fitUniversal, peakOf, serialFraction, throughputAt } from "./scaling.ts";

/** The Universal Scalability Law has three parameters, so fewer points do not test it. */
export const LEAST_THREAD_COUNTS = 4;
/** Laws are used up to this many times the most threads measured. */
const REACH = 2;
/** A law that explains less than this of the variance … */
const LEAST_R2 = 0.9;
/** … and is further than this from the points has not been found. */
const MOST_RESIDUAL = 0.05;
/** Throughput of a thread above that at the fewest threads: noise up to here, faster than the threads beyond. */
const SUPERLINEAR = 1.1;

/** The fits of a result, in the order of its cells; none for a design measured on one thread count. */
export function fitsOf({ cells, env }: Pick<Result, "cells" | "env">): Fit[] {
  const series = [...Map.groupBy(cells, (cell) => `${groupOf(cell)} ${cell.design}`).values()];
  return series.filter(({ length }) => length > 1).map((members) => fitOf(members, env.usable));
}

function fitOf(members: readonly CellResult[], usable: number): Fit {
  const { program, world, design, params } = members[0] as CellResult;
  const points = members.map(({ threads, items, summary }) => ({ threads, perSecond: (items / summary.medianNs) * 1e9 })).toSorted((a, b) => a.threads - b.threads);
  const most = Math.max(...points.map(({ threads }) => threads));
  const refusal = refusalOf(points);
  return { program, world, design, params, points, ...laws(points, most, refusal), serial: serialOf(points), oversubscribed: most > usable };
}

function laws(points: readonly ScalingPoint[], most: number, refusal: Refusal | null): Pick<Fit, "universal" | "amdahl"> {
  if (refusal !== null) return { universal: refusal, amdahl: refusal };
  const universal = fitUniversal(points);
  const amdahl = fitAmdahl(points);
  const peak = peakOf(universal);
  const ahead = { threads: REACH * most, perSecond: throughputAt(universal, REACH * most) };
  return {
    universal: badness(universal) ?? { ...universal, peak: peak !== null && peak.threads <= REACH * most ? peak : null, ahead },
    amdahl: badness(amdahl) ?? amdahl,
  };
}

function refusalOf(points: readonly ScalingPoint[]): Refusal | null {
  if (points.length < LEAST_THREAD_COUNTS) return { refused: `${points.length} thread counts were measured, and a law with three parameters needs ${LEAST_THREAD_COUNTS}` };
  const [first] = points as [ScalingPoint];
  const best = Math.max(...points.map(({ threads, perSecond }) => perSecond / threads)) / (first.perSecond / first.threads);
  if (best > SUPERLINEAR) return { refused: `throughput grows faster than the threads, by ${Math.round((best - 1) * 100)} %, which no such law describes` };
  return null;
}

/** A law that is nowhere near the points. */
function badness({ r2, residual }: FittedLaw): Refusal | null {
  if ((r2 ?? 1) >= LEAST_R2 || residual <= MOST_RESIDUAL) return null;
  return { refused: `no such law goes through the points: R² ${(r2 ?? 0).toFixed(2)}, residual ${Math.round(residual * 100)} %` };
}

function serialOf(points: readonly ScalingPoint[]): Fit["serial"] {
  const single = points.find(({ threads }) => threads === 1);
  if (single === undefined) return [];
  return points.filter(({ threads }) => threads > 1).map(({ threads, perSecond }) => ({ threads, fraction: serialFraction(perSecond / single.perSecond, threads) }));
}
