/**
 * Measuring against an earlier result: what is checked before anything is
 * measured, what of the earlier work is done again, and what is added to the
 * result and said of it afterwards.
 */
import type { Cell } from "../../lab/cell.ts";
import { compareResults } from "../../lab/figures/compare.ts";
import { fitsOf } from "../../lab/figures/fits.ts";
import type { Surroundings } from "../../lab/machine/environment.ts";
import type { Result } from "../../lab/result.ts";
import { workOf, type Work } from "../../lab/trial/work.ts";
import { readBaseline, requireCommon, requireSavable, saveResult, type Baseline } from "./baselines.ts";
import { comparisonSentences, regressionLines } from "../print/comparison.ts";
import type { MeasureOptions } from "../options/options.ts";
import { note } from "../terminal/streams.ts";

/** Checks `--save` and `--baseline`; the result to compare with, or `null`. */
export async function openBaseline({ save, baseline }: MeasureOptions, cells: readonly Cell[]): Promise<Baseline | null> {
  if (save !== null) await requireSavable(save);
  if (baseline === null) return null;
  const opened = await readBaseline("--baseline", baseline);
  requireCommon("--baseline", opened, cells);
  return opened;
}

/** The work of the baseline, to be repeated, if it was chosen on a machine like this one and for runs of this length; else `null`. */
export function workToRepeat(baseline: Baseline | null, { machine }: Pick<Surroundings, "machine">, { minTimeMs }: Pick<MeasureOptions, "minTimeMs">): Work | null {
  if (baseline === null) return null;
  const { env, config } = baseline.result;
  return env.cpu === machine.cpu && env.cores === machine.cores && config.minTimeMs === minTimeMs ? workOf(baseline.result) : null;
}

/** What the result at hand is called. */
const HERE = "this measurement";

/** The result with its fits and the comparison with the baseline. */
export function completed(result: Result, baseline: Baseline | null): Result {
  const whole = { ...result, fits: fitsOf(result) };
  if (baseline === null) return whole;
  const names = [baseline.name, HERE] as const;
  return { ...whole, comparison: compareResults(baseline.result, result, { names, seed: result.config.seed }) };
}

/** Tells what the format has no room for, and of each regression. */
export function tellComparison({ comparison }: Result, { format, plain, quiet, maxRegression }: MeasureOptions): void {
  if (comparison === undefined) return;
  // the warnings about this result have been printed
  if (!quiet) for (const warning of comparison.warnings) if (!warning.startsWith(HERE)) note(`warning: ${warning}`);
  const isShown = (format === "table" && !plain) || format === "markdown" || format === "json";
  if (!isShown && !quiet) for (const sentence of comparisonSentences(comparison, maxRegression)) note(sentence);
  if (maxRegression !== null) for (const line of regressionLines(comparison, maxRegression)) note(`warren: regression: ${line}`);
}

/** Keeps the result where `--save` says: a whole and right one only, for others will be held against it. */
export async function keep(result: Result, { save, quiet }: Pick<MeasureOptions, "save" | "quiet">): Promise<void> {
  if (save === null) return;
  if (result.config.interrupted || result.checks.some(({ ok }) => !ok) || result.cells.length === 0) {
    note(`warren: not saved as ${JSON.stringify(save)}: ${result.config.interrupted ? "the measurement was interrupted" : "it is not a right one"}`);
    return;
  }
  // the next result is compared with this one, not with its baseline
  const { comparison: _, ...own } = result;
  const path = await saveResult(save, own);
  if (!quiet) note(`wrote ${path}`);
}
