/**
 * `warren compare a.json b.json` holds two results that are there against each other,
 * cell by cell; with `--max-regression` it is a gate.
 */
import type { Command } from "commander";
import { passes, type Comparison } from "../../lab/comparison.ts";
import { painter } from "../print/table.ts";
import { comparisonMarkdown, doubtLines, printComparison, refusalLines } from "../print/comparison.ts";
import { readable } from "../terminal/characters.ts";
import { EXIT, note, requireWritable, textWidth, writeResult } from "../terminal/streams.ts";
import { colored, formatOf, gateOf, withFormat } from "../options/measuring.ts";
import { UsageError, type Raw } from "../options/values.ts";

const COMPARE_FORMATS = ["table", "json", "markdown"] as const;

/** The options as commander gives them. */
type RawCompare = Raw<"format" | "output" | "maxRegression", "allowMissing" | "color" | "quiet" | "verbose">;

/** Declares the command; `done` gets the exit code. */
export function addCompare(command: Command, done: (code: number) => void): void {
  withFormat(command, COMPARE_FORMATS)
    .summary("two results, cell by cell")
    .description("Compare two results cell by cell: faster, slower, no difference found or inconclusive.")
    .argument("<a>", "the earlier result: a file written with --format json, a name given to --save, or - for standard input")
    .argument("<b>", "the later one")
    .option("--max-regression <percent>", "exit with code 1 if a cell is slower by more than this, such as 5%, or missing in the later result")
    .option("--allow-missing", "with --max-regression: cells can be missing")
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no warnings on standard error")
    .option("-v, --verbose", "name all warnings, and all cells that only one of the results has")
    .action(async (a: string, b: string, options: RawCompare) => done(await compare([a, b], options)));
}

async function compare([first, second]: readonly [string, string], raw: RawCompare): Promise<number> {
  const format = formatOf(raw, COMPARE_FORMATS);
  const gate = gateOf(raw);
  const { output = null, quiet = false, verbose = false } = raw;
  if (first === "-" && second === "-") throw new UsageError("only one of the results can be standard input");
  if (output !== null) await requireWritable("--output", output);
  // loaded only once the options have been found good
  const [{ compareResults }, { readBaseline }] = await Promise.all([import("../../lab/figures/compare.ts"), import("../saved/baselines.ts")]);
  const a = await readBaseline("compare", first);
  const b = await readBaseline("compare", second);
  const comparison = compareResults(a.result, b.result, { names: [a.name, b.name], seed: b.result.config.seed });
  if (comparison.cells.length === 0) throw new UsageError(`${JSON.stringify(first)} and ${JSON.stringify(second)} have no cell in common`);
  if (format === "json" && !quiet) for (const line of doubtLines(comparison, verbose)) note(line);
  await writeResult(rendered(comparison, format, { ...raw, most: gate?.most ?? null, verbose }), output);
  if (gate !== null) for (const line of refusalLines(comparison, gate)) note(`warren: ${line}`);
  return gate !== null && !passes(comparison, gate) ? EXIT.wrong : EXIT.fine;
}

function rendered(comparison: Comparison, format: (typeof COMPARE_FORMATS)[number], options: Omit<RawCompare, "verbose"> & { readonly most: number | null; readonly verbose: boolean }): string {
  switch (format) {
    case "json":
      return JSON.stringify(comparison, null, 2);
    case "markdown":
      return comparisonMarkdown(comparison, options);
    case "table":
      return readable(printComparison(comparison, { ...options, width: textWidth(options.output), paint: painter(colored(options)) }), options);
  }
}
