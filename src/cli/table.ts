/**
 * The table: for people, on a terminal or in a file. Columns that do not fit
 * the width are left out and named; nothing is cut off or wrapped.
 */
import { stripVTControlCharacters, styleText } from "node:util";
import Table from "cli-table3";
import { BASELINES } from "../lab/baseline.ts";
import { machineLine } from "../lab/environment.ts";
import type { CellResult, Result } from "../lab/result.ts";
import { halfWidth } from "../lab/statistics.ts";
import { judgeCell } from "../lab/summary.ts";
import { groupTitle, rowGroups, type Row, type RowGroup } from "./rows.ts";
import { count, printRatio, printShare, printTime, threeFigures, wrapped } from "./text.ts";

/** How to draw. */
export interface TableStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
  /** More columns: intervals of the gains, the reason of the verdict. */
  readonly verbose: boolean;
}

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** A column that is empty in every row is left out. */
  readonly text: (row: Row, paint: Paint) => string;
  /** 0: always shown. Others are shown while there is room, the least expendable first. */
  readonly expendable: number;
}

const GAP = 2;

/** 1 by definition, not by measurement. */
const BY_DEFINITION = "—";

const COLUMNS: readonly Column[] = [
  { title: "design", align: "left", expendable: 0, text: ({ cell }) => cell.design },
  { title: "gophers", align: "right", expendable: 3, text: ({ cell }) => (cell.program === "gophers" ? String(cell.gophers) : "") },
  { title: "tasks", align: "right", expendable: 3, text: ({ cell }) => (cell.program === "gophers" ? "" : String(cell.gophers)) },
  { title: "threads", align: "right", expendable: 0, text: ({ cell }) => String(cell.threads) },
  { title: "time", align: "right", expendable: 0, text: ({ cell }) => printTime(cell.summary.medianNs) },
  { title: "95 %", align: "right", expendable: 1, text: ({ cell }) => printInterval(cell) },
  { title: "noise", align: "left", expendable: 4, text: ({ cell }, paint) => (cell.summary.grade === "D" ? paint("yellow", "D") : (cell.summary.grade ?? "?")) },
  { title: "C", align: "right", expendable: 0, text: ({ cell, gain }) => (gain === null ? "?" : isBaseline(cell) ? BY_DEFINITION : printRatio(gain.C)) },
  { title: "P", align: "right", expendable: 0, text: ({ cell, gain }) => (gain === null ? "?" : cell.threads === 1 ? BY_DEFINITION : printRatio(gain.P)) },
  { title: "S", align: "right", expendable: 2, text: ({ cell, gain }) => (gain === null ? "?" : isBaseline(cell) && cell.threads === 1 ? BY_DEFINITION : printRatio(gain.S)) },
  { title: "CPU A", align: "right", expendable: 0, text: ({ cell }) => (cell.trace.Acpu === undefined ? "?" : printRatio(cell.trace.Acpu)) },
  { title: "model", align: "right", expendable: 6, text: ({ cell }) => (cell.predicted === undefined ? "" : printTime(cell.predicted.ns)) },
  { title: "of model", align: "right", expendable: 5, text: ({ cell }) => (cell.predicted === undefined ? "" : `${Math.round((100 * cell.summary.medianNs) / cell.predicted.ns)} %`) },
  { title: "GB/s", align: "right", expendable: 4, text: ({ cell }) => printRate(cell) },
  { title: "verdict", align: "left", expendable: 0, text: ({ cell }, paint) => paintedVerdict(cell.verdict, paint) },
];

const VERBOSE_COLUMNS: readonly Column[] = [
  { title: "C 95 %", align: "right", expendable: 8, text: ({ gain }) => printBounds(gain?.ci.C) },
  { title: "P 95 %", align: "right", expendable: 8, text: ({ gain }) => printBounds(gain?.ci.P) },
  { title: "run queue", align: "right", expendable: 8, text: ({ cell }) => (cell.trace.Rq === undefined ? "?" : printRatio(cell.trace.Rq)) },
  { title: "flags", align: "left", expendable: 8, text: ({ cell }) => cell.summary.flags.join(" ") },
  { title: "why", align: "left", expendable: 9, text: ({ cell }) => judgeCell(cell).why },
];

const VERDICT_COLOR: Partial<Record<CellResult["verdict"], "green" | "yellow" | "cyan">> = {
  parallel: "green", "parallel, sliced": "yellow", "time-sliced": "yellow", "concurrent only": "cyan", unconfirmed: "yellow",
};

/** The whole table: head, one block of rows for each group, legend. */
export function printTable(result: Result, style: TableStyle): string {
  const paint: Paint = (format, text) => (style.color ? styleText(format, text, { validateStream: false }) : text);
  const { config, env } = result;
  const done = config.interrupted ? `INTERRUPTED after ${count(config.blocksDone, "whole block")} of ${config.blocks}` : count(config.blocks, "block");
  const head = [wrapped(machineLine(env), style.width, "  "), `${done} of ${count(config.runs, "run")}, seed ${config.seed}, ${printTime(config.seconds * 1e9)}`];
  const groups = rowGroups(result).map((group) => printGroup(group, style, paint));
  const omitted = new Set(groups.flatMap(({ omitted }) => omitted));
  const legend = [LEGEND, ...(omitted.size > 0 ? [`Not shown at this width: ${[...omitted].join(", ")}; --format csv has everything.`] : [])];
  return [
    head.map((line) => paint("dim", line)).join("\n"),
    ...groups.map(({ text }) => text),
    legend.map((line) => paint("dim", wrapped(line, style.width))).join("\n"),
  ].join("\n\n");
}

const LEGEND = "C concurrency gain: same threads, better structure. P parallelism gain: same structure, more threads. "
  + "S = C·P. CPU A: mean number of threads that had a processor. —: 1 by definition. ?: not known.";

function printGroup(group: RowGroup, { width, verbose }: TableStyle, paint: Paint): { text: string; omitted: string[] } {
  const wanted = verbose ? [...COLUMNS, ...VERBOSE_COLUMNS] : COLUMNS;
  const cells = new Map(wanted.map((column) => [column, group.rows.map((row) => column.text(row, paint))]));
  const given = wanted.filter((column) => cells.get(column)?.some((text) => text !== ""));
  const columns = fitted(given, cells, width);
  const gap = " ".repeat(GAP);
  const table = new Table({
    head: columns.map(({ title }) => paint("bold", title)),
    colAligns: columns.map(({ align }) => align),
    chars: Object.fromEntries([...BORDERS.map((name) => [name, ""]), ["middle", gap]]),
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  for (let row = 0; row < group.rows.length; row++) table.push(columns.map((column) => cells.get(column)?.[row] ?? ""));
  const text = table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
  const omitted = given.filter((column) => !columns.includes(column)).map(({ title }) => title);
  return { text: `${paint("bold", wrapped(groupTitle(group), width, "  "))}\n${text}`, omitted };
}

/** The columns that fit: those that are needed, then the others, the least expendable first. */
function fitted(columns: readonly Column[], cells: ReadonlyMap<Column, readonly string[]>, width: number): readonly Column[] {
  const widthOf = (column: Column): number => GAP + Math.max(column.title.length, ...(cells.get(column) ?? []).map((text) => stripVTControlCharacters(text).length));
  const chosen = new Set<Column>();
  let room = width + GAP;
  for (const column of columns.toSorted((a, b) => a.expendable - b.expendable)) {
    if (column.expendable > 0 && widthOf(column) > room) continue;
    chosen.add(column);
    room -= widthOf(column);
  }
  return columns.filter((column) => chosen.has(column));
}

function paintedVerdict(verdict: CellResult["verdict"], paint: Paint): string {
  const color = VERDICT_COLOR[verdict];
  return color === undefined ? verdict : paint(color, verdict);
}

/** Bytes read in a nanosecond: two vectors of float64 for each product. */
function printRate({ program, params, items, summary }: CellResult): string {
  return program === "dot" ? threeFigures((16 * Number(params["elements"]) * items) / summary.medianNs) : "";
}

function isBaseline({ program, design }: CellResult): boolean {
  return design === BASELINES.get(program);
}

function printInterval({ summary }: CellResult): string {
  return summary.ci === null ? "?" : printShare(halfWidth(summary.medianNs, summary.ci));
}

function printBounds(bounds: readonly [number, number] | null | undefined): string {
  return bounds ? `${printRatio(bounds[0])}–${printRatio(bounds[1])}` : "?";
}

const BORDERS = [
  "top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right",
  "left", "left-mid", "mid", "mid-mid", "right", "right-mid",
];
