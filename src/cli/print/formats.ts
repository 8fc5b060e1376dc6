/**
 * The formats for programs: JSON, CSV, Markdown, and plain columns. Pure. Columns
 * are added at the end and never renamed, so that what reads them by place goes
 * on working. Go's benchmark text: benchfmt.ts.
 */
import { machineLine } from "../../lab/machine/environment.ts";
import type { Factors, Result } from "../../lab/result.ts";
import type { Interval } from "../../lab/figures/statistics.ts";
import { allRows, groupTitle, rowGroups, type Row } from "../../lab/rows.ts";
import { count, printPercent, printRatio, printTime } from "../../lab/text.ts";

/** Schema "warren/1". */
export function printJson(result: Result): string {
  return JSON.stringify(result, null, 2);
}

/** A named value of a row; absent values are empty. */
type Field = readonly [name: string, value: (row: Row) => string | number | null | undefined];

const bounds = (name: string, of: (row: Row) => Interval | null | undefined): Field[] =>
  [[`${name}_low`, (row) => of(row)?.[0]], [`${name}_high`, (row) => of(row)?.[1]]];

const FIELDS: readonly Field[] = [
  ["program", ({ cell }) => cell.program],
  ["world", ({ cell }) => cell.world],
  ["design", ({ cell }) => cell.design],
  ["gophers", ({ cell }) => cell.gophers],
  ["threads", ({ cell }) => cell.threads],
  ["items", ({ cell }) => cell.items],
  ["params", ({ cell }) => Object.entries(cell.params).map(([name, value]) => `${name}=${value}`).join(" ")],
  ["median_ns", ({ cell }) => cell.summary.medianNs],
  ...bounds("median_ns", ({ cell }) => cell.summary.ci),
  ["blocks", ({ cell }) => cell.summary.n],
  ["grade", ({ cell }) => cell.summary.grade],
  ["C", ({ gain }) => gain?.C],
  ...bounds("C", ({ gain }) => gain?.ci.C),
  ["P", ({ gain }) => gain?.P],
  ...bounds("P", ({ gain }) => gain?.ci.P),
  ["S", ({ gain }) => gain?.S],
  ...bounds("S", ({ gain }) => gain?.ci.S),
  ["P0", ({ gain }) => gain?.P0],
  ["I", ({ gain }) => gain?.I],
  ["cpu_parallelism", ({ cell }) => cell.trace.Acpu],
  ["run_queue", ({ cell }) => cell.trace.Rq],
  ["concurrency", ({ cell }) => cell.trace.L],
  ["predicted_ns", ({ cell }) => cell.predicted?.ns],
  ["verdict", ({ cell }) => cell.verdict],
  ["flags", ({ cell }) => cell.summary.flags.join(" ")],
  ["parallelism", ({ cell }) => cell.trace.A],
  ["two_or_more", ({ cell }) => cell.trace.Pi2],
  ["utilisation", ({ cell }) => cell.trace.U],
  ["work_ns", ({ cell }) => cell.trace.W],
  ["traced_ns", ({ cell }) => cell.trace.T],
  ["tracing_cost", ({ cell }) => cell.trace.cost],
  ["events_lost", ({ cell }) => cell.trace.lost],
  ["approximate", ({ cell }) => (cell.trace.approximate === undefined ? undefined : String(cell.trace.approximate))],
  ["helper", ({ cell }) => cell.trace.helper],
  ["predicted_is_bound", ({ cell }) => (cell.predicted === undefined ? undefined : String(cell.predicted.isBound === true))],
  ["of_predicted", ({ cell }) => (cell.predicted === undefined ? undefined : cell.summary.medianNs / cell.predicted.ns)],
  ...bounds("P0", ({ gain }) => gain?.ci.P0),
  ...bounds("I", ({ gain }) => gain?.ci.I),
  ...(["fill", "work", "LB", "CommE", "CompS", "U1"] as const).map((name: keyof Factors): Field => [name, ({ gain }) => gain?.factors?.[name]]),
];

/** RFC 4180 with a header; one line per cell; times in nanoseconds. */
export function printCsv(result: Result): string {
  const lines = allRows(result).map((row) => FIELDS.map(([, value]) => quotedCsv(String(value(row) ?? ""))).join(","));
  return [FIELDS.map(([name]) => name).join(","), ...lines].join("\n");
}

function quotedCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line per cell, columns padded, no blanks inside a value, "-" for none: for grep and awk. */
export function printPlain(result: Result): string {
  const names = ["program", "world", "design", "gophers", "threads", "items", "time_ms", "low_ms", "high_ms", "grade", "C", "P", "S", "cpu", "model_ms", "verdict", "busy", "two_or_more", "in_progress"];
  const lines = allRows(result).map(({ cell, gain }) => [
    cell.program, cell.world, cell.design, cell.gophers, cell.threads, cell.items,
    milliseconds(cell.summary.medianNs), milliseconds(cell.summary.ci?.[0]), milliseconds(cell.summary.ci?.[1]), cell.summary.grade ?? "-",
    decimals(gain?.C), decimals(gain?.P), decimals(gain?.S), decimals(cell.trace.Acpu), milliseconds(cell.predicted?.ns),
    cell.verdict.replaceAll(", ", "-").replaceAll(" ", "-"), decimals(cell.trace.A), decimals(cell.trace.Pi2), decimals(cell.trace.L),
  ].map(String));
  const widths = names.map((name, column) => Math.max(name.length, ...lines.map((line) => (line[column] as string).length)));
  return [names, ...lines].map((line) => line.map((text, column) => text.padEnd(widths[column] as number)).join(" ").trimEnd()).join("\n");
}

function milliseconds(ns: number | undefined): string {
  return decimals(ns === undefined ? ns : ns / 1e6);
}

function decimals(value: number | undefined): string {
  return value === undefined ? "-" : value.toFixed(3);
}

/** GitHub tables, one for each group, with absolute times beside every ratio. */
export function printMarkdown(result: Result): string {
  const names = ["design", "gophers", "threads", "time", "95 % interval", "C", "P", "S", "busy A", "CPU A", "two or more running", "model", "of model", "verdict", "noise"];
  const tables = rowGroups(result).map((group) => {
    const lines = group.rows.map(({ cell, gain }) => [
      cell.design, cell.gophers, cell.threads, printTime(cell.summary.medianNs),
      cell.summary.ci === null ? "" : cell.summary.ci.map(printTime).join(" – "),
      ...[gain?.C, gain?.P, gain?.S, cell.trace.A, cell.trace.Acpu].map((value) => (value === undefined ? "" : printRatio(value))),
      cell.trace.Pi2 === undefined ? "" : printPercent(cell.trace.Pi2),
      ...(cell.predicted === undefined ? ["", ""] : [`${cell.predicted.isBound === true ? "≥ " : ""}${printTime(cell.predicted.ns)}`, printPercent(cell.summary.medianNs / cell.predicted.ns)]),
      cell.verdict, cell.summary.grade ?? "",
    ]);
    const rule = names.map((name) => (["design", "verdict", "noise"].includes(name) ? "---" : "---:"));
    return [`### ${groupTitle(group)}`, "", ...[names, rule, ...lines].map((line) => `| ${line.join(" | ")} |`)].join("\n");
  });
  const { config } = result;
  const partly = config.interrupted ? ` Interrupted after ${count(config.blocksDone, "whole block")}.` : "";
  return [`${machineLine(result.env)}\n\n${count(config.blocks, "block")} of ${count(config.runs, "run")}, seed ${config.seed}.${partly}`, ...tables].join("\n\n");
}
