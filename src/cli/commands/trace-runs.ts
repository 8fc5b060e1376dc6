/** Runs what `warren trace` shows, and the formats for programs. Loaded after the options have been checked, because it loads the runtime. */
import { printCell, type Cell } from "../../lab/cell.ts";
import { isWrong } from "../../lab/talk/report.ts";
import { programOf, type ProgramSpec } from "../../lab/talk/measured/programs.ts";
import { analyseTrace, type Analysis } from "../../lab/trace/analyse.ts";
import { chromeTrace } from "../../lab/trace/chrome.ts";
import { traceCell as traceOneCell } from "../../lab/trial/trace-cell.ts";
import { costOf, TRACE_SCHEMA, type TraceFile, type TraceRecord } from "../../lab/trace/trace-file.ts";
import type { ProgramPlan } from "../programs/command.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { count, printTime } from "../../lab/text.ts";
import type { TraceOptions } from "../options/trace.ts";
import { UsageError } from "../options/values.ts";
import { VERSION } from "../terminal/version.ts";
import type { Runtime, Trace } from "../../index.ts";

/** A traced run, analysed, and the checks that failed. */
export interface Traced extends Pick<TraceRecord, "program" | "title" | "threads" | "untracedNs" | "cost" | "notes"> {
  readonly analysis: Analysis;
  readonly problems: readonly string[];
}

/** How long each thread warms up, milliseconds. */
const WARMUP_MS = 250;

/** One run of one cell of a program: of gophers the first cell, of dot the one in chunks. */
export async function traceCell(spec: ProgramSpec, options: TraceOptions): Promise<Traced> {
  const program = programOf(spec);
  const cell = program.cells.find(({ design }) => design !== "loop") as Cell;
  const line = new ProgressLine(process.stderr, options.quiet);
  const run = await traceOneCell(program, cell, { warmupMs: WARMUP_MS, minTimeMs: options.minTimeMs, events: options.events, progress: line.show.bind(line) });
  line.end();
  return {
    program: cell.program,
    title: `${printCell(cell)}: ${count(run.items, cell.program === "dot" ? "product" : "book")} in ${printTime(run.wallNs)}`,
    threads: cell.threads,
    untracedNs: run.untracedNs,
    cost: costOf(run.wallNs, run.untracedNs),
    notes: [],
    problems: run.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `check failed: ${name}: ${detail}`),
    analysis: analyseTrace(run.trace, run.region),
  };
}

/** One of the talk's programs, the whole run. */
export async function traceProgram(program: string, { run, threads, seed, unitMs }: ProgramPlan, options: TraceOptions): Promise<Traced> {
  const traces = tracing(options.events);
  const line = new ProgressLine(process.stderr, options.quiet);
  const outcome = await run({ threads, seed, unitMs: unitMs ?? 1, progress: line.show.bind(line), trace: traces.trace });
  line.end();
  const trace = mainTrace(traces.all);
  if (trace === null) throw new UsageError(`${program}: cannot be traced: it is meant to end in a deadlock, and only a program of its own can detect that`);
  const analysis = analyseTrace(trace);
  const others = traces.all.length - 1;
  return {
    program,
    title: `${program}, ${count(trace.threads, "thread")}: ${printTime(analysis.activity.T)}`,
    threads: trace.threads,
    untracedNs: [],
    cost: null,
    notes: others === 0 ? [] : [`The program opened ${others + 1} runtimes; this is the one with the most threads and the most events.`],
    problems: outcome.findings.filter(isWrong).map(({ part, name }) => `check failed: ${part === null ? "" : `${part}: `}${name}`),
    analysis,
  };
}

/** The figures of a run, for output. */
export function recordOf({ program, title, threads, analysis, untracedNs, cost, notes }: Traced, command: readonly string[]): TraceRecord {
  return { schema: TRACE_SCHEMA, tool: { name: "warren", version: VERSION }, program, title, command, threads, activity: analysis.activity, untracedNs, cost, notes };
}

/** A file for programs. */
export function formatted(format: "json" | "chrome", record: TraceRecord, { timeline, view }: Analysis): string {
  if (format === "chrome") return JSON.stringify(chromeTrace(view, { tool: `warren ${record.tool.version}`, title: record.title, command: record.command.join(" ") }));
  return JSON.stringify({ ...record, timeline, marks: view.marks } satisfies TraceFile, null, 1);
}

/** Traces runtimes into `all`, each until what `trace` returns is disposed of, which must be before the runtime stops. `events`: how many each thread keeps. */
export function tracing(events: number): { readonly all: readonly Trace[]; readonly trace: (runtime: Runtime) => Promise<AsyncDisposable> } {
  const all: Trace[] = [];
  const trace = async (runtime: Runtime): Promise<AsyncDisposable> => {
    const opened = await runtime.trace({ events });
    return { [Symbol.asyncDispose]: async (): Promise<void> => void all.push(await opened.stop()) };
  };
  return { all, trace };
}

/** The trace with the most threads, and of those the one with the most events; `null` without any. */
export function mainTrace(traces: readonly Trace[]): Trace | null {
  return traces.toSorted((a, b) => b.threads - a.threads || b.events.length - a.events.length)[0] ?? null;
}
