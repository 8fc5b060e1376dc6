/**
 * The table for people, on a terminal or in a file. Columns that do not fit the
 * width are left out and named; nothing is cut off or wrapped. All groups of one
 * program have the same columns, one under the other.
 */
import { styleText } from "node:util";
import { COLUMNS, DETAILS, knownColumns, legendOf, TABLE, type Column } from "../../lab/print/columns.ts";
import { judge, verdictWord } from "../../lab/figures/verdict.ts";
import { machineLine } from "../../lab/machine/environment.ts";
import type { Result } from "../../lab/result.ts";
import { groupTitle, rowGroups, type Row, type RowGroup } from "../../lab/print/rows.ts";
import { flagMeaning } from "../../lab/print/doubts.ts";
import { columnWidths, GAP, textTable } from "../../lab/print/text-table.ts";
import { count, enumeration, printFlag, printTime, wrapped } from "../../lab/text.ts";

/** Colours a text, or leaves it as it is. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** Paints, or not. */
export function painter(color: boolean): Paint {
  return (format, text) => (color && text !== "" ? styleText(format, text, { validateStream: false }) : text);
}

/** How to draw. */
export interface TableStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
  /** More tables: intervals of the gains, figures from the trace, the reasons of the verdicts. */
  readonly verbose: boolean;
}

/** The whole table: head, one block of rows for each group, legend. */
export function printTable(result: Result, { width, color, verbose }: TableStyle): string {
  const paint = painter(color);
  const groups = rowGroups(result);
  const shown = new Set<Column>();
  const omitted = new Set<string>();
  const blocks = [...Map.groupBy(groups, ({ program }) => program).values()].flatMap((its) => {
    const rows = its.flatMap((group) => group.rows);
    const tables = [TABLE, ...(verbose ? DETAILS : [])].map((wanted) => {
      const known = knownColumns(wanted, rows);
      const columns = fitted(known, rows, width);
      for (const column of known) if (columns.includes(column)) shown.add(column); else omitted.add(column.title);
      return drawn(columns, rows, paint);
    });
    return its.map((group) => blockOf(group, tables, { width, paint, verbose }));
  });
  const legend = [legendOf(shown, groups.flatMap(({ rows }) => rows)).map(([term, meaning]) => `${term}: ${meaning}.`).join(" "), ...(omitted.size > 0 ? [`Not shown at this width: ${[...omitted].join(", ")}; --format csv has everything.`] : [])];
  return [
    headOf(result, width).map((line) => paint("dim", line)).join("\n"),
    ...blocks,
    legend.map((line) => paint("dim", wrapped(line, width))).join("\n"),
  ].join("\n\n");
}

function headOf({ config, env }: Result, width: number): string[] {
  const done = config.interrupted ? `INTERRUPTED after ${count(config.blocksDone, "whole block")} of ${config.blocks}` : count(config.blocks, "block");
  const where = [config.isolation === "process" ? ", each in a process of its own" : "", config.cpus === undefined ? "" : `, pinned to CPU ${config.cpus}`].join("");
  const how = `${done} of ${count(config.runs, "run")}${where}, seed ${config.seed}, ${printTime(config.seconds * 1e9)}`;
  return [wrapped(machineLine(env), width, "  "), wrapped(how, width, "  ")];
}

/** A table over all rows of a program: its titles, and the line of each row. */
interface Drawn {
  readonly titles: string;
  readonly lines: ReadonlyMap<Row, string>;
}

function blockOf(group: RowGroup, tables: readonly Drawn[], { width, paint, verbose }: { width: number; paint: Paint; verbose: boolean }): string {
  return [
    paint("bold", wrapped(groupTitle(group), width, "  ")),
    tables.map(({ titles, lines }) => [titles, ...group.rows.map((row) => lines.get(row))].join("\n")).join("\n\n"),
    ...(verbose ? ["", ...reasonLines(group).map((line) => wrapped(line, width, "  "))] : []),
  ].join("\n");
}

function textOf({ text }: Column, row: Row): string {
  return text(row) || "?";
}

/** The columns that fit: those that are always shown, then the others, the least expendable first. */
function fitted(columns: readonly Column[], rows: readonly Row[], width: number): readonly Column[] {
  const widths = columnWidths([columns.map(({ title }) => title), ...rows.map((row) => columns.map((column) => textOf(column, row)))]);
  const chosen = new Set<Column>();
  let room = width + GAP;
  for (const column of columns.toSorted((a, b) => a.expendable - b.expendable)) {
    const needed = GAP + (widths[columns.indexOf(column)] as number);
    if (column.expendable > 0 && needed > room) continue;
    chosen.add(column);
    room -= needed;
  }
  return columns.filter((column) => chosen.has(column));
}

function drawn(columns: readonly Column[], rows: readonly Row[], paint: Paint): Drawn {
  const cells = rows.map((row) => columns.map((column) => painted(column, row, paint)));
  const [titles = "", ...lines] = textTable([columns.map(({ title }) => title), ...cells], columns.map(({ align }) => align));
  return { titles: paint("bold", titles), lines: new Map(rows.map((row, index) => [row, lines[index] as string])) };
}

const VERDICT_COLOR: Readonly<Record<string, "green" | "yellow" | "cyan">> = {
  parallel: "green", "parallel, sliced": "yellow", "time-sliced": "yellow", "concurrent only": "cyan", unclear: "yellow", unconfirmed: "yellow",
};

function painted(column: Column, row: Row, paint: Paint): string {
  const text = textOf(column, row);
  const color = column === COLUMNS.verdict ? VERDICT_COLOR[row.cell.verdict] : column === COLUMNS.grade && text === "D" ? "yellow" : undefined;
  return color === undefined ? text : paint(color, text);
}

/** Explains each verdict and each flag; cells with the same explanation share one line: "parallel: threads ran at the same time, each on a core (G4 and G6 on 2 threads)". */
function reasonLines({ rows }: RowGroup): string[] {
  const cells = rows.map(({ cell }) => cell);
  const said = [
    ...cells.map((cell) => ({ cell, text: `${verdictWord(cell.verdict)}: ${judge(cell).why}` })),
    ...cells.flatMap((cell) => cell.summary.flags.map((flag) => ({ cell, text: `${printFlag(flag)}: ${flagMeaning(flag)}` }))),
  ];
  return [...Map.groupBy(said, ({ text }) => text)].map(([text, its]) => {
    const where = [...Map.groupBy(its, ({ cell }) => cell.threads)].map(([threads, on]) => `${enumeration(on.map(({ cell }) => cell.design))} on ${count(threads, "thread")}`);
    return `${text} (${where.join("; ")})`;
  });
}
