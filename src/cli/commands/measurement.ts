/**
 * Measures programs and writes the result: what `warren`, `warren gophers` and
 * `warren dot` have in common. Gives the exit code.
 */
import { cellKey } from "../../lab/figures/compare.ts";
import { surroundings } from "../../lab/machine/environment.ts";
import { measure } from "../../lab/talk/measured/measure.ts";
import { programOf, type ProgramSpec } from "../../lab/talk/measured/programs.ts";
import type { PileOutcome } from "../../lab/trial/plan.ts";
import type { Result } from "../../lab/result.ts";
import { completed, keep, keptResult, openBaseline, tellComparison, workToRepeat } from "../saved/baselines.ts";
import { printBenchfmt } from "../print/benchfmt.ts";
import { comparisonMarkdown, printComparison } from "../print/comparison.ts";
import { EXIT, exitCodeOf, inTurn, keepUnseen, note, notLosing, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { fitLines } from "../print/fit-lines.ts";
import { printCsv, printJson, printMarkdown, printPlain, printHtml } from "../print/formats.ts";
import { interruptedCode, interruptible, withholdingWarnings } from "../terminal/signals.ts";
import { nextCommand, nextWithFile, programName } from "./next-command.ts";
import type { MeasureOptions } from "../options/measuring.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { sentences } from "../print/sentences.ts";
import { painter, printTable } from "../print/table.ts";
import { wrapped } from "../../lab/text.ts";
import { VERSION } from "../terminal/version.ts";

/** What a command wants measured. */
export interface Measurement {
  readonly programs: readonly ProgramSpec[];
  readonly options: MeasureOptions;
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  /** File that a manifest goes to; decides what to try next. */
  readonly manifest: string | null;
  /** Called with what came of the pile, after the result has been written. */
  readonly onPile?: (pile: PileOutcome) => Promise<void>;
}

/** Measures, writes and gives the exit code. */
export async function runMeasurement({ programs, options, command, manifest, onPile }: Measurement): Promise<number> {
  const cells = programs.map(programOf).flatMap((program) => program.cells);
  const keys = new Set(cells.map(cellKey));
  const baseline = await openBaseline(options, (cell) => keys.has(cellKey(cell)), "has none of these cells");
  const threads = Math.max(...cells.map((cell) => cell.threads));
  const around = surroundings(threads, options.cpus);
  if (!options.quiet || options.strict) warn(around.warnings);
  if (options.strict && around.warnings.length > 0) {
    note("warren: --strict: nothing was measured in this environment");
    return EXIT.unsuitable;
  }
  const progress = new ProgressLine(process.stderr, options.quiet);
  return interruptible("run", async (signal) => {
    const { value, warnings } = await withholdingWarnings(() => {
      const { blocks, runs, warmupMs, minTimeMs, seed, cpus } = options;
      const onProgress = progress.showTrial.bind(progress);
      const work = workToRepeat(baseline, around, options);
      return measure({ programs, blocks, runs, warmupMs, minTimeMs, seed, cpus, work }, around, { command, version: VERSION, signal, onProgress });
    });
    progress.end();
    const { pile, notes } = value;
    return notLosing(keptResult(value.result), async () => {
      const result = completed(value.result, baseline);
      if (!options.quiet) warn([...warnings, ...notes]);
      if (!options.quiet || options.strict) warn(result.env.warnings.filter((warning) => !around.warnings.includes(warning)));
      const isWritten = await inTurn([
        () => report(result, options, manifest),
        async () => (pile === null ? undefined : onPile?.(pile)),
        async () => tellComparison(result, options),
        () => keep(result, options),
      ]);
      if (!isWritten) return EXIT.wrong;
      const code = exitCodeOf(result, options.strict, options.gate);
      return code === EXIT.interrupted ? interruptedCode(signal) : code;
    });
  });
}

async function report(result: Result, options: MeasureOptions, manifest: string | null): Promise<void> {
  for (const { name, detail } of result.checks.filter(({ ok }) => !ok)) note(`warren: check failed: ${name}: ${detail}`);
  if (result.cells.length === 0) note("warren: nothing was measured");
  else await writeResult(await rendered(result, options, manifest), options.output, keptResult(result));
  if (options.output === null && options.save === null && result.cells.length > 0) keepUnseen(keptResult(result));
  if (options.output === null || result.cells.length === 0 || options.quiet) return;
  note(`wrote ${options.output}`);
  const next = options.format === "json" ? nextWithFile(options.output) : null;
  if (next !== null) note(`Next: ${programName(process.argv[1], process.env)} ${next}`);
}

/** The result in the format asked for. */
async function rendered(result: Result, options: MeasureOptions, manifest: string | null): Promise<string> {
  switch (options.format) {
    case "json":
      return printJson(result);
    case "csv":
      return printCsv(result);
    case "markdown":
      return [printMarkdown(result), ...(result.comparison === undefined ? [] : [comparisonMarkdown(result.comparison, { most: options.gate?.most ?? null, verbose: options.verbose })])].join("\n\n");
    case "benchfmt":
      return printBenchfmt(result);
    case "html":
      return printHtml(result);
    case "table":
      return options.plain ? printPlain(result) : readable(result, options, manifest);
  }
}

/** Table, checks, sentences, and the command to try next. */
function readable(result: Result, { output, color, verbose, quiet, gate }: MeasureOptions, manifest: string | null): string {
  const width = textWidth(output);
  const kept = result.checks.filter(({ ok }) => ok);
  const checks = kept.length === result.checks.length ? `All ${kept.length} checks held` : `${result.checks.length - kept.length} of ${result.checks.length} checks FAILED`;
  const names = wrapped(`${checks}: ${result.checks.map(({ name, ok }) => (ok ? name : `${name} (FAILED)`)).join("; ")}.`, width);
  const said = sentences(result).map((sentence) => wrapped(sentence, width));
  const next = quiet ? [] : [`Next: ${programName(process.argv[1], process.env)} ${nextCommand(result, manifest)}`.trimEnd()];
  const laws = fitLines(result, verbose).map((line) => wrapped(line, width, "    ")).join("\n");
  const compared = result.comparison === undefined ? [] : [printComparison(result.comparison, { width, paint: painter(color), most: gate?.most ?? null, verbose })];
  return [printTable(result, { width, color, verbose }), ...(laws === "" ? [] : [laws]), ...compared, names, ...said, ...next].join("\n\n");
}
