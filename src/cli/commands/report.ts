/** `warren report run.json` writes a result that is there as the HTML report. */
import type { Command } from "commander";
import { EXIT, note, requireWritable, writeResult } from "../terminal/streams.ts";
import { UsageError, type Raw } from "../options/values.ts";
import { printHtml } from "../print/formats.ts";
import { readResult } from "../saved/result-file.ts";

/** Declares the command; `done` gets the exit code. */
export function addReport(command: Command, done: (code: number) => void): void {
  command
    .description("Write the HTML report of a result: one file, no network.")
    .argument("<result>", "a result written with --format json; - is standard input")
    .option("-o, --output <file>", "write the report to a file instead of standard output")
    .option("-q, --quiet", "do not print what was written")
    .action(async (path: string, options: Raw<"output", "quiet">) => done(await report(path, options)));
}

async function report(path: string, { output, quiet = false }: Raw<"output", "quiet">): Promise<number> {
  if (output !== undefined) await requireWritable("--output", output);
  const result = await readResult(path);
  if (result.cells.length === 0) throw new UsageError(`${JSON.stringify(path)} contains no measurements to report`);
  await writeResult(await printHtml(result), output ?? null);
  if (output !== undefined && !quiet) note(`wrote ${output}`);
  return EXIT.fine;
}
