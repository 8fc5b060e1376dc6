/**
 * The arithmetic of docs/method.md, "Statistics". Medians and quantiles come from
 * simple-statistics; what is here is what it lacks: an interval for a median
 * that assumes no distribution, a paired bootstrap of ratios, and one of the
 * ratio of two independent medians.
 *
 * Tested against published numbers: the table of order-statistic intervals
 * (Conover, Practical Nonparametric Statistics) and the mouse data of Efron and
 * Tibshirani, An Introduction to the Bootstrap, table 2.1.
 */
import { binomialDistribution, interquartileRange, mean, median, quantileSorted, quantile } from "simple-statistics";
import { halfWidth, type Interval } from "../text.ts";
import type { RandomSource } from "../random.ts";
import { type Grade } from "../result.ts";

export { mean, median };

/** The minimum number of values for which two order statistics enclose the median with 95 % confidence. */
const LEAST_FOR_INTERVAL = 6;

/** Resamples of one bootstrap. */
const BOOTSTRAP_RESAMPLES = 5000;

/**
 * The ranks (from 1) whose values enclose the median of the population with at
 * least 95 % confidence, as narrow as that allows, and the confidence reached.
 * `null` below six values: there is no such pair.
 */
export function medianRanks(n: number): { low: number; high: number; confidence: number } | null {
  if (n < LEAST_FOR_INTERVAL) return null;
  const probabilities = binomialDistribution(n, 0.5) ?? [];
  let low = 1;
  let below = probabilities[0] ?? 0;
  while (below + (probabilities[low] ?? 0) <= 0.025) {
    below += probabilities[low] ?? 0;
    low++;
  }
  return { low, high: n + 1 - low, confidence: 1 - 2 * below };
}

/** The order-statistic interval of the median; `null` below six values. */
export function medianInterval(values: readonly number[]): Interval | null {
  const ranks = medianRanks(values.length);
  if (ranks === null) return null;
  const sorted = [...values].toSorted((a, b) => a - b);
  return [sorted[ranks.low - 1] as number, sorted[ranks.high - 1] as number];
}

/** The grade of an interval around `middle`; `null` where there is no interval. */
export function noiseGrade(middle: number, interval: Interval | null): Grade | null {
  if (interval === null) return null;
  const half = halfWidth(middle, interval);
  if (half <= 0.02) return "A";
  if (half <= 0.05) return "B";
  return half <= 0.1 ? "C" : "D";
}

/** Tukey's fences: 1.5 interquartile ranges beyond the quartiles. What lies further out is flagged, never dropped. */
export function fences(values: readonly number[]): Interval {
  const copy = [...values];
  const reach = 1.5 * interquartileRange(copy);
  return [quantile(copy, 0.25) - reach, quantile(copy, 0.75) + reach];
}

/** How many values lie beyond the fences; of fewer than six none. */
export function outlierCount(values: readonly number[]): number {
  if (values.length < LEAST_FOR_INTERVAL) return 0;
  const [low, high] = fences(values);
  return values.filter((value) => value < low || value > high).length;
}

/** The geometric mean of ratios: it multiplies as the ratios do, so S = C·P survives averaging. */
export function geometricMean(ratios: readonly number[]): number {
  return Math.exp(mean(ratios.map((ratio) => Math.log(ratio))));
}

/** Means of `count` resamples with replacement, in the order drawn. */
export function bootstrapMeans(values: readonly number[], count: number, source: RandomSource): Float64Array {
  const means = new Float64Array(count);
  for (let resample = 0; resample < count; resample++) {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw++) sum += values[source.below(values.length)] as number;
    means[resample] = sum / values.length;
  }
  return means;
}

/**
 * The 95 % percentile interval of a ratio whose values were formed pair by pair
 * (one per block): a bootstrap over blocks of the log ratio. `null` below six
 * blocks, as for the median.
 */
export function ratioInterval(ratios: readonly number[], source: RandomSource): Interval | null {
  if (ratios.length < LEAST_FOR_INTERVAL) return null;
  const logs = ratios.map((ratio) => Math.log(ratio));
  const means = Array.from(bootstrapMeans(logs, BOOTSTRAP_RESAMPLES, source).toSorted());
  return [Math.exp(quantileSorted(means, 0.025)), Math.exp(quantileSorted(means, 0.975))];
}

/**
 * The 95 % percentile interval of median(b) / median(a) for two independent
 * series: a bootstrap that resamples each on its own. `null` below six values
 * in either.
 */
export function medianRatioInterval(a: readonly number[], b: readonly number[], source: RandomSource): Interval | null {
  if (Math.min(a.length, b.length) < LEAST_FOR_INTERVAL) return null;
  const above = bootstrapMedians(b, BOOTSTRAP_RESAMPLES, source);
  const below = bootstrapMedians(a, BOOTSTRAP_RESAMPLES, source);
  const ratios = Array.from(above.map((value, resample) => value / (below[resample] as number)).toSorted());
  return [quantileSorted(ratios, 0.025), quantileSorted(ratios, 0.975)];
}

/** Medians of `count` resamples with replacement. A resample is how often each of the sorted values was drawn: nothing is sorted again. */
export function bootstrapMedians(values: readonly number[], count: number, source: RandomSource): Float64Array {
  const sorted = values.toSorted((a, b) => a - b);
  const drawn = new Uint32Array(sorted.length);
  const atRank = (rank: number): number => {
    let index = 0;
    for (let passed = drawn[0] as number; passed <= rank; passed += drawn[++index] as number);
    return sorted[index] as number;
  };
  return Float64Array.from({ length: count }, () => {
    drawn.fill(0);
    for (let draw = 0; draw < sorted.length; draw++) (drawn[source.below(sorted.length)] as number)++;
    const middle = (sorted.length - 1) / 2;
    return (atRank(Math.floor(middle)) + atRank(Math.ceil(middle))) / 2;
  });
}
