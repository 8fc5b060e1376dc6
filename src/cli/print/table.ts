/**
 * The table: for people, on a terminal or in a file. Columns that do not fit
 * the width are left out and named; nothing is cut off or wrapped. All groups of
 * one program have the same columns, one under the other.
 */
import { stripVTControlCharacters, styleText } from "node:util";
import Table from "cli-table3";
import { machineLine } from "../../lab/machine/environment.ts";
import type { Result } from "../../lab/result.ts";
import { COLUMNS, DETAILS, type Column, type Paint } from "./columns.ts";
import { reasonLines } from "./reasons.ts";
import { groupTitle, rowGroups, type RowGroup } from "../../lab/rows.ts";
import { count, printTime, wrapped } from "../../lab/text.ts";

/** How to draw. */
export interface TableStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
  /** More tables: intervals of the gains, what the trace says, the reasons of the verdicts. */
  readonly verbose: boolean;
}

const GAP = 2;

/** The whole table: head, one block of rows for each group, legend. */
export function printTable(result: Result, style: TableStyle): string {
  const { width, verbose } = style;
  const paint: Paint = (format, text) => (style.color ? styleText(format, text, { validateStream: false }) : text);
  const omitted = new Set<string>();
  const shown = new Set<string>();
  const blocks = [...Map.groupBy(rowGroups(result), ({ program }) => program).values()].flatMap((groups) => {
    const layouts = [COLUMNS, ...(verbose ? [DETAILS] : [])].map((columns) => laidOut(columns, groups, width, paint));
    for (const { columns, omitted: left } of layouts) {
      for (const { title } of columns) shown.add(title);
      for (const title of left) omitted.add(title);
    }
    return groups.map((group) => [
      paint("bold", wrapped(groupTitle(group), width, "  ")),
      layouts.map((layout) => drawn(layout, group, paint)).join("\n\n"),
      ...(verbose ? ["", ...reasonLines(group).map((line) => wrapped(line, width, "  "))] : []),
    ].join("\n"));
  });
  const legend = [legendOf(result, shown), ...(omitted.size > 0 ? [`Not shown at this width: ${[...omitted].join(", ")}; --format csv has everything.`] : [])];
  return [
    headOf(result, width).map((line) => paint("dim", line)).join("\n"),
    ...blocks,
    legend.map((line) => paint("dim", wrapped(line, width))).join("\n"),
  ].join("\n\n");
}

function headOf({ config, env }: Result, width: number): string[] {
  const done = config.interrupted ? `INTERRUPTED after ${count(config.blocksDone, "whole block")} of ${config.blocks}` : count(config.blocks, "block");
  const where = [config.isolation === "process" ? ", each in a process of its own" : "", config.cpus === undefined ? "" : `, on CPU ${config.cpus} only`].join("");
  const how = `${done} of ${count(config.runs, "run")}${where}, seed ${config.seed}, ${printTime(config.seconds * 1e9)}`;
  return [wrapped(machineLine(env), width, "  "), wrapped(how, width, "  ")];
}

/** What the titles mean, of the columns that are shown. */
const TERMS: readonly (readonly [title: string, meaning: string])[] = [
  ["C", "C concurrency gain: same threads, better structure."],
  ["P", "P parallelism gain: same structure, more threads."],
  ["S", "S = C·P."],
  ["busy", "busy: mean number of threads running a task (A)."],
  ["CPU", "CPU: mean number of threads that had a processor."],
  ["≥ 2", "≥ 2: share of the time with two or more threads running."],
  ["of it", "of it: time as a share of the model's; 100 % is as predicted."],
  ["grade", "grade: noise, A within ±2 %, B 5 %, C 10 %, D above."],
  ["L", "L: mean number of tasks in progress."],
  ["U", "U: share of the time that a thread ran a task."],
  ["fill", "C = fill · work: idle time filled, work saved."],
  ["LB", "P = LB · CommE · p · CompS / U on one thread: load balance, communication, work that did not grow."],
  ["queue Rq", "queue Rq: threads in the kernel's run queue."],
  ["helper", "helper: processors used by V8's own threads and main."],
  ["tracing", "tracing: what it cost."],
];

function legendOf({ cells }: Result, shown: ReadonlySet<string>): string {
  const has = (test: (cell: Result["cells"][number]) => boolean): boolean => cells.some(test);
  return [
    ...TERMS.flatMap(([title, meaning]) => (shown.has(title) ? [meaning] : [])),
    ...(shown.has("model") && has(({ predicted }) => predicted?.isBound === true) ? ["≥: the model knows only the least time."] : []),
    ...(has(({ trace }) => trace.approximate === true) ? ["~: approximate, for tracing cost more than 5 % or lost events."] : []),
    "—: 1 by definition. ?: not known.",
  ].join(" ");
}

/** The columns of a table that fit, and their cells. */
interface Layout {
  readonly columns: readonly Column[];
  readonly omitted: readonly string[];
  readonly widths: readonly number[];
  readonly texts: ReadonlyMap<RowGroup, readonly string[][]>;
}

function laidOut(wanted: readonly Column[], groups: readonly RowGroup[], width: number, paint: Paint): Layout {
  const all = groups.flatMap(({ rows }) => rows);
  const given = wanted.filter((column) => all.some((row) => column.text(row, paint) !== ""));
  const textOf = (column: Column, row: RowGroup["rows"][number]): string => column.text(row, paint) || "?";
  const widthOf = new Map(given.map((column) => [column, Math.max(column.title.length, ...all.map((row) => stripVTControlCharacters(textOf(column, row)).length))]));
  const columns = fitted(given, widthOf, width);
  return {
    columns,
    omitted: given.filter((column) => !columns.includes(column)).map(({ title }) => title),
    widths: columns.map((column) => widthOf.get(column) as number),
    texts: new Map(groups.map((group) => [group, group.rows.map((row) => columns.map((column) => textOf(column, row)))])),
  };
}

/** The columns that fit: those that are needed, then the others, the least expendable first. */
function fitted(columns: readonly Column[], widthOf: ReadonlyMap<Column, number>, width: number): readonly Column[] {
  const chosen = new Set<Column>();
  let room = width + GAP;
  for (const column of columns.toSorted((a, b) => a.expendable - b.expendable)) {
    const needed = GAP + (widthOf.get(column) as number);
    if (column.expendable > 0 && needed > room) continue;
    chosen.add(column);
    room -= needed;
  }
  return columns.filter((column) => chosen.has(column));
}

function drawn({ columns, widths, texts }: Layout, group: RowGroup, paint: Paint): string {
  const table = new Table({
    head: columns.map(({ title }) => paint("bold", title)),
    colAligns: columns.map(({ align }) => align),
    colWidths: [...widths],
    chars: Object.fromEntries([...BORDERS.map((name) => [name, ""]), ["middle", " ".repeat(GAP)]]),
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  table.push(...(texts.get(group) ?? []));
  return table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

const BORDERS = [
  "top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right",
  "left", "left-mid", "mid", "mid-mid", "right", "right-mid",
];
