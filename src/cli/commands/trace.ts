/**
 * `warren trace`: one traced run of a program, as text, as a file for Perfetto, or
 * as JSON. Each program is a command under it, with that program's own options.
 */
import type { Command } from "commander";
import { namedSizes } from "../../lab/talk/dot/grid.ts";
import { MOST_THREADS, readMachine } from "../../lab/machine/environment.ts";
import { isUnicode, readable } from "../terminal/characters.ts";
import { EXIT, inTurn, note, requireWritable, textWidth, warn, writeResult } from "../terminal/streams.ts";
import { formatOption } from "../options/measuring.ts";
import type { RawDot, RawGophers } from "../options/gophers-dot.ts";
import { allOrNothing, withholdingWarnings } from "../terminal/signals.ts";
import { PROGRAMS } from "../programs/catalogue.ts";
import { declareRun, resolveRun, type RawProgram } from "../programs/command.ts";
import { oneDotRun, oneGopherRun, resolveTrace, TRACE_FORMATS, USUAL, USUAL_EVENTS, type RawTrace, type TraceOptions } from "../options/trace.ts";
import { requirePile } from "./pile.ts";
import type { Traced } from "./trace-runs.ts";
import { printTrace } from "../print/trace-text.ts";
import { suggestion, UsageError, wholeNumber } from "../options/values.ts";

/** Examples in the help. */
export const TRACE_EXAMPLES = [
  ["warren trace gophers", "four gophers on two threads"],
  ["warren trace gophers --designs G7 -o t.json", "for https://ui.perfetto.dev"],
  ["warren trace dot", "the dot product: parallel, in chunks"],
  ["warren trace patterns ring --format json", "for another program to read"],
] as const;

/** What a command needs of the command line that it is part of. */
interface Surrounding {
  /** The whole command line, for the record. */
  readonly args: readonly string[];
  /** A command's options with those that stand before the command. */
  readonly whole: (options: RawTrace) => RawTrace;
  readonly done: (code: number) => void;
}

/** A run whose own options have been checked. */
type Run = (options: TraceOptions) => Promise<Traced>;

/** Declares the command and those under it. */
export function declareTrace(trace: Command, { args, whole, done }: Surrounding): void {
  trace
    .summary("what ran when and on which thread, in one run")
    .description("Show what ran when and on which thread, in one run of a program.")
    .usage("<program> [options]")
    .helpCommand(false)
    .argument("[program]")
    .allowExcessArguments(true)
    .action((name: string | undefined) => {
      const names = trace.commands.map((command) => command.name());
      throw new UsageError(name === undefined ? `trace needs a program: ${names.join(", ")}` : `there is no program ${JSON.stringify(name)} to trace${suggestion(name, names)} (programs: ${names.join(", ")})`);
    });
  const add = (name: string, what: string): Command => trace.command(name).allowExcessArguments(false).description(what);
  const end = (command: Command, sized: boolean, prepare: (raw: object) => Promise<Run>): void => {
    withTraceOptions(command, sized).action(async () => {
      const raw = whole(command.opts<RawTrace>());
      done(await traceAndWrite(raw, () => prepare({ ...raw, operands: command.args }), args));
    });
  };
  end(withGopherOptions(add("gophers", "Burn a pile of books in one design.")), true, prepareGophers);
  end(withDotOptions(add("dot", "Multiply two vectors, in chunks.")), true, prepareDot);
  for (const known of PROGRAMS) {
    end(declareRun(known, add(known.name, known.what)), false, async (raw) => {
      const plan = await resolveRun(known, raw as RawProgram);
      return async (options) => (await import("./trace-runs.ts")).traceProgram(known.name, plan, options);
    });
  }
}

function withTraceOptions(command: Command, sized: boolean): Command {
  if (sized) command.option("--min-time <time>", "minimum length of the run (default: 100ms)");
  return command
    .option("--text", "print the picture on standard output, also with -o")
    .addOption(formatOption(TRACE_FORMATS, "default: text; with -o chrome, which Perfetto reads"))
    .option("-o, --output <file>", "write the trace to a file; the figures go to standard output")
    .option("--events <n>", `number of events that each thread keeps, the newest (default: ${USUAL_EVENTS})`)
    .option("--plain", "ASCII only, r(t) and c(t) as digits")
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no progress or warnings");
}

function withGopherOptions(command: Command): Command {
  return command
    .option("--designs <name>", `one of G1 … G11 (default: ${USUAL.design})`)
    .option("--world <name>", `cpu, wait or mixed (default: ${USUAL.world})`)
    .option("--threads <n>", `number of threads (default: ${USUAL.threads})`)
    .option("--pile <directory>", "burn the files of a directory instead of synthetic books")
    .option("--books <n>", "books in the run (default: as many as take --min-time)")
    .option("--lanes <n>", "number of parallel lanes, in designs that have two by default (default: 2)")
    .option("--carts <n>", "carts per team, in designs that pass carts between gophers (default: 3 or 4)")
    .option("--unit <time>", "length of a step (default: 1ms in the cpu world, else 5ms)")
    .option("--seed <n>", "seed for everything random (default: 1)");
}

function withDotOptions(command: Command): Command {
  return command
    .option("--size <length>", "number of elements, or L2, LLC, DRAM (default: LLC)")
    .option("--kernel <name>", "js or simd (default: simd)")
    .option("--threads <n>", `number of threads (default: ${USUAL.threads})`);
}

async function prepareGophers(raw: RawGophers): Promise<Run> {
  const seed = raw.seed === undefined ? 1 : wholeNumber("--seed", raw.seed, 0, 0xffff_ffff);
  const spec = oneGopherRun(raw, { usable: readMachine().usable, most: MOST_THREADS }, seed);
  if (spec.grid.pile !== null) await requirePile(spec.grid.pile);
  return async (options) => (await import("./trace-runs.ts")).traceCell(spec, options);
}

async function prepareDot(raw: RawDot): Promise<Run> {
  const machine = readMachine();
  const spec = oneDotRun(raw, { usable: machine.usable, most: MOST_THREADS }, namedSizes(machine));
  return async (options) => (await import("./trace-runs.ts")).traceCell(spec, options);
}

async function traceAndWrite(raw: RawTrace, prepare: () => Promise<Run>, command: readonly string[]): Promise<number> {
  const options = resolveTrace(raw, process.stdout.isTTY, process.env);
  const { value: traced, warnings } = await allOrNothing("no trace was written", () => withholdingWarnings(async () => {
    const run = await prepare();
    if (options.written !== null) await requireWritable("--output", options.written.path); // before anything runs
    return run(options);
  }));
  if (!options.quiet) warn(warnings);
  for (const problem of traced.problems) note(`warren: ${problem}`);
  const { recordOf, formatted } = await import("./trace-runs.ts");
  const record = recordOf(traced, command);
  const style = { width: textWidth(), color: options.color, plain: options.plain };
  // what goes into a file is read elsewhere
  const onScreen = { ...style, plain: options.plain || !isUnicode(process.env) };
  const { written, shown } = options;
  const isWritten = await inTurn([
    async () => {
      if (written === null) return;
      const { path, format } = written;
      await writeResult(format === "text" ? printTrace(record, traced.analysis.timeline, { ...style, color: false }) : formatted(format, record, traced.analysis), path);
      if (!options.quiet) note(`wrote ${path}${format === "chrome" ? ": open it at https://ui.perfetto.dev" : ""}`);
    },
    () => writeResult(shown === "json" || shown === "chrome" ? formatted(shown, record, traced.analysis) : readable(printTrace(record, shown === "text" ? traced.analysis.timeline : null, onScreen), options), null),
  ]);
  return !isWritten || traced.problems.length > 0 ? EXIT.wrong : EXIT.fine;
}
