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
 */
import { levenbergMarquardt } from "ml-levenberg-marquardt";
import type { FittedLaw, Peak, ScalingLaw, ScalingPoint } from "../fit.ts";
import { mean } from "./statistics.ts";

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
export function peakOf(law: ScalingLaw): Peak | null {
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
