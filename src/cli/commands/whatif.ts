/** `warren whatif`: what a program would gain on more processors, from recordings on one thread. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { isUnicode, readable } from "../terminal/characters.ts";
import { EXIT, note, requireReadable, requireWritable, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { interruptedCode, interruptible, withholdingWarnings } from "../terminal/signals.ts";
import { formatOption } from "../options/measuring.ts";
import { UsageError } from "../options/values.ts";
import { resolveWhatIf, USUAL_RUNS, WHATIF_EVENTS, WHATIF_PROGRAMS, whatIfFormat, type RawWhatIf } from "../options/whatif.ts";
import { printWhatIf } from "../print/whatif-text.ts";

/** Examples in the help. */
export const WHATIF_EXAMPLES = [
  ["warren whatif program.ts", "the task main of a module"],
  ["warren whatif program.ts --task resize --args '[800]'", "any task, with arguments"],
  ["warren whatif program.ts --faster parse=2 --free lock", "if parse took half the time and no lock were held"],
  ["warren whatif gophers --designs all --world cpu", "the designs of the talk on 1 to 64 cores"],
  ["warren whatif sieve --measure", "predicted, and measured on the cores that are here"],
] as const;

/** What a command needs of the command line that it is part of. */
interface Surrounding {
  readonly args: readonly string[];
  readonly whole: (options: RawWhatIf) => RawWhatIf;
  readonly done: (code: number) => void;
}

/** Declares the command. */
export function declareWhatIf(command: Command, { args, whole, done }: Surrounding): void {
  command
    .summary("what a program would gain on more cores")
    .description("Record a program on one thread, and say what more cores would gain, why no more, and how far to believe it.")
    .argument("[program]", `a module, or one of ${WHATIF_PROGRAMS.join(", ")}`)
    .argument("[input...]", "the file or directory of sawzall")
    .option("--task <name>", "the task that the module exports (default: main)")
    .option("--args <json>", "its arguments, as a JSON array")
    .option("--processors <counts>", "numbers of cores: 1,2,8 or 1..64 (default: 1..64)")
    .option("--runs <n>", `recordings, of which each piece counts with its shortest time (default: ${USUAL_RUNS})`)
    .option("--faster <task=n,…>", "predict as if these tasks ran n times as fast")
    .option("--free <costs>", "predict as if these cost nothing: lock, handoff, gc, or all")
    .option("--measure", "also measure on as many threads as there are cores")
    .option("--designs <names>", "of gophers: G1 … G11, or all (default: G1,G4,G6,G7)")
    .option("--world <names>", "of gophers: cpu, wait, mixed, or all (default: all)")
    .option("--events <n>", `number of events that a recording keeps (default: ${WHATIF_EVENTS})`)
    .addOption(formatOption(["table", "json", "svg", "html"], "default: table, or what the file's name says"))
    .option("-o, --output <file>", "write to a file")
    .option("--plain", "ASCII only")
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no progress or warnings")
    .action(async (_program: string | undefined, _input: readonly string[], _options: object, self: Command) => done(await whatIf(whole(self.opts<RawWhatIf>()), self.args, args)));
}

async function whatIf(raw: RawWhatIf, operands: readonly string[], command: readonly string[]): Promise<number> {
  const options = resolveWhatIf(raw, operands);
  const format = whatIfFormat(raw.format, raw.output);
  const { target } = options;
  if (target.kind === "sawzall") await requireReadable("sawzall", target.path);
  if (target.kind === "module") await requireModule(target.path);
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  const quiet = raw.quiet === true;
  return interruptible("program", async (signal) => {
    const { formatWhatIf, runWhatIf } = await import("./whatif-runs.ts");
    const { value: result, warnings } = await withholdingWarnings(() => runWhatIf(options, { command, quiet, signal }));
    if (!quiet) warn(warnings);
    const plain = raw.plain === true || (raw.output === undefined && !isUnicode(process.env));
    const text = format === "table" ? readable(printWhatIf(result, { width: textWidth(raw.output), plain }), raw) : formatWhatIf(result, format);
    if (result.programs.length > 0) await writeResult(text, raw.output ?? null);
    if (raw.output !== undefined && !quiet) note(`wrote ${raw.output}`);
    if (signal.aborted) return interruptedCode(signal);
    return result.programs.some(({ foreseen }) => foreseen === null || foreseen.checks.some(({ ok }) => !ok)) ? EXIT.wrong : EXIT.fine;
  });
}

async function requireModule(path: string): Promise<void> {
  const found = await stat(resolve(path)).catch(() => null);
  if (found === null) throw new UsageError(`there is no module ${JSON.stringify(path)}`);
  if (!found.isFile()) throw new UsageError(`${JSON.stringify(path)} is not a module: it is no file`);
}
