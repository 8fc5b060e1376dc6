/**
 * What a comparison of two results says, and the rule by which it says it.
 * `compare.ts` makes one; a result that was measured against a baseline carries
 * one in its field `comparison`.
 *
 * The rule for a cell, over the ratio of the medians, B / A:
 *
 *   equal         its 95 % interval lies inside the band of ±3 %
 *   slower        else: significant at 5 % (Mann–Whitney, Holm over all cells) and the ratio above the band
 *   faster        … below the band
 *   equal         else: the interval reaches into the band and nowhere beyond ±15 %,
 *                 and the blocks were enough for a difference to be significant
 *   inconclusive  else
 *
 * So "equal" is never said of a cell in which a difference of more than 15 %
 * would have gone unseen; `why` says up to what difference it holds. The band
 * and the limit are symmetric as factors: 1/1.03 … 1.03 and 1/1.15 … 1.15.
 */
import type { Cell } from "../result.ts";
import type { Interval } from "./statistics.ts";

/** The version of the format of a comparison on its own. */
export const COMPARISON_SCHEMA = "warren-comparison/1";

/** Differences this small have no practical meaning (docs/method.md, "Comparison"). */
export const BAND = 0.03;
/** An interval that reaches further than this from 1 says nothing. */
export const WIDEST = 0.15;
/** Level of all tests together. */
export const LEVEL = 0.05;

/** What can be said of a cell. */
export type Outcome = "faster" | "slower" | "equal" | "inconclusive";

/** The rule's ingredients for one cell. */
export interface Judged {
  /** B / A: above 1 is slower. */
  readonly ratio: number;
  /** 95 % bootstrap interval of the ratio; `null` below six blocks on either side. */
  readonly ci: Interval | null;
  /** Two-sided, adjusted by Holm's method over all cells compared. */
  readonly p: number;
  /** Whether blocks as many as these could give a p below the level at all. */
  readonly able: boolean;
}

/** One cell in both results. */
export interface CellComparison extends Judged {
  readonly cell: Cell;
  /** Medians over blocks, nanoseconds; B's for the work that A did. */
  readonly aNs: number;
  readonly bNs: number;
  /** Blocks. */
  readonly n: readonly [a: number, b: number];
  /** The runs did not do the same work, so B's times were multiplied by A's work / B's. */
  readonly scaled: boolean;
  readonly outcome: Outcome;
  readonly why: string;
  /** C and P in A and in B, where both have them. */
  readonly C?: readonly [a: number, b: number];
  readonly P?: readonly [a: number, b: number];
}

/** Which measurement a side was. */
export interface Side {
  /** File or name of a baseline. */
  readonly name: string;
  readonly version: string;
  readonly startedAt: string;
  readonly cpu: string;
  readonly node: string;
  readonly blocks: number;
}

/** Two results, cell by cell. */
export interface Comparison {
  readonly schema: typeof COMPARISON_SCHEMA;
  readonly rule: { readonly band: number; readonly widest: number; readonly level: number };
  readonly a: Side;
  readonly b: Side;
  /** In the order of B. */
  readonly cells: readonly CellComparison[];
  readonly onlyA: readonly Cell[];
  readonly onlyB: readonly Cell[];
  /** What makes the two hard to compare. */
  readonly warnings: readonly string[];
}

/** Applies the rule. */
export function outcomeOf({ ratio, ci, p, able }: Judged): { outcome: Outcome; why: string } {
  if (ci === null) return { outcome: "inconclusive", why: "an interval needs six blocks on both sides" };
  const reach = Math.max(ci[1], 1 / ci[0]) - 1;
  if (reach <= BAND) return { outcome: "equal", why: `a difference above ${percent(BAND)} is excluded` };
  if (p <= LEVEL && ratio > 1 + BAND) return { outcome: "slower", why: `significant and above ${percent(BAND)}` };
  if (p <= LEVEL && ratio < 1 / (1 + BAND)) return { outcome: "faster", why: `significant and above ${percent(BAND)}` };
  if (!able) return { outcome: "inconclusive", why: "too few blocks for so many cells: no difference could be significant" };
  if (reach > WIDEST) return { outcome: "inconclusive", why: `too noisy: a difference of ${percent(reach)} is not excluded` };
  if (ci[0] > 1 + BAND || ci[1] < 1 / (1 + BAND)) return { outcome: "inconclusive", why: "it looks different, but not significantly so among so many cells" };
  return { outcome: "equal", why: `no difference shown; one above ${percent(reach)} is excluded` };
}

/** Cells that are slower by more than a share, significantly: what `--max-regression` refuses. */
export function regressions({ cells }: Comparison, most: number): CellComparison[] {
  return cells.filter(({ ratio, p }) => p <= LEVEL && ratio > 1 + most);
}

/** How many cells came out how. */
export function outcomeCounts({ cells }: Comparison): Record<Outcome, number> {
  const counts = { faster: 0, slower: 0, equal: 0, inconclusive: 0 };
  for (const { outcome } of cells) counts[outcome]++;
  return counts;
}

/** Upwards, so that what is said to be excluded is. */
function percent(share: number): string {
  const value = share * 100;
  const scale = value < 9.95 ? 10 : 1;
  return `${Math.ceil(value * scale - 1e-9) / scale} %`;
}
