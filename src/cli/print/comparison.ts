/** A comparison in words: a table for people, a table for Markdown, the sentences under both. Pure. */
import { regressions, outcomeCounts, type CellComparison, type Comparison, type Outcome, type Side } from "../../lab/figures/comparison.ts";
import type { Paint } from "./columns.ts";
import { count, enumeration, printRatio, printTime, wrapped } from "../../lab/text.ts";

interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** Left out where the line is too short. */
  readonly expendable: boolean;
  readonly text: (cell: CellComparison) => string;
}

/** "3.96 → 3.91"; nothing where it is 1 by definition. */
function pair(values: readonly [a: number, b: number] | undefined): string {
  return values === undefined || values.every((value) => value === 1) ? "" : values.map(printRatio).join(" → ");
}

const COLUMNS: readonly Column[] = [
  { title: "design", align: "left", expendable: false, text: ({ cell }) => cell.design },
  { title: "threads", align: "right", expendable: false, text: ({ cell }) => String(cell.threads) },
  { title: "A", align: "right", expendable: false, text: ({ aNs }) => printTime(aNs) },
  { title: "B", align: "right", expendable: false, text: ({ bNs, scaled }) => `${scaled ? "~" : ""}${printTime(bNs)}` },
  { title: "B/A", align: "right", expendable: false, text: ({ ratio }) => ratio.toFixed(3) },
  { title: "95 %", align: "left", expendable: false, text: ({ ci }) => (ci === null ? "?" : ci.map((bound) => bound.toFixed(3)).join("–")) },
  { title: "outcome", align: "left", expendable: false, text: ({ outcome }) => outcome },
  { title: "C", align: "right", expendable: true, text: ({ C }) => pair(C) },
  { title: "P", align: "right", expendable: true, text: ({ P }) => pair(P) },
];

const COLOR: Partial<Record<Outcome, "red" | "green" | "yellow">> = { slower: "red", faster: "green", inconclusive: "yellow" };

/** For a terminal or a file: a table for each world, then what is to be said. */
export function printComparison(comparison: Comparison, { width, paint, most }: { width: number; paint: Paint; most: number | null }): string {
  const shown = COLUMNS.filter((column) => !column.expendable || comparison.cells.some((cell) => column.text(cell) !== ""));
  const all = widthsOf(shown, comparison.cells);
  const columns = lineLength(all) <= width ? shown : shown.filter(({ expendable }) => !expendable);
  const widths = widthsOf(columns, comparison.cells);
  const line = (texts: readonly string[]): string => texts.map((text, index) => (columns[index]?.align === "left" ? text.padEnd(widths[index] as number) : text.padStart(widths[index] as number))).join("  ").trimEnd();
  const tables = groups(comparison).map(([title, cells]) => [
    paint("bold", title),
    paint("bold", line(columns.map((column) => column.title))),
    ...cells.map((cell) => painted(line(columns.map((column) => column.text(cell))), cell.outcome, paint)),
  ].join("\n"));
  const sides = `${side("A", comparison.a)}\n${side("B", comparison.b)}`;
  return [sides, ...tables, ...comparisonSentences(comparison, most).map((sentence) => wrapped(sentence, width)), paint("dim", wrapped(legend(comparison), width))].join("\n\n");
}

/** GitHub tables, and the sentences. */
export function comparisonMarkdown(comparison: Comparison, most: number | null): string {
  const rule = COLUMNS.map(({ align }) => (align === "left" ? "---" : "---:"));
  const tables = groups(comparison).map(([title, cells]) => [
    `### ${title}`,
    "",
    ...[COLUMNS.map(({ title: head }) => head), rule, ...cells.map((cell) => COLUMNS.map((column) => column.text(cell)))].map((texts) => `| ${texts.join(" | ")} |`),
  ].join("\n"));
  const warnings = comparison.warnings.length === 0 ? [] : [comparison.warnings.map((warning) => `- ${warning}`).join("\n")];
  return [`${side("A", comparison.a)}  \n${side("B", comparison.b)}`, ...tables, ...comparisonSentences(comparison, most), ...warnings, legend(comparison)].join("\n\n");
}

/** How many cells came out how, which differ, what cannot be said. */
export function comparisonSentences(comparison: Comparison, most: number | null): string[] {
  const { cells, onlyA, onlyB } = comparison;
  const counts = outcomeCounts(comparison);
  const parts = (["equal", "slower", "faster", "inconclusive"] as const).filter((outcome) => counts[outcome] > 0).map((outcome) => `${counts[outcome]} ${outcome}`);
  const differing = cells.filter(({ outcome }) => outcome === "slower" || outcome === "faster");
  const named = differing.toSorted((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio))).slice(0, 5).map((cell) => `${cellName(cell)} takes ${printRatio(cell.ratio)} times as long`);
  const rest = differing.length > named.length ? `, and ${differing.length - named.length} more differ` : "";
  const unseen = [...Map.groupBy(cells.filter(({ outcome }) => outcome === "inconclusive"), ({ why }) => (why.startsWith("too noisy") ? `too noisy to exclude differences above ${percent(comparison.rule.widest)}` : why))];
  return [
    `${count(cells.length, "cell")} in both: ${enumeration(parts)}.${named.length === 0 ? "" : ` ${named.join("; ")}${rest}.`}`,
    ...unseen.map(([why, found]) => `Inconclusive (${count(found.length, "cell")}): ${why}. More --blocks, or a quieter machine, would tell.`),
    ...(most === null ? [] : [regressionSentence(comparison, most)]),
    ...(onlyA.length === 0 ? [] : [`Only in A: ${onlyA.map((cell) => cellName({ cell })).join("; ")}.`]),
    ...(onlyB.length === 0 ? [] : [`Only in B: ${onlyB.map((cell) => cellName({ cell })).join("; ")}.`]),
  ];
}

/** One line for each cell that is slower by more than allowed. */
export function regressionLines(comparison: Comparison, most: number): string[] {
  return regressions(comparison, most).map((cell) => `${cellName(cell)}: ${printTime(cell.aNs)} → ${printTime(cell.bNs)}, ${printRatio(cell.ratio)}×${cell.ci === null ? "" : ` (95 %: ${cell.ci.map(printRatio).join(" to ")})`}`);
}

function regressionSentence(comparison: Comparison, most: number): string {
  const found = regressions(comparison, most).length;
  const { inconclusive } = outcomeCounts(comparison);
  const unseen = inconclusive === 0 ? "" : ` ${count(inconclusive, "cell")} ${inconclusive === 1 ? "is" : "are"} inconclusive: nothing is refused for ${inconclusive === 1 ? "it" : "them"}.`;
  const limit = percent(most);
  return `${found === 0 ? `No cell is significantly slower by more than ${limit}.` : `${count(found, "cell")} ${found === 1 ? "is" : "are"} significantly slower by more than ${limit}.`}${unseen}`;
}

/** "gophers G6, cpu, 2 threads" */
function cellName({ cell: { program, design, world, threads } }: Pick<CellComparison, "cell">): string {
  return `${program} ${design}, ${world}, ${count(threads, "thread")}`;
}

function groups({ cells }: Comparison): [title: string, cells: CellComparison[]][] {
  return [...Map.groupBy(cells, ({ cell: { program, world, params } }) => {
    const detail = Object.entries(params).map(([name, value]) => `${name} ${value}`).join(", ");
    return `${program}, ${world}${detail === "" ? "" : ` (${detail})`}`;
  })];
}

function side(letter: string, { name, startedAt, blocks, version, node }: Side): string {
  return `${letter}: ${name}, ${startedAt.slice(0, 16).replace("T", " ")}, ${count(blocks, "block")}, warren ${version}, Node ${node}`;
}

function legend({ rule: { band, widest, level }, cells }: Comparison): string {
  const scaled = cells.some((cell) => cell.scaled) ? " ~: scaled to the work that A did." : "";
  return `B/A: ratio of the medians over blocks, with a 95 % bootstrap interval. equal: the interval lies within ±${percent(band)}, or it reaches into that and not beyond ±${percent(widest)} and no difference is significant. slower, faster: beyond ±${percent(band)} and significant at ${percent(level)} (Mann–Whitney, Holm over all cells). inconclusive: anything else.${scaled}`;
}

/** "5 %", "7.5 %" */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function widthsOf(columns: readonly Column[], cells: readonly CellComparison[]): number[] {
  return columns.map(({ title, text }) => Math.max(title.length, ...cells.map((cell) => text(cell).length)));
}

function lineLength(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + 2, -2);
}

function painted(line: string, outcome: Outcome, paint: Paint): string {
  const color = COLOR[outcome];
  return color === undefined ? line : line.replace(outcome, paint(color, outcome));
}
