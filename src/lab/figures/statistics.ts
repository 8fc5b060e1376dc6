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
export const LEAST_FOR_INTERVAL = 6;

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

/** The interval of the median; below six values from the minimum to the maximum. At least one value. */
export function spread(values: readonly number[]): Interval {
  return medianInterval(values) ?? [Math.min(...values), Math.max(...values)];
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

/** The 95 % percentile interval of resampled values. */
export function percentileInterval(values: Float64Array): Interval {
  const sorted = Array.from(values.toSorted());
  return [quantileSorted(sorted, 0.025), quantileSorted(sorted, 0.975)];
}

/** A value in each block; a block can be missing. */
export type BlockValues = ReadonlyMap<number, number>;

/**
 * Medians of several series that share their blocks, in each of many resamples of
 * the blocks with replacement: one array for each series. A block that is drawn is
 * drawn for all series, so what its values have in common cancels in a quotient of
 * the medians. A series has no value for a block it was not run in; a resample
 * without any value of some series is drawn again.
 */
export function pairedMedians(series: readonly BlockValues[], source: RandomSource, count = BOOTSTRAP_RESAMPLES): Float64Array[] {
  const blocks = [...new Set(series.flatMap((values) => [...values.keys()]))];
  const place = new Map(blocks.map((block, index) => [block, index]));
  const ranked = series.map((values) => [...values].toSorted(([, a], [, b]) => a - b).map(([block, value]) => ({ place: place.get(block) as number, value })));
  const drawn = new Uint32Array(blocks.length);
  const medians = series.map(() => new Float64Array(count));
  for (let resample = 0; resample < count;) {
    drawn.fill(0);
    for (let draw = 0; draw < blocks.length; draw++) (drawn[source.below(blocks.length)] as number)++;
    const found = ranked.map((values) => medianOfDrawn(values, drawn));
    if (found.includes(null)) continue;
    for (const [index, value] of found.entries()) (medians[index] as Float64Array)[resample] = value as number;
    resample++;
  }
  return medians;
}

/** The median of sorted values, each counted as often as its place was drawn; `null` where none was. */
function medianOfDrawn(ranked: readonly { readonly place: number; readonly value: number }[], drawn: Uint32Array): number | null {
  const total = ranked.reduce((sum, { place }) => sum + (drawn[place] as number), 0);
  if (total === 0) return null;
  const atRank = (rank: number): number => {
    let passed = 0;
    for (const { place, value } of ranked) {
      passed += drawn[place] as number;
      if (passed > rank) return value;
    }
    return Number.NaN;
  };
  const middle = (total - 1) / 2;
  return (atRank(Math.floor(middle)) + atRank(Math.ceil(middle))) / 2;
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
  return percentileInterval(above.map((value, resample) => value / (below[resample] as number)));
}

/** Medians of `count` resamples with replacement. */
export function bootstrapMedians(values: readonly number[], count: number, source: RandomSource): Float64Array {
  return pairedMedians([new Map(values.entries())], source, count)[0] as Float64Array;
}
