/**
 * What a comparison of two results says, the rule by which it says it, and the
 * words. `figures/compare.ts` makes one; a result that was measured against a
 * baseline has one in its field `comparison`. Programs read the sides as a and b;
 * for people they are before and after.
 *
 * The rule for a cell, over the ratio of the medians, after / before:
 *
 *   equal         its 95 % interval lies inside the band of ±3 %
 *   slower        else: significant at 5 % (Mann–Whitney, Holm over all cells) and the ratio above the band
 *   faster        … below the band
 *   equal         else: the interval reaches into the band and nowhere beyond ±15 %,
 *                 and the blocks were enough for a difference to be significant
 *   inconclusive  else, and where a time is not a number above zero
 *
 * So a cell is never "equal" if a difference of more than 15 % could have gone
 * unseen; `why` says which difference is excluded. The band and the limit are
 * symmetric as factors: 1/1.03 … 1.03 and 1/1.15 … 1.15.
 */
import { printTime, type Interval } from "./text.ts";
import type { Cell } from "./cell.ts";

/** The version of the format of a comparison on its own. */
export const COMPARISON_SCHEMA = "warren-comparison/1";

/** Differences this small have no practical meaning (docs/method.md, "Comparison"). */
export const BAND = 0.03;
/** An interval that reaches further than this from 1 says nothing. */
export const WIDEST = 0.15;
/** Level of all tests together. */
export const LEVEL = 0.05;

/** What can be said of a cell; stored. */
export type Outcome = "faster" | "slower" | "equal" | "inconclusive";

/** An outcome in words. */
export function outcomeWord(outcome: Outcome): string {
  return outcome === "equal" ? "no difference found" : outcome;
}

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
  if (![ratio, p, ...(ci ?? [])].every((value) => Number.isFinite(value)) || ratio <= 0) return { outcome: "inconclusive", why: "a time is not a number above zero" };
  if (ci === null) return { outcome: "inconclusive", why: "an interval needs six blocks on both sides" };
  const reach = Math.max(ci[1], 1 / ci[0]) - 1;
  if (reach <= BAND) return { outcome: "equal", why: `a difference above ${percent(BAND)} is excluded` };
  if (p <= LEVEL && ratio > 1 + BAND) return { outcome: "slower", why: `significant and above ${percent(BAND)}` };
  if (p <= LEVEL && ratio < 1 / (1 + BAND)) return { outcome: "faster", why: `significant and above ${percent(BAND)}` };
  if (!able) return { outcome: "inconclusive", why: "too few blocks for this many cells: no difference could be significant" };
  if (reach > WIDEST) return { outcome: "inconclusive", why: `too noisy: a difference of ${percent(reach)} is not excluded` };
  if (ci[0] > 1 + BAND || ci[1] < 1 / (1 + BAND)) return { outcome: "inconclusive", why: "different, but not significantly so among this many cells" };
  return { outcome: "equal", why: `no significant difference; one above ${percent(reach)} is excluded` };
}

/** What `--max-regression` lets pass. */
export interface Gate {
  /** Share by which a cell may be slower. */
  readonly most: number;
  /** Whether cells of A may be missing in B. */
  readonly allowMissing: boolean;
}

/** Whether a comparison passes: no cell is slower by more than allowed, and none is missing that may not. */
export function passes(comparison: Comparison, { most, allowMissing }: Gate): boolean {
  return regressions(comparison, most).length === 0 && (allowMissing || comparison.onlyA.length === 0);
}

/** Cells that are slower by more than a share, significantly. */
export function regressions({ cells }: Comparison, most: number): CellComparison[] {
  return cells.filter(({ ratio, p }) => p <= LEVEL && ratio > 1 + most);
}

/** One column of a comparison. */
export interface ComparedColumn {
  readonly title: string;
  readonly align: "left" | "right";
  readonly text: (compared: CellComparison) => string;
}

/** The columns of every table of a comparison; each begins with the cell. */
export const COMPARED: readonly ComparedColumn[] = [
  { title: "before", align: "right", text: ({ aNs }) => printTime(aNs, 4) },
  { title: "after", align: "right", text: ({ bNs, scaled }) => `${scaled ? "~" : ""}${printTime(bNs, 4)}` },
  { title: "ratio", align: "right", text: ({ ratio }) => ratio.toFixed(3) },
  { title: "95 %", align: "left", text: ({ ci }) => (ci === null ? "?" : ci.map((bound) => bound.toFixed(3)).join("–")) },
  { title: "outcome", align: "left", text: ({ outcome }) => outcomeWord(outcome) },
];

/** How many cells have each outcome. */
export function outcomeCounts({ cells }: Comparison): Record<Outcome, number> {
  const counts = { faster: 0, slower: 0, equal: 0, inconclusive: 0 };
  for (const { outcome } of cells) counts[outcome]++;
  return counts;
}

/** Rounded up, so that the difference that is printed as excluded is excluded. */
function percent(share: number): string {
  const value = share * 100;
  const scale = value < 9.95 ? 10 : 1;
  return `${Math.ceil(value * scale - 1e-9) / scale} %`;
}
