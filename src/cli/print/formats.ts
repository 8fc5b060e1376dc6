/**
 * The formats for programs: JSON, CSV and plain columns; Markdown, the report and its picture. Pure.
 * Names of columns never change and new ones come last, so that programs which
 * read them by place continue to work. Go's benchmark text: benchfmt.ts.
 */
import { COLUMNS, knownColumns, TABLE, type Column } from "../../lab/print/columns.ts";
import { machineLine } from "../../lab/machine/environment.ts";
import type { Theme } from "../../lab/report/picture.ts";
import type { Result } from "../../lab/result.ts";
import type { WhatIfResult } from "../../lab/whatif/result.ts";
import { allRows, groupTitle, rowGroups, type Row } from "../../lab/print/rows.ts";
import { doubtLines, doubtsAbout } from "../../lab/print/doubts.ts";
import { textTable } from "../../lab/print/text-table.ts";
import { count } from "../../lab/text.ts";
import { sentences } from "./sentences.ts";

/** Schema "warren/1". */
export function printJson(result: Result): string {
  return JSON.stringify(result, null, 2);
}

type Name = keyof typeof COLUMNS;
/** A value, or an end of its interval. */
type Field = Name | `${Name}_low` | `${Name}_high`;

const CSV: readonly Field[] = [
  "program", "world", "design", "gophers", "threads", "items", "params", "median_ns", "median_ns_low", "median_ns_high", "blocks", "grade",
  "C", "C_low", "C_high", "P", "P_low", "P_high", "S", "S_low", "S_high", "P0", "I", "cpu_parallelism", "run_queue", "concurrency",
  "predicted_ns", "verdict", "flags", "parallelism", "two_or_more", "utilisation", "work_ns", "traced_ns", "tracing_cost", "events_lost",
  "approximate", "helper", "predicted_is_bound", "of_predicted", "P0_low", "P0_high", "I_low", "I_high", "fill", "work", "LB", "CommE", "CompS", "U1",
];

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** RFC 4180 with a header; one line per cell; times in nanoseconds; unknown values are empty. The last column says what makes the cell unreliable. */
export function printCsv(result: Result): string {
  const lines = allRows(result).map((row) => [...CSV.map((field) => valueOf(field, row)), doubtsAbout(row.cell, result).join("; ")].map((value) => quoted(String(value ?? ""))).join(","));
  return [[...CSV, "doubts"].join(","), ...lines].join("\n");
}

function valueOf(field: Field, row: Row): string | number | null | undefined {
  const end = field.endsWith("_low") ? 0 : field.endsWith("_high") ? 1 : null;
  if (end === null) return COLUMNS[field as Name].value(row);
  return COLUMNS[field.replace(/_(low|high)$/, "") as Name].bounds(row)?.[end];
}

/** The names of --plain, and the fields they are of; times become milliseconds. */
const PLAIN: readonly (readonly [name: string, field: Field])[] = [
  ["program", "program"], ["world", "world"], ["design", "design"], ["gophers", "gophers"], ["threads", "threads"], ["items", "items"],
  ["time_ms", "median_ns"], ["low_ms", "median_ns_low"], ["high_ms", "median_ns_high"], ["grade", "grade"], ["C", "C"], ["P", "P"], ["S", "S"],
  ["cpu", "cpu_parallelism"], ["model_ms", "predicted_ns"], ["verdict", "verdict"], ["busy", "parallelism"], ["two_or_more", "two_or_more"], ["in_progress", "concurrency"],
];
const WHOLE = new Set<Field>(["gophers", "threads", "items"]);

/** One line per cell, columns padded, no blanks inside a value, "-" for none: for grep and awk. */
export function printPlain(result: Result): string {
  const lines = allRows(result).map((row) => PLAIN.map(([name, field]) => {
    const value = valueOf(field, row);
    if (typeof value !== "number") return value?.replaceAll(", ", "-").replaceAll(" ", "-") ?? "-";
    return WHOLE.has(field) ? String(value) : (name.endsWith("_ms") ? value / 1e6 : value).toFixed(3);
  }));
  return textTable([PLAIN.map(([name]) => name), ...lines], ["left"], 1).join("\n");
}

/** What makes the figures unreliable; then GitHub tables, one for each group, with the predicted time next to its share. */
export function printMarkdown(result: Result): string {
  const wanted = TABLE.flatMap((column): Column[] => (column === COLUMNS.of_predicted ? [COLUMNS.predicted_ns, column] : [column]));
  const tables = rowGroups(result).map((group) => {
    const columns = knownColumns(wanted, group.rows);
    return `### ${groupTitle(group)}\n\n${markdownTable(columns, group.rows.map((row) => columns.map(({ text }) => text(row) || "?")))}`;
  });
  const { config } = result;
  const partly = config.interrupted ? ` Interrupted after ${count(config.blocksDone, "whole block")}.` : "";
  const doubts = doubtLines(result).map((doubt) => `- ${doubt}`).join("\n");
  return [`${machineLine(result.env)}\n\n${count(config.blocks, "block")} of ${count(config.runs, "run")}, seed ${config.seed}.${partly}`, ...(doubts === "" ? [] : [`What makes these figures unreliable:\n\n${doubts}`]), ...tables].join("\n\n");
}

/** A GitHub table. */
export function markdownTable(columns: readonly Pick<Column, "title" | "align">[], rows: readonly (readonly string[])[]): string {
  const rule = columns.map(({ align }) => (align === "left" ? "---" : "---:"));
  return [columns.map(({ title }) => title), rule, ...rows].map((texts) => `| ${texts.join(" | ")} |`).join("\n");
}

/** The report, one self-contained file. What draws it is loaded only when it is asked for. */
export async function printHtml(result: Result, whatIf?: WhatIfResult): Promise<string> {
  const { renderReport } = await import("../../lab/report/report.ts");
  // the reader of a report has the package, not necessarily this checkout
  return renderReport(result, { sentences: sentences(result), program: "warren", whatIf }).trimEnd();
}

/** The answer as a picture. What draws it is loaded only when it is asked for. */
export async function printSvg(result: Result, theme: Theme): Promise<string> {
  const { renderPicture } = await import("../../lab/report/picture.ts");
  return renderPicture(result, theme);
}
