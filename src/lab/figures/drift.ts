/**
 * Signs that a cell's value is not one value: it went one way over the blocks,
 * or the first run of a block was slower than the rest. Both make a flag, never
 * a correction, and only where chance is an unlikely cause and the change is
 * beyond the practical band.
 *
 * Sources: M. G. Kendall, Rank Correlation Methods (1970): the statistic S and
 * its exact distribution without ties, which counts permutations by inversions;
 * P. K. Sen, JASA 63 (1968): the median of slopes. With ties the distribution is
 * wider than the true one: fewer flags, not more.
 */
import { binomialDistribution } from "simple-statistics";
import { BAND } from "../comparison.ts";
import type { Sample } from "../result.ts";
import { median } from "./statistics.ts";

/** A trend is reported if chance makes one in fewer than one cell of a hundred, because a result has dozens of cells. */
const TREND_LEVEL = 0.01;
/** Six blocks of six, nine of ten: with six blocks no lower level can be reached. */
const FIRST_LEVEL = 0.02;

/** Kendall's S: pairs that rise with time less pairs that fall. */
export function kendallS(values: readonly number[]): number {
  let s = 0;
  for (const [later, value] of values.entries()) {
    for (const earlier of values.slice(0, later)) s += Math.sign(value - earlier);
  }
  return s;
}

/** The chance of |S| at least that great among `n` values in random order. */
export function kendallChance(s: number, n: number): number {
  // counts[k]: permutations with k pairs in the wrong order, as shares of all
  let shares = [1];
  for (let size = 2; size <= n; size++) {
    const next = Array.from({ length: shares.length + size - 1 }, () => 0);
    for (const [inversions, share] of shares.entries()) {
      for (let more = 0; more < size; more++) next[inversions + more] = (next[inversions + more] as number) + share / size;
    }
    shares = next;
  }
  const pairs = (n * (n - 1)) / 2;
  const chance = shares.reduce((sum, share, inversions) => (Math.abs(pairs - 2 * inversions) >= Math.abs(s) ? sum + share : sum), 0);
  return Math.min(1, chance);
}

/**
 * The change from the first value to the last along the median of all slopes, as a share
 * of the first; `null` where there is no trend. The slopes are those of the logarithms,
 * so the line stays above 0, and the change above −100 %.
 */
export function trend(values: readonly number[]): number | null {
  if (values.length < 2 || kendallChance(kendallS(values), values.length) >= TREND_LEVEL) return null;
  const slopes = values.flatMap((value, later) => values.slice(0, later).map((earlier, at) => Math.log(value / earlier) / (later - at)));
  const change = Math.expm1(median(slopes) * (values.length - 1));
  return Math.abs(change) >= BAND ? change : null;
}

/** By how much the first run of a block is slower than the median of its others, where that is so in nearly every block; `null` otherwise. */
export function slowFirst(samples: readonly Sample[]): number | null {
  const ratios: number[] = [];
  for (const runs of Map.groupBy(samples, ({ block }) => block).values()) {
    const first = runs.find(({ run }) => run === 0);
    const others = runs.filter(({ run }) => run > 0);
    if (first !== undefined && others.length >= 2) ratios.push(first.wallNs / median(others.map(({ wallNs }) => wallNs)) - 1);
  }
  if (ratios.length === 0) return null;
  const slower = ratios.filter((ratio) => ratio > 0).length;
  const chance = (binomialDistribution(ratios.length, 0.5) ?? []).slice(slower).reduce((sum, probability) => sum + probability, 0);
  const typical = median(ratios);
  return chance < FIRST_LEVEL && typical >= BAND ? typical : null;
}

/** The flags of a cell. `values`: its values in block order. */
export function driftFlags(values: readonly number[], samples: readonly Sample[]): string[] {
  const change = trend(values);
  const first = slowFirst(samples);
  return [...(change === null ? [] : [`drift:${signed(change)}`]), ...(first === null ? [] : [`slow-first:${signed(first)}`])];
}

function signed(share: number): string {
  const percent = Math.round(share * 100);
  return `${percent > 0 ? "+" : ""}${percent}%`;
}
