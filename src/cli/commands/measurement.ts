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
import { completed, keep, openBaseline, tellComparison, workToRepeat } from "../saved/baselines.ts";
import { EXIT, exitCodeOf, note, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { interruptible, withholdingWarnings } from "../terminal/signals.ts";
import { nextWithFile, programName } from "./next-command.ts";
import { resultText } from "../print/result-text.ts";
import type { Next } from "../print/screen.ts";
import type { MeasureOptions } from "../options/measuring.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { VERSION } from "../terminal/version.ts";

/** What a command wants measured. */
export interface Measurement {
  readonly programs: readonly ProgramSpec[];
  readonly options: MeasureOptions;
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  /** What to do after the result. */
  readonly next: (result: Result) => Next;
  /** Called with what came of the pile, after the result has been written. */
  readonly onPile?: (pile: PileOutcome) => Promise<void>;
}

/** Measures, writes and gives the exit code. */
export async function runMeasurement({ programs, options, command, next, onPile }: Measurement): Promise<number> {
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
  const { value, warnings } = await withholdingWarnings(() => interruptible((signal) => {
    const { blocks, runs, warmupMs, minTimeMs, seed, cpus } = options;
    const onProgress = progress.showTrial.bind(progress);
    const work = workToRepeat(baseline, around, options);
    return measure({ programs, blocks, runs, warmupMs, minTimeMs, seed, cpus, work }, around, { command, version: VERSION, signal, onProgress });
  }));
  const { pile, notes } = value;
  const result = completed(value.result, baseline);
  progress.end();
  if (!options.quiet) warn([...warnings, ...notes]);
  if (!options.quiet || options.strict) warn(result.env.warnings.filter((warning) => !around.warnings.includes(warning)));
  await report(result, options, next(result));
  if (pile !== null) await onPile?.(pile);
  tellComparison(result, options);
  await keep(result, options);
  return exitCodeOf(result, options.strict, options.maxRegression);
}

async function report(result: Result, options: MeasureOptions, next: Next): Promise<void> {
  for (const { name, detail } of result.checks.filter(({ ok }) => !ok)) note(`warren: check failed: ${name}: ${detail}`);
  if (result.cells.length === 0) note("warren: nothing was measured");
  else await writeResult(await resultText(result, { ...options, width: textWidth(options.output), next: options.quiet ? [] : next }), options.output);
  if (options.output === null || result.cells.length === 0 || options.quiet) return;
  note(`wrote ${options.output}`);
  const withFile = options.format === "json" ? nextWithFile(options.output) : null;
  if (withFile !== null) note(`Next: ${programName(process.argv[1], process.env)} ${withFile}`);
}
