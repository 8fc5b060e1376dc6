/**
 * The commands of the talk's programs: what they share. A program brings its
 * own options and what runs it; the common options, the report and the exit
 * code are the same for all. The runtime is loaded only once the options have
 * been found good.
 */
import type { Command } from "commander";
import { MOST_THREADS, readMachine } from "../../lab/environment.ts";
import { isWrong } from "../../lab/finding.ts";
import { surroundings } from "../../lab/measure.ts";
import { reportProgram, type ProgramReport, type ProgramRun } from "../../lab/program-report.ts";
import { EXIT } from "../exit-code.ts";
import { withholdingWarnings } from "../node-warnings.ts";
import { wantsColor, withFormat } from "../options.ts";
import { formatOf } from "../output-format.ts";
import { lineWidth, note, requireWritable, writeResult } from "../terminal.ts";
import { milliseconds, wholeNumber } from "../values.ts";
import { VERSION } from "../version.ts";
import { printReport } from "./report-table.ts";
import { Telling } from "./telling.ts";

/** Formats of a program's report. */
const PROGRAM_FORMATS = ["table", "json"] as const;

/** Below this a unit is nothing but timer grain. */
const LEAST_UNIT_MS = 0.01;

/** The options that all programs have, as commander gives them. */
export interface RawProgram {
  readonly threads?: string;
  readonly format?: string;
  readonly output?: string;
  readonly seed?: string;
  readonly unit?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
  /** What stands on the command line without an option, where the program declares arguments. */
  readonly operands?: readonly string[];
}

/** A program of the talk as a command. `Raw`: its options as commander gives them. */
export interface ProgramCommand<Raw extends RawProgram = RawProgram> {
  readonly name: string;
  /** Half a line for the help and the list, in lower case, without a full stop. */
  readonly what: string;
  /** What the talk says of it, in a few words, for the list. */
  readonly claim: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Default length of a unit u in milliseconds; `null`: it has none, and no option `--unit`. */
  readonly unitMs: number | null;
  /** Default number of threads; absent: all usable processors. */
  readonly threads?: number;
  /** Declares its own options and arguments. */
  declare(command: Command): Command;
  /** Checks its own options; what it gives runs the program. @throws UsageError */
  resolve(raw: Raw): ProgramRun | Promise<ProgramRun>;
}

/** Adds a program's options, its own first. */
export function declareProgram(program: ProgramCommand, command: Command): Command {
  program.declare(command.description(`${program.what.charAt(0).toUpperCase()}${program.what.slice(1)}.`));
  command.option("--threads <n>", `threads that the tasks share (default: ${program.threads ?? "all usable processors"})`);
  if (program.unitMs !== null) command.option("--unit <time>", `length of a unit u, in which all times are given (default: ${program.unitMs}ms)`);
  return withFormat(command.option("--seed <n>", "seed of everything random (default: 1)"), PROGRAM_FORMATS)
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no progress and no warnings");
}

/** Runs a program's command; the exit code: 1 when a check does not hold, whatever the statistics say. */
export async function runProgram(program: ProgramCommand, raw: RawProgram, command: readonly string[]): Promise<number> {
  const json = formatOf(raw, PROGRAM_FORMATS) === "json";
  const threads = raw.threads === undefined ? (program.threads ?? Math.max(1, Math.floor(readMachine().usable))) : wholeNumber("--threads", raw.threads, 1, MOST_THREADS);
  const seed = raw.seed === undefined ? 1 : wholeNumber("--seed", raw.seed, 0, 0xffff_ffff);
  const unitMs = program.unitMs === null || raw.unit === undefined ? program.unitMs : milliseconds("--unit", raw.unit, LEAST_UNIT_MS);
  const run = await program.resolve(raw);
  if (raw.output !== undefined) await requireWritable("--output", raw.output);

  const quiet = raw.quiet === true;
  const around = surroundings(threads);
  if (!quiet) warn(around.warnings);
  const telling = new Telling(process.stderr, quiet);
  const settings = { threads, seed, unitMs: unitMs ?? 1, tell: telling.tell.bind(telling) };
  const { value: report, warnings } = await withholdingWarnings(() => reportProgram(run, settings, { program: program.name, command, version: VERSION, unitMs, around }));
  telling.end();
  if (!quiet) warn([...warnings, ...report.env.warnings.filter((warning) => !around.warnings.includes(warning))]);
  const wrong = report.findings.filter(isWrong);
  for (const { part, name } of wrong) note(`warren: check failed: ${part === null ? "" : `${part}: `}${name}`);
  await writeResult(json ? JSON.stringify(report, null, 2) : readable(report, raw), raw.output ?? null);
  return wrong.length > 0 ? EXIT.wrong : EXIT.fine;
}

function readable(report: ProgramReport, { output, color }: RawProgram): string {
  const width = output === undefined ? lineWidth(process.stdout, process.env) : 120;
  return printReport(report, { width, color: color !== false && output === undefined && wantsColor(process.stdout.isTTY, process.env) });
}

function warn(warnings: readonly string[]): void {
  for (const warning of warnings) note(`warning: ${warning}`);
}
