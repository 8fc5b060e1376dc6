/** `warren report run.json` writes a stored result again, in any format: by default as the HTML report. */
import type { Command } from "commander";
import { readable } from "../terminal/characters.ts";
import { EXIT, note, requireWritable, textWidth, writeResult } from "../terminal/streams.ts";
import { colored, formatOf, FORMATS, themeOf, withPresentation, type Format, type RawOptions } from "../options/measuring.ts";
import { UsageError, type Raw } from "../options/values.ts";
import { resultText } from "../print/result-text.ts";
import { readResult, readWhatIf } from "../saved/result-file.ts";
import { nextOfStored } from "./next-command.ts";

/** The format for pictures comes first: a table was on the screen when the result was measured. */
const REPORT_FORMATS: readonly [Format, ...Format[]] = ["html", ...FORMATS.filter((format) => format !== "html")];

type RawReport = RawOptions & Raw<"whatif">;

/** What the command gets: all options of the command line, and where its exit code goes. */
interface Frame {
  /** Options, with those that came before the command. */
  readonly whole: (options: RawReport) => RawReport;
  readonly done: (code: number) => void;
}

/** Declares the command. */
export function addReport(command: Command, { whole, done }: Frame): void {
  withPresentation(command, REPORT_FORMATS)
    .description("Write a stored result again, in any format: by default as the HTML report (one file, no network); on a terminal, or with -v or --plain, as the first screen.")
    .option("--whatif <file>", "with HTML: also show predictions that warren whatif has written as JSON")
    .argument("<result>", "a result written with --format json or html; - is standard input")
    .action(async (path: string, options: RawReport) => done(await report(path, whole(options))));
}

/** The format that was asked for; else HTML, but the table where it is plain or verbose, or goes to a terminal. */
export function reportFormat(raw: RawOptions, isTerminal: boolean): Format {
  const { plain = false, verbose = false, output } = raw;
  return formatOf(raw, plain || verbose || (output === undefined && isTerminal) ? FORMATS : REPORT_FORMATS);
}

async function report(path: string, raw: RawReport): Promise<number> {
  const { plain = false, quiet = false, verbose = false, output = null } = raw;
  if (quiet && verbose) throw new UsageError("use --quiet or --verbose, not both");
  const format = reportFormat(raw, process.stdout.isTTY);
  const theme = themeOf(raw, format);
  if (output !== null) await requireWritable("--output", output);
  if (raw.whatif !== undefined && format !== "html") throw new UsageError("--whatif needs --format html: it is a section of the report");
  const result = await readResult(path);
  const whatIf = raw.whatif === undefined ? undefined : await readWhatIf(raw.whatif);
  if (result.cells.length === 0) throw new UsageError(`${JSON.stringify(path)} contains no measurements to report`);
  const next = quiet || path === "-" ? [] : nextOfStored(path);
  const text = await resultText(result, { format, width: textWidth(output), color: colored(raw), plain, verbose, theme, most: null, next, whatIf });
  await writeResult(format === "table" ? readable(text, { plain, output }) : text, output);
  if (output !== null && !quiet) note(`wrote ${output}`);
  return EXIT.fine;
}
