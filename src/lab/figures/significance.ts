/**
 * Do two independent series come from the same distribution? The test of
 * Mann and Whitney (1947), which assumes no shape, and the correction of Holm
 * (1979) for as many tests as there are cells.
 *
 * The distribution of U is exact where there are no ties and both series have
 * fewer than fifty values; otherwise it is the normal one, with the corrections
 * for ties and for continuity. These are the rules of R's `wilcox.test`, and the
 * tests hold its published output against this file.
 *
 * Not done: a t test. Block times have long tails to one side; a single slow
 * block would decide it.
 */
import { errorFunction, wilcoxonRankSum } from "simple-statistics";

/** What the test found. */
export interface RankTest {
  /** Pairs in which the value of the first series is the greater; ties count half. R calls it W. */
  readonly U: number;
  /** Two-sided. */
  readonly p: number;
  /** Whether p is of the exact distribution. */
  readonly exact: boolean;
}

/** From this many values on the normal distribution serves. */
const MANY = 50;

/** The two-sided test. Both series need a value. */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  const U = wilcoxonRankSum([...a], [...b]) - (a.length * (a.length + 1)) / 2;
  const ties = [...Map.groupBy([...a, ...b], (value) => value).values()].map(({ length }) => length).filter((length) => length > 1);
  const exact = ties.length === 0 && a.length < MANY && b.length < MANY;
  return { U, p: exact ? exactP(U, a.length, b.length) : normalP(U, a.length, b.length, ties), exact };
}

/** The smallest two-sided p that two series without ties can have: one lies wholly above the other. */
export function leastP(a: number, b: number): number {
  return a < MANY && b < MANY ? exactP(0, a, b) : normalP(0, a, b, []);
}

/**
 * Adjusted p values, in the order given: each can be compared with the level of
 * the whole family. The k-th smallest of m is multiplied by m − k + 1 and is
 * never less than the one before it.
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((p, index) => ({ p, index })).toSorted((x, y) => x.p - y.p);
  const adjusted = values.map(() => 1);
  let least = 0;
  for (const [rank, { p, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, p * (values.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}

function exactP(U: number, a: number, b: number): number {
  const ways = waysTo(a, b);
  const all = ways.reduce((sum, count) => sum + count, 0);
  const extreme = Math.min(U, a * b - U);
  let below = 0;
  for (let u = 0; u <= extreme; u++) below += ways[u] as number;
  return Math.min(1, (2 * below) / all);
}

const known = new Map<string, Float64Array>();

/**
 * In how many of the ways to interleave `a` and `b` values U is 0, 1, …, a·b:
 * the Gaussian binomial coefficient, built up factor by factor. Counts up to
 * C(98, 49) ≈ 2.5e28 are not whole in a double, but true to 1e-14 or so.
 */
function waysTo(a: number, b: number): Float64Array {
  const key = `${a},${b}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const ways = new Float64Array(a * b + 1);
  ways[0] = 1;
  for (let factor = 1; factor <= a; factor++) {
    // times (1 − q^(b+factor)), then divided by (1 − q^factor)
    for (let u = ways.length - 1; u >= b + factor; u--) ways[u] = (ways[u] as number) - (ways[u - b - factor] as number);
    for (let u = factor; u < ways.length; u++) ways[u] = (ways[u] as number) + (ways[u - factor] as number);
  }
  known.set(key, ways);
  return ways;
}

function normalP(U: number, a: number, b: number, ties: readonly number[]): number {
  const all = a + b;
  const tied = ties.reduce((sum, count) => sum + count ** 3 - count, 0) / (all * (all - 1));
  const variance = ((a * b) / 12) * (all + 1 - tied);
  if (variance <= 0) return 1; // all values are one
  const distance = Math.max(0, Math.abs(U - (a * b) / 2) - 0.5);
  return 1 - errorFunction(distance / Math.sqrt(2 * variance));
}
