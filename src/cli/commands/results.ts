/**
 * `warren compare a.json b.json` holds two results that are there against each other,
 * cell by cell; with `--max-regression` it is a gate.
 */
import type { Command } from "commander";
import { regressions, type Comparison } from "../../lab/comparison.ts";
import { painter } from "../print/table.ts";
import { comparisonMarkdown, printComparison, regressionLines } from "../print/comparison.ts";
import { EXIT, note, requireWritable, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { colored, formatOf, withFormat } from "../options/measuring.ts";
import { regressionLimit, UsageError, type Raw } from "../options/values.ts";

const COMPARE_FORMATS = ["table", "json", "markdown"] as const;

/** The options as commander gives them. */
type RawCompare = Raw<"format" | "output" | "maxRegression", "color" | "quiet">;

/** Declares the command; `done` gets the exit code. */
export function addCompare(command: Command, done: (code: number) => void): void {
  withFormat(command, COMPARE_FORMATS)
    .description("Compare two results cell by cell: faster, slower, no difference found or inconclusive.")
    .argument("<a>", "the earlier result: a file written with --format json, a name given to --save, or - for standard input")
    .argument("<b>", "the later one")
    .option("--max-regression <percent>", "exit with code 1 if a cell is slower by more than this, such as 5%")
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no warnings")
    .action(async (a: string, b: string, options: RawCompare) => done(await compare([a, b], options)));
}

async function compare([first, second]: readonly [string, string], raw: RawCompare): Promise<number> {
  const format = formatOf(raw, COMPARE_FORMATS);
  const most = raw.maxRegression === undefined ? null : regressionLimit("--max-regression", raw.maxRegression);
  if (first === "-" && second === "-") throw new UsageError("only one of the results can be standard input");
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  // loaded only once the options have been found good
  const [{ compareResults }, { readBaseline }] = await Promise.all([import("../../lab/figures/compare.ts"), import("../saved/baselines.ts")]);
  const a = await readBaseline("compare", first);
  const b = await readBaseline("compare", second);
  const comparison = compareResults(a.result, b.result, { names: [a.name, b.name], seed: b.result.config.seed });
  if (comparison.cells.length === 0) throw new UsageError(`${JSON.stringify(first)} and ${JSON.stringify(second)} have no cell in common`);
  if (raw.quiet !== true) warn(comparison.warnings);
  await writeResult(rendered(comparison, format, most, raw), raw.output ?? null);
  if (most !== null) for (const line of regressionLines(comparison, most)) note(`warren: regression: ${line}`);
  return most !== null && regressions(comparison, most).length > 0 ? EXIT.wrong : EXIT.fine;
}

function rendered(comparison: Comparison, format: (typeof COMPARE_FORMATS)[number], most: number | null, raw: RawCompare): string {
  switch (format) {
    case "json":
      return JSON.stringify(comparison, null, 2);
    case "markdown":
      return comparisonMarkdown(comparison, most);
    case "table":
      return printComparison(comparison, { width: textWidth(raw.output), paint: painter(colored(raw)), most });
  }
}
