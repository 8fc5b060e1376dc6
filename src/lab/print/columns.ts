/**
 * What a row says, once for all: the table of the terminal, its legend, the
 * Markdown table, the report, CSV and --plain take their columns from this list.
 * Its keys are the names in CSV. Programs read those, so they never change;
 * titles and sentences are for people.
 */
import { halfWidth, printBounds, printPercent, printRatio, printShare, printTime, threeFigures, type Interval } from "../text.ts";
import { isReference } from "../cell.ts";
import { type Activity, type Factors } from "../result.ts";
import type { GainName, Row } from "./rows.ts";
import { verdictWord } from "../figures/verdict.ts";

type Value = string | number | null | undefined;

/** One column. */
export interface Column {
  readonly title: string;
  /** In a word or two what it is: under the title in the report. */
  readonly what: string;
  /** The sentence of the legend; "": the title says it all. */
  readonly meaning: string;
  readonly align: "left" | "right";
  /** 0: always shown. Others are shown while a line has room, the lowest first. */
  readonly expendable: number;
  /** As programs read it. */
  readonly value: (row: Row) => Value;
  /** Its 95 % interval, where it can have one. */
  readonly bounds: (row: Row) => Interval | null | undefined;
  /** As people read it; "": unknown. */
  readonly text: (row: Row) => string;
}

/** Always 1, so there is nothing to measure. */
const ALWAYS_ONE = "—";

interface Extra extends Partial<Omit<Column, "title" | "value" | "text">> {
  readonly isOne?: (row: Row) => boolean;
  readonly isTraced?: true;
  /** Shown, as unknown, also where no row has a value. */
  readonly isVital?: true;
}

function column<V extends string | number>(title: string, value: (row: Row) => V | null | undefined, print: (value: V, row: Row) => string, extra: Extra = {}): Column {
  const { isOne = () => false, isTraced = false, isVital = false, ...given } = extra;
  const text = (row: Row): string => {
    const its = value(row);
    if (its === null || its === undefined) return isVital ? "?" : "";
    return isOne(row) ? ALWAYS_ONE : `${isTraced && row.cell.trace.approximate === true ? "~" : ""}${print(its, row)}`;
  };
  return { title, what: "", meaning: "", align: "right", expendable: 9, value, bounds: () => null, text, ...given };
}

/** A value that only programs read. */
const forPrograms = (value: (row: Row) => Value): Column => column("", value, String);

/** A gain, with its interval. */
function gain(name: GainName, what: string, meaning: string, extra: Extra = {}): Column {
  return column(name, (row) => row.gain?.[name], (_, row) => printRatio(row.printed.gains[name] as number), { what, meaning, bounds: (row) => row.gain?.ci[name], expendable: 0, ...extra });
}

const isSingle = ({ cell }: Row): boolean => cell.threads === 1;

/** A figure of the traced run. */
function traced(title: string, name: keyof Activity & ("A" | "Pi2" | "L" | "U"), print: (value: number) => string, meaning: string, extra: Extra = {}): Column {
  return column(title, ({ cell }) => cell.trace[name], print, { meaning, isTraced: true, expendable: 6, ...extra });
}

function factor(title: string, name: keyof Factors, meaning: string): Column {
  return column(title, (row) => row.gain?.factors?.[name], printRatio, { meaning, isTraced: true, expendable: 5 });
}

/** All columns, by the name in CSV. */
export const COLUMNS = {
  design: column("design", ({ cell }) => cell.design, String, { align: "left", expendable: 0 }),
  gophers: column("gophers", ({ cell }) => cell.gophers, (gophers, { cell }) => (cell.program === "gophers" ? String(gophers) : ""), { expendable: 7 }),
  tasks: column("tasks", ({ cell }) => cell.gophers, (tasks, { cell }) => (cell.program === "gophers" ? "" : String(tasks)), { expendable: 7 }),
  threads: column("threads", ({ cell }) => cell.threads, String, { expendable: 0 }),
  median_ns: column("time", ({ cell }) => cell.summary.medianNs, (ns, { printed }) => printTime(ns, printed.figures), { bounds: ({ cell }) => cell.summary.ci, meaning: "median over the blocks", expendable: 0 }),
  half_width: column("± 95 %", ({ cell: { summary } }) => summary.ci && halfWidth(summary.medianNs, summary.ci), printShare, { meaning: "half the width of the 95 % interval", expendable: 3, isVital: true }),
  C: gain("C", "structure", "gain from concurrency: same threads, better structure", { isOne: ({ cell }) => isReference(cell) }),
  P: gain("P", "threads", "gain from parallelism: same structure, more threads", { isOne: isSingle }),
  S: gain("S", "both", "total speed-up: S = C × P. Each gain is the quotient of two of the times", { isOne: (row) => isReference(row.cell) && isSingle(row), expendable: 4 }),
  parallelism: traced("running", "A", printRatio, "threads running a task, on average", { what: "on average" }),
  cpu_parallelism: column("on CPU", ({ cell }) => cell.trace.Acpu, printRatio, { what: "on average", meaning: "threads that had a core, on average. Well below running: threads took turns on a core", expendable: 2, isVital: true }),
  two_or_more: traced("2+", "Pi2", printPercent, "share of the time with two or more threads running", { what: "running" }),
  predicted_ns: column("predicted", ({ cell }) => cell.predicted?.ns, (ns, { cell }) => `${cell.predicted?.isBound === true ? "≥" : ""}${printTime(ns)}`, { meaning: "the time that the model predicts", expendable: 3 }),
  of_predicted: column("vs model", ({ cell: { predicted, summary } }) => predicted && summary.medianNs / predicted.ns, (share) => `${Math.round(100 * share)} %`, { meaning: "measured time as a percentage of the predicted time; 100 % = as predicted", expendable: 5 }),
  bytes_per_ns: column("GB/s", bytesPerNs, threeFigures, { meaning: "data read per second", expendable: 5 }),
  verdict: column("verdict", ({ cell }) => cell.verdict, verdictWord, { align: "left", expendable: 1 }),
  grade: column("noise", ({ cell }) => cell.summary.grade, String, { align: "left", meaning: "how wide the 95 % interval is: A up to ±2 %, B up to 5 %, C up to 10 %, D more", expendable: 8 }),

  I: gain("I", "", "P divided by P of the reference: how much more threads gain with structure than without", { expendable: 3 }),
  fill: factor("idle filled", "fill", "factor of C: how much more of its time the thread runs tasks"),
  work: factor("work saved", "work", "factor of C; below 1: the structure adds work"),
  LB: factor("balance", "LB", "factor of P; below 1: the work is divided unevenly"),
  CommE: factor("waiting", "CommE", "factor of P; below 1: the threads wait for each other"),
  CompS: factor("work growth", "CompS", "factor of P; below 1: more threads make the same work longer"),
  concurrency: traced("in progress", "L", printRatio, "tasks started and not finished, on average"),
  utilisation: traced("utilisation", "U", printPercent, "share of the time that a thread ran a task"),
  run_queue: column("queued", ({ cell }) => cell.trace.Rq, printRatio, { meaning: "threads ready to run but without a core, on average", expendable: 4 }),
  helper: column("V8 + main", ({ cell }) => cell.trace.helper, printRatio, { meaning: "cores used by V8's own threads and the main thread", expendable: 7 }),
  tracing_cost: column("tracing cost", ({ cell }) => cell.trace.cost, printSigned, { meaning: "how much slower the traced run was", expendable: 7 }),
  events_lost: column("lost", ({ cell }) => cell.trace.lost, (lost) => (lost === 0 ? "" : String(lost)), { meaning: "events that the trace had no room for", expendable: 8 }),

  P0: gain("P0", "", ""),
  U1: factor("", "U1", ""),
  program: forPrograms(({ cell }) => cell.program),
  world: forPrograms(({ cell }) => cell.world),
  items: forPrograms(({ cell }) => cell.items),
  params: forPrograms(({ cell }) => Object.entries(cell.params).map(([name, value]) => `${name}=${value}`).join(" ")),
  blocks: forPrograms(({ cell }) => cell.summary.n),
  flags: forPrograms(({ cell }) => cell.summary.flags.join(" ")),
  work_ns: forPrograms(({ cell }) => cell.trace.W),
  traced_ns: forPrograms(({ cell }) => cell.trace.T),
  approximate: forPrograms(({ cell: { trace } }) => trace.approximate === undefined ? undefined : String(trace.approximate)),
  predicted_is_bound: forPrograms(({ cell: { predicted } }) => predicted && String(predicted.isBound === true)),
} as const satisfies Record<string, Column>;

const { design, gophers, tasks, threads, median_ns, half_width, C, P, S, parallelism, cpu_parallelism, two_or_more, predicted_ns, of_predicted, bytes_per_ns, verdict, grade } = COLUMNS;

/** The table. */
export const TABLE: readonly Column[] = [design, gophers, tasks, threads, median_ns, half_width, C, P, S, parallelism, cpu_parallelism, two_or_more, of_predicted, bytes_per_ns, verdict, grade];

/** With `--verbose`: how sure the gains are and where they come from; and the figures of the threads. */
export const DETAILS: readonly (readonly Column[])[] = [
  [design, threads, interval(C, 1), interval(P, 1), interval(S, 2), COLUMNS.I, COLUMNS.fill, COLUMNS.work, COLUMNS.LB, COLUMNS.CommE, COLUMNS.CompS],
  [design, threads, predicted_ns, COLUMNS.concurrency, COLUMNS.utilisation, COLUMNS.run_queue, COLUMNS.helper, COLUMNS.tracing_cost, COLUMNS.events_lost],
];

/** The columns that have a value in at least one row. */
export function knownColumns<T extends Column>(columns: readonly T[], rows: readonly Row[]): T[] {
  return columns.filter(({ text }) => rows.some((row) => text(row) !== ""));
}

/** The legend: the titles of these columns that need words, and the signs in these rows. */
export function legendOf(columns: Iterable<Column>, rows: readonly Row[]): (readonly [term: string, meaning: string])[] {
  const shown = [...new Set(columns)];
  const has = (sign: string): boolean => shown.some(({ text }) => rows.some((row) => text(row).startsWith(sign)));
  return [
    ...shown.flatMap(({ title, meaning }) => (meaning === "" ? [] : [[title, meaning] as const])),
    ...(has("≥") ? [["≥", "the model gives only a lower bound"] as const] : []),
    ...(has("~") ? [["~", "approximate, because tracing slowed the run by more than 5 %, events were lost, or the CPU clock contradicts the trace"] as const] : []),
    ...(has(ALWAYS_ONE) ? [[ALWAYS_ONE, "always 1"] as const] : []),
    ["?", "unknown"],
  ];
}

/** The interval of a gain as a column. */
function interval(of: Column, expendable: number): Column {
  return { ...of, title: `${of.title} 95 %`, meaning: "", expendable, text: (row) => (of.text(row) === ALWAYS_ONE ? ALWAYS_ONE : printBounds(of.bounds(row))) };
}

/** Bytes read in a nanosecond: two vectors of float64 for each product. */
function bytesPerNs({ cell: { program, params, items, summary } }: Row): number | undefined {
  return program === "dot" ? (16 * Number(params["elements"]) * items) / summary.medianNs : undefined;
}

function printSigned(share: number): string {
  return `${share < 0 ? "−" : "+"}${(Math.abs(share) * 100).toFixed(1)} %`;
}
