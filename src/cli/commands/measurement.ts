/**
 * Measures programs and writes the result: what `warren`, `warren gophers` and
 * `warren dot` have in common. Gives the exit code.
 */
import { cellKey } from "../../lab/figures/compare.ts";
import { surroundings } from "../../lab/machine/environment.ts";
import { measure } from "../../lab/talk/measured/measure.ts";
import { programOf, type ProgramSpec } from "../../lab/talk/measured/programs.ts";
import type { PileOutcome, TrialProgress } from "../../lab/trial/plan.ts";
import type { Result } from "../../lab/result.ts";
import { completed, keep, keptResult, openBaseline, tellComparison, workToRepeat } from "../saved/baselines.ts";
import { readable } from "../terminal/characters.ts";
import { EXIT, exitCodeOf, inTurn, keepUnseen, note, notLosing, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { interruptedCode, interruptible, withholdingWarnings } from "../terminal/signals.ts";
import { nextWithFile, programName } from "./next-command.ts";
import { resultText } from "../print/result-text.ts";
import { printBars, type Next } from "../print/screen.ts";
import { painter } from "../print/table.ts";
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
  const around = await surroundings(threads, options.cpus);
  // the first screen has a line of doubts; with --verbose all of them are printed, too
  const isTold = (!options.quiet && (options.format !== "table" || options.verbose)) || options.strict;
  if (isTold) warn(around.warnings);
  if (options.strict && around.warnings.length > 0) {
    note("warren: --strict: nothing was measured in this environment");
    return EXIT.unsuitable;
  }
  const progress = new ProgressLine(process.stderr, options.quiet);
  // the bars of what was measured so far, where the screen will be
  const isDrawn = options.format === "table" && options.output === null && !options.plain && process.stdout.isTTY;
  const style = { width: textWidth(), paint: painter(options.color), plain: false };
  const onProgress = (trial: TrialProgress, soFar: () => Result): void => progress.showTrial(trial, isDrawn ? () => printBars(soFar(), style).map((line) => readable(line)) : undefined);
  return interruptible("run", async (signal) => {
    const { value, warnings } = await withholdingWarnings(() => {
      const { blocks, runs, budget, warmupMs, minTimeMs, seed, cpus } = options;
      const work = workToRepeat(baseline, around, options);
      const onEffort = (text: string): void => {
        progress.end();
        if (!options.quiet) note(text);
      };
      return measure({ programs, blocks, runs, budget, warmupMs, minTimeMs, seed, cpus, work }, around, { command, version: VERSION, signal, onProgress, onEffort });
    });
    progress.end();
    const { pile, notes } = value;
    return notLosing(keptResult(value.result), async () => {
      const result = completed(value.result, baseline);
      if (!options.quiet) warn([...warnings, ...notes]);
      if (isTold) warn(result.env.warnings.filter((warning) => !around.warnings.includes(warning)));
      const isWritten = await inTurn([
        () => report(result, options, next(result)),
        async () => (pile === null ? undefined : onPile?.(pile)),
        async () => tellComparison(result, options),
        () => keep(result, options),
      ]);
      if (!isWritten) return EXIT.wrong;
      const code = exitCodeOf(result, options.strict, options.gate);
      return code === EXIT.interrupted ? interruptedCode(signal) : code;
    });
  }, (text) => progress.say(text));
}

async function report(result: Result, options: MeasureOptions, next: Next): Promise<void> {
  for (const { name, detail } of result.checks.filter(({ ok }) => !ok)) note(`warren: check failed: ${name}: ${detail}`);
  if (result.cells.length === 0) note("warren: nothing was measured");
  else {
    const text = await resultText(result, { ...options, width: textWidth(options.output), most: options.gate?.most ?? null, next: options.quiet ? [] : next });
    await writeResult(options.format === "table" ? readable(text, options) : text, options.output, keptResult(result));
  }
  if (options.output === null && options.save === null && result.cells.length > 0) keepUnseen(keptResult(result));
  if (options.output === null || result.cells.length === 0 || options.quiet) return;
  note(`wrote ${options.output}${options.format === "html" ? ": open it in a browser" : ""}`);
  const withFile = options.format === "json" ? nextWithFile(options.output) : null;
  if (withFile !== null) note(`Next: ${programName(process.argv[1], process.env)} ${withFile}`);
}
