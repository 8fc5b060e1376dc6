/**
 * Laws of scaling, fitted to throughput X at thread counts N by least squares:
 *
 *   Universal Scalability Law   X(N) = λN / (1 + σ(N−1) + κN(N−1))     Gunther
 *   Amdahl's law                the same with κ = 0
 *
 * λ is the throughput of one thread, σ the share that threads do one at a time
 * (contention), κ what each pair of threads costs (coherency). Karp and Flatt's
 * serial fraction is no fit: it solves Amdahl's law for σ at one thread count.
 *
 * The arithmetic is Levenberg and Marquardt's, from ml-levenberg-marquardt, on
 * parameters scaled to be about 1: its damping is the same for all of them. σ
 * and κ are kept from going below 0, where the laws have no meaning.
 *
 * Not done: the linearised form, a parabola through N·X(1)/X. It takes the one
 * measurement X(1) for exact and weighs errors by where they are: of SDM91 (in
 * the test) it makes σ = 0.017, where least squares give 0.028.
 *
 * `fitsOf` gives a result its laws: one fit for each design in each world. If the
 * data do not support a fit, the reason is reported instead: too few thread
 * counts, points far from every law of this form, a throughput that grows
 * faster than the threads, one that does not change, or one that falls so fast that
 * the serial share would be above 1. A throughput that does not change has no
 * variance to explain: every law with σ = 1 fits it, and R² says nothing. So the
 * refusal says what is known. Without a whole block there are no fits: some cells
 * were measured at one time, some at another, some not at all. No peak is given
 * beyond twice the threads measured.
 */
import { levenbergMarquardt } from "ml-levenberg-marquardt";
import type { Fit, FittedLaw, Refusal, ScalingLaw, ScalingPoint } from "../fit.ts";
import { mean } from "./statistics.ts";
import { groupOf } from "../cell.ts";
import type { CellResult, Result } from "../result.ts";
import { count, printPercent } from "../text.ts";

/** Steps of the optimiser; the published examples need fewer than fifty. */
const MOST_STEPS = 400;
/** Where it starts, as σ and κ: from little and from much of each. The best end is taken. */
const STARTS = [[0.1, 0.01], [0.01, 0], [0.9, 0], [0.02, 0.5]] as const;

/** Throughput by the law. */
export function throughputAt({ lambda, sigma, kappa }: ScalingLaw, threads: number): number {
  return (lambda * threads) / (1 + sigma * (threads - 1) + kappa * threads * (threads - 1));
}

/** Fits the Universal Scalability Law. At least three points. */
export const fitUniversal = (points: readonly ScalingPoint[]): FittedLaw => fit(points, true);

/** Fits Amdahl's law. At least two points. */
export const fitAmdahl = (points: readonly ScalingPoint[]): FittedLaw => fit(points, false);

/** The serial fraction of Karp and Flatt (1990): e = (1/S − 1/p) / (1 − 1/p). Below 0: more than p times as fast. */
export function serialFraction(speedUp: number, threads: number): number {
  return (1 / speedUp - 1 / threads) / (1 - 1 / threads);
}

/** The maximum throughput by the law, at √((1−σ)/κ) threads; `null` if it grows forever. */
export function peakOf(law: ScalingLaw): ScalingPoint | null {
  if (law.kappa <= 0) return null;
  const threads = Math.max(1, Math.sqrt(Math.max(0, 1 - law.sigma) / law.kappa));
  return { threads, perSecond: throughputAt(law, threads) };
}

function fit(points: readonly ScalingPoint[], coherency: boolean): FittedLaw {
  const most = Math.max(...points.map(({ threads }) => threads));
  const rate = Math.max(...points.map(({ threads, perSecond }) => perSecond / threads));
  // λ in units of the greatest throughput of a thread, σ and κ in units that make their terms 1 at the most threads
  const [sigmaUnit, kappaUnit] = [1 / (most - 1), 1 / (most * (most - 1))];
  const lawOf = ([lambda = 1, sigma = 0, kappa = 0]: readonly number[]): ScalingLaw => ({ lambda: lambda * rate, sigma: sigma * sigmaUnit, kappa: kappa * kappaUnit });
  const scale = Math.max(...points.map(({ perSecond }) => perSecond));
  const data = { x: points.map(({ threads }) => threads), y: points.map(({ perSecond }) => perSecond / scale) };
  const ends = STARTS.map(([sigma, kappa]) => levenbergMarquardt(data, (parameters) => (threads) => throughputAt(lawOf(parameters), threads) / scale, {
    initialValues: [1, sigma / sigmaUnit, ...(coherency ? [kappa / kappaUnit] : [])],
    minValues: [1e-9, 0, ...(coherency ? [0] : [])],
    jacobianFunction: (parameters) => (threads) => slopes(lawOf(parameters), threads, [rate, sigmaUnit, kappaUnit]).slice(0, parameters.length).map((slope) => slope / scale),
    maxIterations: MOST_STEPS,
    errorTolerance: 1e-16,
  }));
  const best = ends.reduce((least, end) => (end.parameterError < least.parameterError ? end : least));
  const law = lawOf(best.parameterValues);
  return { ...law, ...quality(law, points) };
}

/** The law's derivatives by its parameters, in their units. */
function slopes({ lambda, sigma, kappa }: ScalingLaw, threads: number, units: readonly [number, number, number]): number[] {
  const whole = 1 + sigma * (threads - 1) + kappa * threads * (threads - 1);
  const byWhole = (-lambda * threads) / whole ** 2;
  return [(threads / whole) * units[0], byWhole * (threads - 1) * units[1], byWhole * threads * (threads - 1) * units[2]];
}

function quality(law: ScalingLaw, points: readonly ScalingPoint[]): Pick<FittedLaw, "r2" | "residual"> {
  const middle = mean(points.map(({ perSecond }) => perSecond));
  const spread = points.reduce((sum, { perSecond }) => sum + (perSecond - middle) ** 2, 0);
  const left = points.reduce((sum, { threads, perSecond }) => sum + (perSecond - throughputAt(law, threads)) ** 2, 0);
  const residual = Math.sqrt(mean(points.map(({ threads, perSecond }) => (throughputAt(law, threads) / perSecond - 1) ** 2)));
  return { r2: spread > 1e-12 * middle ** 2 ? 1 - left / spread : null, residual };
}

/** The Universal Scalability Law has three parameters, so fewer points do not test it. */
const LEAST_THREAD_COUNTS = 4;
/** Laws are used up to this many times the most threads measured. */
const REACH = 2;
/** A law that explains less than this of the variance has not been found. */
const LEAST_R2 = 0.9;
/** If all throughputs are this close together, threads change nothing. */
const FLAT = 0.05;
/** Throughput of a thread above that at the fewest threads: noise up to here, faster than the threads beyond. */
const SUPERLINEAR = 1.1;

/** The fits with thread counts enough for a law; without any, why there is no law. */
export function enoughCounts(fits: readonly Fit[]): readonly Fit[] | string {
  const enough = fits.filter(({ points }) => points.length >= LEAST_THREAD_COUNTS);
  const most = Math.max(1, ...fits.map(({ points }) => points.length));
  return enough.length > 0 ? enough : `No scaling law is fitted: ${count(most, "thread count")} measured, ${LEAST_THREAD_COUNTS} needed.`;
}

/** The fits of a result, in the order of its cells; none for a design measured on one thread count, and none without a whole block. */
export function fitsOf({ cells, env, config }: Pick<Result, "cells" | "env" | "config">): Fit[] {
  if (config.blocksDone === 0) return [];
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
  const [least, most] = [Math.min, Math.max].map((extreme) => extreme(...points.map(({ perSecond }) => perSecond))) as [number, number];
  if (most / least - 1 <= FLAT) return { refused: `throughput is the same on every number of threads, within ${printPercent(most / least - 1)}` };
  if (best > SUPERLINEAR) return { refused: `throughput grows faster than the threads, by ${Math.round((best - 1) * 100)} %, which no such law describes` };
  return null;
}

/** A law that is nowhere near the points, or that has no meaning. */
function badness({ r2, residual, sigma }: FittedLaw): Refusal | null {
  if (sigma > 1) return { refused: "throughput falls faster than if everything were done one at a time, which no such law describes" };
  if ((r2 ?? 0) >= LEAST_R2) return null;
  return { refused: `no such law goes through the points: R² ${(r2 ?? 0).toFixed(2)}, residual ${Math.round(residual * 100)} %` };
}

function serialOf(points: readonly ScalingPoint[]): Fit["serial"] {
  const single = points.find(({ threads }) => threads === 1);
  if (single === undefined) return [];
  return points.filter(({ threads }) => threads > 1).map(({ threads, perSecond }) => ({ threads, fraction: serialFraction(perSecond / single.perSecond, threads) }));
}
