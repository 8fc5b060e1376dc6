/**
 * The commands of the talk's programs: what they share. A program brings its
 * own options and what runs it; the common options, the report and the exit
 * code are the same for all. The runtime is loaded only once the options have
 * been found good.
 */
import { readable } from "../terminal/characters.ts";
import type { Command } from "commander";
import { MOST_THREADS, readMachine, surroundings } from "../../lab/machine/environment.ts";
import { isWrong, PROGRAMS_SCHEMA, reportProgram, untilInterrupted, type ProgramReport, type ProgramRun } from "../../lab/talk/report.ts";
import { keptName } from "../terminal/files.ts";
import { EXIT, note, notLosing, requireWritable, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { interruptedCode, interruptible, withholdingWarnings } from "../terminal/signals.ts";
import { colored, formatOf, withFormat } from "../options/measuring.ts";
import { milliseconds, wholeNumber, type Raw } from "../options/values.ts";
import { VERSION } from "../terminal/version.ts";
import { painter } from "../print/table.ts";
import { printComparison } from "../print/comparison.ts";
import { printReport } from "../print/findings.ts";
import { ProgressLine } from "../terminal/progress.ts";

/** Formats of a program's report. */
const PROGRAM_FORMATS = ["table", "json"] as const;

/** Below this a unit is shorter than the resolution of timers can show. */
const LEAST_UNIT_MS = 0.01;

/** The options that all programs have, as commander gives them. */
export interface RawProgram extends Raw<"threads" | "format" | "output" | "seed" | "unit", "quiet" | "color"> {
  /** Arguments without an option, if the program declares any. */
  readonly operands?: readonly string[];
}

/** A program of the talk as a command. `Own`: its options as commander gives them. */
export interface ProgramCommand<Own extends RawProgram = RawProgram> {
  readonly name: string;
  /** Half a line for the help and the list, in lower case, without a full stop. */
  readonly what: string;
  /** What the talk says about it, in a few words, for the list. */
  readonly claim: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Default length of a unit u in milliseconds; `null`: it has none, and no option `--unit`. */
  readonly unitMs: number | null;
  /** Default number of threads; absent: all usable cores. */
  readonly threads?: number;
  /** Least number of threads; absent: 1. */
  readonly leastThreads?: number;
  /** Its own options, as commander takes them. */
  readonly options: readonly (readonly [flags: string, what: string])[];
  /** Arguments without an option. */
  readonly operands?: readonly [name: string, what: string];
  /** Checks its own options; what it gives runs the program. @throws UsageError */
  resolve(raw: Own): ProgramRun | Promise<ProgramRun>;
}

/** A program's run, its options found good. */
export interface ProgramPlan {
  readonly run: ProgramRun;
  readonly threads: number;
  readonly seed: number;
  readonly unitMs: number | null;
}

/** Adds a program's options, its own first. */
export function declareProgram(program: ProgramCommand, command: Command): Command {
  return withReporting(declareRun(program, command));
}

/** Adds the options of a program's run: all but the presentation. */
export function declareRun(program: ProgramCommand, command: Command): Command {
  command.summary(program.what.replace(/:.*/, "")).description(`${program.what.charAt(0).toUpperCase()}${program.what.slice(1)}.`);
  if (program.operands !== undefined) command.argument(...program.operands);
  for (const option of program.options) command.option(...option);
  return withRunning(command, String(program.threads ?? "all usable cores"), program.unitMs === null ? null : `${program.unitMs}ms`);
}

/** Adds the options of a run that programs share, with what holds when they are not given; no `unit`: no option `--unit`. */
export function withRunning(command: Command, threads: string, unit: string | null): Command {
  command.option("--threads <n>", `threads that the tasks share (default: ${threads})`);
  if (unit !== null) command.option("--unit <time>", `length of a unit u, the unit of all times (default: ${unit})`);
  return command.option("--seed <n>", "seed for everything random (default: 1)");
}

/** Adds how a report is presented. */
export function withReporting(command: Command): Command {
  return withFormat(command, PROGRAM_FORMATS)
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no progress; warnings about the machine are part of the result");
}

/** Checks the options of a program's run. @throws UsageError */
export async function resolveRun(program: ProgramCommand, raw: RawProgram): Promise<ProgramPlan> {
  const threads = raw.threads === undefined ? (program.threads ?? Math.max(1, Math.floor(readMachine().usable))) : wholeNumber("--threads", raw.threads, program.leastThreads ?? 1, MOST_THREADS);
  const seed = raw.seed === undefined ? 1 : wholeNumber("--seed", raw.seed, 0, 0xffff_ffff);
  const unitMs = program.unitMs === null || raw.unit === undefined ? program.unitMs : milliseconds("--unit", raw.unit, LEAST_UNIT_MS);
  return { run: await program.resolve(raw), threads, seed, unitMs };
}

/** Runs a program's command; the exit code: 1 when a check does not hold, whatever the statistics say. */
export async function runProgram(program: ProgramCommand, raw: RawProgram, command: readonly string[]): Promise<number> {
  return runAll([program], raw, command, ([report]) => report);
}

/** Runs several programs one after the other; in JSON their reports are one document. Options are checked for all before the first is run. */
export async function runPrograms(programs: readonly ProgramCommand[], raw: RawProgram, command: readonly string[]): Promise<number> {
  return runAll(programs, raw, command, (reports) => ({ schema: PROGRAMS_SCHEMA, reports }));
}

async function runAll(programs: readonly ProgramCommand[], raw: RawProgram, command: readonly string[], inJson: (reports: readonly ProgramReport[]) => unknown): Promise<number> {
  const json = formatOf(raw, PROGRAM_FORMATS) === "json";
  const runs: ((signal: AbortSignal) => Promise<ProgramReport>)[] = [];
  for (const program of programs) runs.push(await prepared(program, raw, command));
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  return interruptible("part", async (signal) => {
    const { reports, failure } = await reportsOf(runs, signal);
    const complete = reports.filter(({ findings, interrupted }) => interrupted !== true || findings.length > 0);
    const asJson = (): string => JSON.stringify(inJson(complete), null, 2);
    if (complete.length > 0) {
      const kept = { name: keptName((programs.length === 1 ? (programs[0] as ProgramCommand).name : "programs").replaceAll(" ", "-"), ".json"), text: () => `${asJson()}\n` };
      await notLosing(kept, () => writeResult(json ? asJson() : readable(complete.map((report) => reportText(report, raw)).join("\n\n\n"), raw), raw.output ?? null, kept));
    }
    if (failure !== null) throw failure.error;
    if (signal.aborted && complete.length < reports.length) note(`warren: ${reports.at(-1)?.program} was interrupted before a part was complete`);
    if (signal.aborted) return interruptedCode(signal);
    return reports.some(({ findings }) => findings.some(isWrong)) ? EXIT.wrong : EXIT.fine;
  });
}

/** Runs the programs until one fails or the user interrupts: what was measured until then is not lost. */
async function reportsOf(runs: readonly ((signal: AbortSignal) => Promise<ProgramReport>)[], signal: AbortSignal): Promise<{ reports: ProgramReport[]; failure: { readonly error: unknown } | null }> {
  const reports: ProgramReport[] = [];
  for (const run of untilInterrupted(runs, signal)) {
    try {
      reports.push(await run(signal));
    } catch (error) {
      return { reports, failure: { error } };
    }
  }
  return { reports, failure: null };
}

/** Checks the options; what it gives runs the program and tells of it on standard error. */
async function prepared(program: ProgramCommand, raw: RawProgram, command: readonly string[]): Promise<(signal: AbortSignal) => Promise<ProgramReport>> {
  const { run, threads, seed, unitMs } = await resolveRun(program, raw);
  return async (signal) => {
    const quiet = raw.quiet === true;
    // the text for people begins with them
    const isTold = !quiet && formatOf(raw, PROGRAM_FORMATS) === "json";
    const around = await surroundings(threads);
    if (isTold) warn(around.warnings);
    const line = new ProgressLine(process.stderr, quiet);
    const settings = { threads, seed, unitMs: unitMs ?? 1, progress: line.show.bind(line), signal };
    const { value: report, warnings } = await withholdingWarnings(() => reportProgram(run, settings, { program: program.name, command, version: VERSION, unitMs, around })).finally(() => line.end());
    if (!quiet) warn(warnings);
    if (isTold) warn(report.env.warnings.filter((warning) => !around.warnings.includes(warning)));
    for (const { part, name } of report.findings.filter(isWrong)) note(`warren: check failed: ${part === null ? "" : `${part}: `}${name}`);
    return report;
  };
}

function reportText(report: ProgramReport, raw: RawProgram): string {
  const style = { width: textWidth(raw.output), color: colored(raw) };
  const compared = report.comparison === undefined ? [] : [printComparison(report.comparison, { ...style, paint: painter(style.color), most: null, verbose: true })];
  return [printReport(report, style), ...compared].join("\n\n");
}
