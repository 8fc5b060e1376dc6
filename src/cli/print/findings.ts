/** A program's report for people: expected next to measured with the result, then plots, series, notes and the conclusion. Pure. */
import { machineLine } from "../../lab/machine/environment.ts";
import type { Expectation, Finding, FindingVerdict, ProgramReport, Series } from "../../lab/talk/report.ts";
import { displayWidth, textTable } from "../../lab/print/text-table.ts";
import { capital, count, figure, printTime, wrapped } from "../../lab/text.ts";
import { printPlot } from "./plot.ts";
import { painter, type Paint } from "./table.ts";

/** How to draw. */
export interface ReportStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
}

/** What people read of a finding's verdict. */
const RESULTS: Readonly<Record<FindingVerdict, readonly [word: string, color: "green" | "yellow" | "red"]>> = {
  holds: ["holds", "green"], "holds if": ["not testable here", "yellow"], "fails here": ["does not hold here", "red"],
};
const TITLES = ["", "expected", "measured", "result", "because"] as const;
const ALIGN = ["left", "right", "right", "left", "left"] as const;
const INDENT = "  ";

/** The whole report. */
export function printReport(report: ProgramReport, { width, color }: ReportStyle): string {
  const paint = painter(color);
  const config = Object.entries(report.config).map(([name, value]) => `${name} ${typeof value === "number" ? figure(value) : value}`);
  const unit = report.unitMs === null ? [] : [`u = ${figure(report.unitMs)} ms`];
  const head = [report.program, count(report.threads, "thread"), ...config, ...unit, `seed ${report.seed}`, printTime(report.seconds * 1e9)];
  return [
    [paint("bold", flowed(head.join("\u00a0· "), width, "  ")), paint("dim", wrapped(machineLine(report.env), width, "  ")), ...report.env.warnings.map((warning) => paint("yellow", wrapped(`warning: ${warning}`, width, "  ")))].join("\n"),
    printFindings(report.findings, width, paint),
    ...report.plots.map((plot) => printPlot(plot, width)),
    ...report.series.map((series) => printSeries(series, paint)),
    ...(report.notes.length === 0 ? [] : [report.notes.map((text) => paint("dim", flowed(`- ${text}`, width, "  "))).join("\n")]),
    flowed([...(report.interrupted === true ? ["INTERRUPTED: these are the parts that were complete."] : []), tally(report.findings), report.conclusion].join(" ").trimEnd(), width),
  ].join("\n\n");
}

/** Findings by part, columns aligned over all of them; the last column is shown if all of it fits. */
function printFindings(findings: readonly Finding[], width: number, paint: Paint): string {
  const isIndented = findings.some(({ part }) => part !== null);
  const rows = findings.map(({ name, unit, expected, measured, verdict, source }) => {
    const [word, color] = RESULTS[verdict];
    return [`${isIndented ? INDENT : ""}${name}${unit === "" ? "" : `, ${unit}`}`, printExpectation(expected), figure(measured), paint(color, word), paint("dim", source)];
  });
  const all = textTable([TITLES, ...rows], ALIGN);
  const [titles = "", ...texts] = all.every((line) => displayWidth(line) <= width) ? all : textTable([TITLES, ...rows].map((row) => row.slice(0, -1)), ALIGN);
  const lines = [paint("bold", titles)];
  const conditions = new Set<string>();
  for (const [at, { part, condition }] of findings.entries()) {
    if (part !== null && part !== findings[at - 1]?.part) lines.push(paint("bold", part));
    lines.push(texts[at] as string);
    if (condition !== undefined) conditions.add(condition);
    if (part === findings[at + 1]?.part) continue;
    // at the end of a part, each of its conditions once
    for (const text of conditions) lines.push(flowed(`… testable if ${text}`, width - 4).replaceAll(/^/gm, INDENT + INDENT));
    conditions.clear();
  }
  return lines.join("\n");
}

/** "4,800", "2.00 ± 5 %", "0.512 ± 0.02", "0.2 – 0.4", "≤ 1". */
function printExpectation(expected: Expectation): string {
  if (expected.kind === "exact") return figure(expected.value);
  if (expected.kind === "about") return `${figure(expected.value)} ± ${expected.share === null ? figure(expected.by) : `${figure(100 * expected.share)} %`}`;
  if (expected.low === null) return `≤ ${figure(expected.high ?? Infinity)}`;
  return expected.high === null ? `≥ ${figure(expected.low)}` : `${figure(expected.low)} – ${figure(expected.high)}`;
}

function printSeries({ title, columns, rows }: Series, paint: Paint): string {
  const [titles = "", ...lines] = textTable([columns, ...rows.map((row) => row.map(figure))], ["left", "right"]);
  return [paint("bold", title), paint("bold", titles), ...lines].join("\n");
}

/** Breaks text at spaces, but not between a number and its unit. */
function flowed(text: string, width: number, indent = ""): string {
  const joined = text.replaceAll(/(?<=[\d±=]) (?=[\d%]|(?:ms|s|u|min)\b)/g, "\u00a0");
  return wrapped(joined, width, indent).replaceAll("\u00a0", " ");
}

/** "All 6 checks held; 9 of 10 figures hold." */
function tally(findings: readonly Finding[]): string {
  const text = ([["check", "checks held"], ["statistic", "figures hold"]] as const).flatMap(([its, what]) => {
    const verdicts = findings.filter(({ kind }) => kind === its).map(({ verdict }) => verdict);
    const held = verdicts.filter((verdict) => verdict === "holds").length;
    return verdicts.length === 0 ? [] : [held === verdicts.length && held > 1 ? `all ${held} ${what}` : `${held} of ${verdicts.length} ${what}`];
  }).join("; ");
  return text === "" ? "" : `${capital(text)}.`;
}
