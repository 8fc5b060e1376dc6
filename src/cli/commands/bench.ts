/** `warren bench`: operations, which can be saved and compared, real programs, or work on several machines. */
import { stat } from "node:fs/promises";
import { runProgram } from "../../lab/machine/other-programs.ts";
import type { NodeProgram } from "../../../bench/ours/cases.ts";
import { BenchOptionError, type BenchOptions, type BenchOutcome } from "../../../bench/outcome.ts";
import { parseBenchResult, type BenchBaseline, type BenchResult } from "../../../bench/rounds/result.ts";
import { colored, formatOf } from "../options/measuring.ts";
import { oneOf, resultName, UsageError, type Raw } from "../options/values.ts";
import { painter, type Paint } from "../print/table.ts";
import { isFileName, pathOf, requireSavable, saveUnder } from "../saved/baselines.ts";
import { readWritten } from "../saved/result-file.ts";
import { readable } from "../terminal/characters.ts";
import { keptName, type Kept } from "../terminal/files.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { interruptedCode, interruptible } from "../terminal/signals.ts";
import { EXIT, note, reasonOf, requireWritable, writeResult, writeTo } from "../terminal/streams.ts";

/** Formats of the benchmarks. */
export const BENCH_FORMATS = ["table", "json", "markdown"] as const;

/** The oldest Node that `--node` takes. */
const OLDEST_NODE = 24;

/** The options as commander gives them. */
type RawBench = Raw<"filter" | "format" | "output" | "save" | "baseline" | "node", "quick" | "quiet" | "color">;

/** `warren bench` */
export async function bench(what: string, raw: RawBench): Promise<number> {
  const { filter = "", quick = false, quiet = false, output = null, save = null } = raw;
  const format = formatOf(raw, BENCH_FORMATS);
  const json = format === "json";
  const which = oneOf("the benchmark", what, ["operations", "programs", "net"]);
  const isOther = which !== "operations";
  for (const option of ["save", "baseline", "node"] as const) if (isOther && raw[option] !== undefined) throw new UsageError(`--${option} cannot be used with ${which}`);
  if (isOther && format === "markdown") throw new UsageError(`${which} ${which === "net" ? "is" : "are"} printed as table or json, not as markdown`);
  if (output !== null) await requireWritable("--output", output);
  if (save !== null) await (isFileName(save) ? requireWritable("--save", save) : requireSavable(resultName("--save", save)));
  const baseline = raw.baseline === undefined ? null : await readBenchBaseline(raw.baseline);
  const nodes = raw.node === undefined ? [] : [await nodeProgram(raw.node)];
  const run = which === "programs" ? await programs() : which === "net" ? await net() : await operations({ nodes, baseline, markdown: format === "markdown" });
  const line = new ProgressLine(process.stderr, quiet);
  return interruptible("run", async (signal) => {
    const { text, failed, result = null } = await run({ filter, json, quick, progress: line.show.bind(line), signal }).catch((error: unknown) => {
      throw error instanceof BenchOptionError ? new UsageError(`${error.option}: ${error.message}`) : error instanceof RangeError ? new UsageError(`--filter: ${error.message}`) : error;
    }).finally(() => line.end());
    if (text !== null) await writeResult(json ? text : readable(marked(text, painter(colored(raw))), raw), output);
    else note("warren: bench was interrupted before anything was measured");
    if (save !== null && result !== null) await keepBench(save, result, quiet);
    if (signal.aborted) return interruptedCode(signal);
    return failed ? EXIT.wrong : EXIT.fine;
  });
}

/** Measures, and gives a result if there is one that can be saved. */
type Run = (options: BenchOptions) => Promise<BenchOutcome & { readonly result?: BenchResult | null }>;

async function programs(): Promise<Run> {
  return (await import("../../../bench/programs/main.ts")).runProgramsBench;
}

async function net(): Promise<Run> {
  return (await import("../../../bench/net/main.ts")).netBench;
}

async function operations(more: { readonly nodes: readonly NodeProgram[]; readonly baseline: BenchBaseline | null; readonly markdown: boolean }): Promise<Run> {
  const { runBench } = await import("../../../bench/main.ts");
  return (options) => runBench({ ...options, ...more });
}

async function readBenchBaseline(text: string): Promise<BenchBaseline> {
  const { written, name } = await readWritten(await pathOf("--baseline", text));
  try {
    return { name: text, result: parseBenchResult(written, name) };
  } catch (error) {
    throw new UsageError(`--baseline: ${(error as Error).message}`);
  }
}

/** The program of a `--node`. @throws UsageError if it is none, or too old */
async function nodeProgram(path: string): Promise<NodeProgram> {
  const quoted = JSON.stringify(path);
  const found = await stat(path).catch((error: unknown) => {
    throw new UsageError(`--node: ${quoted} cannot be run: ${reasonOf(error)}`);
  });
  if (!found.isFile()) throw new UsageError(`--node: ${quoted} is not a file: name the program, such as /usr/bin/node`);
  const printed = await runProgram(path, ["--version"], { deadlineMs: 10_000 }).catch((error: unknown) => {
    throw new UsageError(`--node: ${quoted} cannot be run: ${(error as Error).message.replaceAll(/\s+/g, " ")}`);
  });
  const [, version, major] = /^v((\d+)\.\d+\.\d+\S*)$/.exec(printed.trim()) ?? [];
  if (version === undefined) throw new UsageError(`--node: ${quoted} is not a Node: it does not print a version`);
  if (Number(major) < OLDEST_NODE) throw new UsageError(`--node: ${quoted} is Node ${version}; it must be ${OLDEST_NODE} or later`);
  return { path, version, isOther: true };
}

/** Keeps a result under a name or in a file: a whole and right one only, because others will be compared with it. */
async function keepBench(save: string, result: BenchResult, quiet: boolean): Promise<void> {
  if (result.interrupted || result.failures.length > 0) {
    note(`warren: not saved as ${JSON.stringify(save)}: ${result.interrupted ? "the measurement was interrupted" : "something could not be measured"}`);
    return;
  }
  const kept: Kept = { name: keptName("bench", ".json"), text: () => `${JSON.stringify(result, null, 2)}\n` };
  if (isFileName(save)) await writeTo(save, kept.text(), kept);
  const path = isFileName(save) ? save : await saveUnder(save, kept);
  if (!quiet) note(`wrote ${path}`);
}

/** The lines and words of a benchmark's table that call for attention, in colour. */
function marked(text: string, paint: Paint): string {
  return text.replaceAll(/^(?:warning|fault|failed|INTERRUPTED|FAILED):|\bMISSED\b/gm, (word) => paint("yellow", word));
}
