/** A program's report for people: expected beside measured with the verdict, then plots, series, notes and the conclusion. Pure. */
import { styleText } from "node:util";
import { machineLine } from "../../lab/machine/environment.ts";
import type { Expectation, Finding, FindingVerdict } from "../../lab/talk/finding.ts";
import type { ProgramReport, Series } from "../../lab/talk/report.ts";
import { printPlot } from "./plot.ts";
import { count, figure, printTime, wrapped } from "../../lab/text.ts";

/** How to draw. */
export interface ReportStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
}

type Format = Parameters<typeof styleText>[0];
type Paint = (format: Format, text: string) => string;

const VERDICT_COLOR: Readonly<Record<FindingVerdict, Format>> = { holds: "green", "holds if": "yellow", "fails here": "red" };
const TITLES = ["", "expected", "measured", "verdict", "because"] as const;
const GAP = "  ";

/** The whole report. */
export function printReport(report: ProgramReport, { width, color }: ReportStyle): string {
  const paint: Paint = (format, text) => (color && text !== "" ? styleText(format, text, { validateStream: false }) : text);
  const config = Object.entries(report.config).map(([name, value]) => `${name} ${typeof value === "number" ? figure(value) : value}`);
  const unit = report.unitMs === null ? [] : [`u = ${figure(report.unitMs)} ms`];
  const head = [report.program, count(report.threads, "thread"), ...config, ...unit, `seed ${report.seed}`, printTime(report.seconds * 1e9)];
  return [
    `${paint("bold", flowed(head.join("\u00a0· "), width, "  "))}\n${paint("dim", wrapped(machineLine(report.env), width, "  "))}`,
    printFindings(report.findings, width, paint),
    ...report.plots.map((plot) => printPlot(plot, width)),
    ...report.series.map((series) => printSeries(series, paint)),
    ...(report.notes.length === 0 ? [] : [report.notes.map((text) => paint("dim", flowed(`- ${text}`, width, "  "))).join("\n")]),
    flowed(`${tally(report.findings)} ${report.conclusion}`, width),
  ].join("\n\n");
}

/** Findings by part, columns aligned over all of them; the last column is shown where all of it fits. */
function printFindings(findings: readonly Finding[], width: number, paint: Paint): string {
  const isIndented = findings.some(({ part }) => part !== null);
  const rows = findings.map((finding) => [
    `${isIndented ? GAP : ""}${finding.name}${finding.unit === "" ? "" : `, ${finding.unit}`}`,
    printExpectation(finding.expected), figure(finding.measured), finding.verdict, finding.source,
  ] as const);
  const widths = TITLES.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] as string).length)));
  const shown = widths.reduce((sum, size) => sum + size + GAP.length, -GAP.length) <= width ? 5 : 4;
  const line = (cells: readonly string[], verdict?: FindingVerdict): string => cells.slice(0, shown).map((text, column) => {
    if (text === "" && column === 4) return "";
    const padded = column === 1 || column === 2 ? text.padStart(widths[column] as number) : text.padEnd(widths[column] as number);
    if (verdict === undefined) return padded;
    if (column === 3) return paint(VERDICT_COLOR[verdict], text) + padded.slice(text.length);
    return column === 4 ? paint("dim", text) : padded;
  }).join(GAP).trimEnd();
  const lines = [paint("bold", line(TITLES))];
  const conditions = new Set<string>();
  for (const [at, finding] of findings.entries()) {
    if (finding.part !== null && finding.part !== findings[at - 1]?.part) lines.push(paint("bold", finding.part));
    lines.push(line(rows[at] as readonly string[], finding.verdict));
    if (finding.condition !== undefined) conditions.add(finding.condition);
    if (finding.part === findings[at + 1]?.part) continue;
    // at the end of a part, each of its conditions once
    for (const condition of conditions) lines.push(flowed(`… holds if ${condition}`, width - 4).replaceAll(/^/gm, GAP + GAP));
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
  const cells = [columns, ...rows.map((row) => row.map(figure))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const lines = cells.map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[column] as number) : text.padStart(widths[column] as number))).join(GAP).trimEnd());
  return [paint("bold", title), paint("bold", lines[0] as string), ...lines.slice(1)].join("\n");
}

/** Breaks text at spaces, but not between a number and its unit. */
function flowed(text: string, width: number, indent = ""): string {
  const joined = text.replaceAll(/(?<=[\d±=]) (?=[\d%]|(?:ms|s|u|min)\b)/g, "\u00a0");
  return wrapped(joined, width, indent).replaceAll("\u00a0", " ");
}

/** "All 6 checks held; 9 of 10 figures hold." */
function tally(findings: readonly Finding[]): string {
  const checks = findings.filter(({ kind }) => kind === "check");
  const figures = findings.filter(({ kind }) => kind === "statistic");
  const text = [...share(checks, "checks held"), ...share(figures, "figures hold")].join("; ");
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function share(findings: readonly Finding[], what: string): string[] {
  const held = findings.filter(({ verdict }) => verdict === "holds").length;
  if (findings.length === 0) return [];
  return [held === findings.length && held > 1 ? `all ${held} ${what}` : `${held} of ${findings.length} ${what}`];
}
