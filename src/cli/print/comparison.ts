/** A comparison in words: a table for people, a table for Markdown, the sentences under both. Pure. */
import { COMPARED, outcomeCounts, outcomeWord, regressions, type CellComparison, type ComparedColumn, type Comparison, type Gate, type Outcome, type Side } from "../../lab/comparison.ts";
import { printCell, type Cell } from "../../lab/cell.ts";
import { textTable } from "../../lab/print/text-table.ts";
import { count, enumeration, printRatio, printTime, wrapped } from "../../lab/text.ts";
import { markdownTable } from "./formats.ts";
import type { Paint } from "./table.ts";

/** "3.96 → 3.91"; nothing where it is always 1. */
function pair(values: readonly [before: number, after: number] | undefined): string {
  return values === undefined || values.every((value) => value === 1) ? "" : values.map(printRatio).join(" → ");
}

const CELL: readonly ComparedColumn[] = [
  { title: "design", align: "left", text: ({ cell }) => cell.design },
  { title: "threads", align: "right", text: ({ cell }) => String(cell.threads) },
];
/** Left out where the line is too short. */
const GAINS: readonly ComparedColumn[] = [
  { title: "C", align: "right", text: ({ C }) => pair(C) },
  { title: "P", align: "right", text: ({ P }) => pair(P) },
];
const COLUMNS = [...CELL, ...COMPARED, ...GAINS];

const COLOR: Partial<Record<Outcome, "red" | "green" | "yellow">> = { slower: "red", faster: "green", inconclusive: "yellow" };

/** What the later result is called when it has just been measured: it carries its own warnings. */
export const HERE = "this measurement";

/** What the sentences say in addition to the cells. */
interface Told {
  /** What `--max-regression` says. */
  readonly most: number | null;
  /** Whether all warnings and all missing cells are named, or the first and how many there are. */
  readonly verbose: boolean;
}

/** So many warnings, or cells that only one result has, are named without -v. */
const FEW = 3;

/** The warnings of a comparison, a line each: the first ones and how many there are, or all. */
export function doubtLines({ warnings }: Comparison, verbose: boolean): string[] {
  const others = warnings.filter((warning) => !warning.startsWith(HERE)).map((warning) => `warning: ${warning}`);
  return verbose || others.length <= FEW ? others : [...others.slice(0, FEW), `${count(others.length - FEW, "more warning")}: -v`];
}

/** For a terminal or a file: a table for each world, then the sentences. */
export function printComparison(comparison: Comparison, { width, paint, ...told }: Told & { readonly width: number; readonly paint: Paint }): string {
  const { cells } = comparison;
  const linesOf = (columns: readonly ComparedColumn[]): string[] =>
    textTable([columns.map(({ title }) => title), ...cells.map((cell) => columns.map(({ text }) => text(cell)))], columns.map(({ align }) => align));
  const all = linesOf([...CELL, ...COMPARED, ...GAINS.filter(({ text }) => cells.some((cell) => text(cell) !== ""))]);
  const [titles = "", ...lines] = all.every((line) => line.length <= width) ? all : linesOf([...CELL, ...COMPARED]);
  const lineOf = new Map(cells.map((cell, index) => [cell, lines[index]?.replace(outcomeWord(cell.outcome), (word) => paint(COLOR[cell.outcome] ?? [], word))]));
  const tables = groups(comparison).map(([title, its]) => [paint("bold", title), paint("bold", titles), ...its.map((cell) => lineOf.get(cell))].join("\n"));
  const sides = `${side("before", comparison.a)}\n${side("after", comparison.b)}`;
  const doubts = doubtLines(comparison, told.verbose).map((line) => `\n${paint("yellow", wrapped(line, width, "  "))}`).join("");
  return [`${sides}${doubts}`, ...tables, ...comparisonSentences(comparison, told).map((sentence) => wrapped(sentence, width)), paint("dim", wrapped(legend(comparison), width))].join("\n\n");
}

/** GitHub tables, and the sentences. */
export function comparisonMarkdown(comparison: Comparison, told: Told): string {
  const tables = groups(comparison).map(([title, cells]) => `### ${title}\n\n${markdownTable(COLUMNS, cells.map((cell) => COLUMNS.map(({ text }) => text(cell))))}`);
  const doubts = doubtLines(comparison, true).map((line) => `- ${line}`).join("\n");
  return [`${side("before", comparison.a)}  \n${side("after", comparison.b)}`, ...tables, ...comparisonSentences(comparison, told), ...(doubts === "" ? [] : [doubts]), legend(comparison)].join("\n\n");
}

/** How many cells have each outcome, which cells differ, and why others are inconclusive. */
export function comparisonSentences(comparison: Comparison, { most, verbose }: Told): string[] {
  const { cells, onlyA, onlyB } = comparison;
  const counts = outcomeCounts(comparison);
  const parts = (["equal", "slower", "faster", "inconclusive"] as const).filter((outcome) => counts[outcome] > 0).map((outcome) => `${counts[outcome]} ${outcome === "equal" ? `with ${outcomeWord(outcome)}` : outcome}`);
  const differing = cells.filter(({ outcome }) => outcome === "slower" || outcome === "faster");
  const largest = differing.toSorted((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio))).slice(0, 5).map((cell) => `${printCell(cell.cell)} takes ${printRatio(cell.ratio)} times as long`);
  const rest = differing.length > largest.length ? `, and ${differing.length - largest.length} more differ` : "";
  const unseen = [...Map.groupBy(cells.filter(({ outcome }) => outcome === "inconclusive"), ({ why }) => (why.startsWith("too noisy") ? `too noisy to exclude differences above ${percent(comparison.rule.widest)}` : why))];
  return [
    `${count(cells.length, "cell")} in both: ${enumeration(parts)}.${largest.length === 0 ? "" : ` ${largest.join("; ")}${rest}.`}`,
    ...unseen.map(([why, found]) => `Inconclusive (${count(found.length, "cell")}): ${why}. Use more --blocks, or an idle machine.`),
    ...(most === null ? [] : [regressionSentence(comparison, most)]),
    ...(onlyA.length === 0 ? [] : [`Only in the result before: ${named(onlyA, verbose)}.`]),
    ...(onlyB.length === 0 ? [] : [`Only in the result after: ${named(onlyB, verbose)}.`]),
  ];
}

function named(cells: readonly Cell[], verbose: boolean): string {
  return verbose || cells.length <= FEW ? cells.map(printCell).join("; ") : `${count(cells.length, "cell")} (-v names them)`;
}

/** Why a comparison does not pass: a line for each cell that is slower by more than allowed, and one that names those that are missing. */
export function refusalLines(comparison: Comparison, { most, allowMissing }: Gate): string[] {
  const { onlyA, a, b } = comparison;
  const missing = allowMissing || onlyA.length === 0 ? [] : [`missing: ${count(onlyA.length, "cell")} of ${a.name} ${onlyA.length === 1 ? "is" : "are"} not in ${b.name}: ${onlyA.map(printCell).join("; ")} (--allow-missing lets that pass)`];
  return [...regressionLines(comparison, most), ...missing];
}

function regressionLines(comparison: Comparison, most: number): string[] {
  return regressions(comparison, most).map((cell) => `regression: ${printCell(cell.cell)}: ${printTime(cell.aNs)} → ${printTime(cell.bNs)}, ${printRatio(cell.ratio)}×${cell.ci === null ? "" : ` (95 %: ${cell.ci.map(printRatio).join(" to ")})`}`);
}

function regressionSentence(comparison: Comparison, most: number): string {
  const found = regressions(comparison, most).length;
  const { inconclusive } = outcomeCounts(comparison);
  const unseen = inconclusive === 0 ? "" : ` ${count(inconclusive, "cell")} ${inconclusive === 1 ? "is" : "are"} inconclusive and not counted as ${inconclusive === 1 ? "a regression" : "regressions"}.`;
  const limit = percent(most);
  return `${found === 0 ? `No cell is significantly slower by more than ${limit}.` : `${count(found, "cell")} ${found === 1 ? "is" : "are"} significantly slower by more than ${limit}.`}${unseen}`;
}

function groups({ cells }: Comparison): [title: string, cells: CellComparison[]][] {
  return [...Map.groupBy(cells, ({ cell: { program, world, params } }) => {
    const detail = Object.entries(params).map(([name, value]) => `${name} ${value}`).join(", ");
    return `${program}, ${world}${detail === "" ? "" : ` (${detail})`}`;
  })];
}

function side(when: string, { name, startedAt, blocks, version, node }: Side): string {
  return `${when}: ${name}, ${startedAt.slice(0, 16).replace("T", " ")}, ${count(blocks, "block")}, warren ${version}, Node ${node}`;
}

function legend({ rule: { band, widest, level }, cells }: Comparison): string {
  const scaled = cells.some((cell) => cell.scaled) ? " ~: scaled to the work done before." : "";
  return `ratio: time after / time before, of the medians over blocks; above 1 is slower. 95 %: its bootstrap interval. no difference found: the interval lies within ±${percent(band)}, or it reaches into that range, not beyond ±${percent(widest)}, and no difference is significant. slower, faster: beyond ±${percent(band)} and significant at ${percent(level)} (Mann–Whitney, Holm over all cells). inconclusive: too noisy to say.${scaled}`;
}

/** "5 %", "7.5 %" */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
