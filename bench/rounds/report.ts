/** The table for people: figures with those of the rivals, the musts and aims, and the comparison with a baseline. */
import { machineLine } from "../../src/lab/machine/environment.ts";
import { textTable } from "../../src/lab/print/text-table.ts";
import { INTERRUPTED } from "../outcome.ts";
import { rounded } from "../rivals/scenarios.ts";
import { keyOf, labelOf } from "./contestant.ts";
import { ratioOf, type Figure, type Ratio } from "./figures.ts";
import { judge, printJudgement, type Judgement } from "./musts.ts";
import { compare, printRange, type BenchBaseline, type BenchResult } from "./result.ts";

/** Another's figure for the same work on as many threads; `ratio`: how many times as good as it warren is. */
interface Comparison extends Omit<Ratio, "perRound"> {
  readonly key: string;
  readonly figure: Figure;
}

/** A figure of warren. */
export interface Row {
  readonly figure: Figure;
  /** The rivals, those that are ahead first. */
  readonly comparisons: readonly Comparison[];
  readonly judgements: readonly Judgement[];
}

/** A row for every figure of warren. */
export function rowsOf(figures: readonly Figure[]): Row[] {
  return figures.filter(({ side }) => side === "warren").map((figure) => {
    const others = figures.filter((other) => other.side !== "warren" && other.scenario === figure.scenario && other.threads === figure.threads);
    const comparisons = others.flatMap((other): Comparison[] => {
      const found = ratioOf(figure, other);
      return found === null ? [] : [{ key: keyOf(other), figure: other, ratio: found.ratio, range: found.range }];
    });
    return { figure, comparisons: comparisons.toSorted((a, b) => a.ratio - b.ratio), judgements: judge(figure, figures) };
  });
}

/** The whole text: machine, versions, table, comparison, what could not be measured. */
export function printResult(result: BenchResult, baseline: BenchBaseline | null): string {
  const { date, env, config, interrupted, figures, failures, skipped } = result;
  const rows = rowsOf(figures);
  return [
    ...(interrupted ? [INTERRUPTED] : []),
    `${date.slice(0, 10)} · ${machineLine(env)}`,
    versionLine(figures),
    `Each figure is the median of ${config.rounds} processes, one in each round; in brackets the range: the smallest and the largest of them. ×: how many times as good as the other warren is, with the range of the rounds.`,
    ...env.warnings.map((warning) => `warning: ${warning}`),
    ...(rows.length > 0 ? ["", ...tableOf(rows)] : []),
    ...(baseline === null ? [] : ["", ...comparisonOf(baseline, result)]),
    ...failures.map((failure) => `FAILED: ${failure.scenario}, ${labelOf(failure)}: ${failure.reason}`),
    ...skipped.map(({ side, reason }) => `skipped: ${side}: ${reason}`),
  ].join("\n");
}

/** The rivals that were measured, with versions: "compared with go 1.19.8, piscina 5.3.2". */
function versionLine(figures: readonly Figure[]): string {
  const names = new Set(figures.filter(({ side }) => side !== "warren").map(({ side, version }) => `${side} ${version}`));
  return names.size === 0 ? "no rival was measured" : `compared with ${[...names].join(", ")}`;
}

/** The table for a page in Markdown: the rows of `printResult`, with the machine and the versions above. */
export function printMarkdown({ date, env, figures }: BenchResult): string {
  const cells = rowCells(rowsOf(figures)).map((row) => `| ${row.map((cell) => cell.replaceAll("\n", "<br>")).join(" | ")} |`);
  return [`${date.slice(0, 10)} · ${machineLine(env)} · ${versionLine(figures)}.`, "", cells[0], "|---|---|--:|--:|---|---|", ...cells.slice(1)].join("\n");
}

function tableOf(rows: readonly Row[]): string[] {
  return textTable(rowCells(rows), ["left", "left", "right", "right", "left", "left"]);
}

/** The head and the rows; a cell can have several lines. */
function rowCells(rows: readonly Row[]): string[][] {
  const table = [["scenario", "form", "threads", "warren", "others", "must and aim"]];
  for (const [index, { figure, comparisons, judgements }] of rows.entries()) {
    const { scenario, form, threads, node } = figure;
    const others = comparisons.map(({ figure: other, ratio, range }) => `${other.side} ${rounded(other.value)} (${rounded(ratio)} ×, ${printRange(range, rounded)})`);
    const isFirst = rows[index - 1]?.figure.scenario !== scenario;
    table.push([isFirst ? scenario : "", node === undefined ? form : `${form}, Node ${node}`, `${threads}`, printFigure(figure), others.join("\n"), judgements.map(printJudgement).join("\n")]);
  }
  return table;
}

/** "204 ns (198–231)" */
export function printFigure({ value, range, unit }: Figure): string {
  return `${rounded(value)} ${unit} (${printRange(range, rounded)})`;
}

function comparisonOf({ name, result }: BenchBaseline, after: BenchResult): string[] {
  const table = [["scenario", "what", "before", "after", "ratio", ""]];
  let scenario = "";
  for (const { subject, before, after: now, ratio, overlaps } of compare(result, after)) {
    const isFirst = subject.scenario !== scenario;
    scenario = subject.scenario;
    table.push([isFirst ? scenario : "", labelOf(subject), printFigure(before), printFigure(now), ratio.toFixed(2), overlaps ? "the ranges overlap" : ratio > 1 ? "worse" : "better"]);
  }
  const title = `Compared with ${name}, of ${result.date.slice(0, 10)}. ratio: after divided by before, above 1 is worse (for GB/s, before divided by after). A difference is named if the ranges do not overlap.`;
  return [title, ...textTable(table, ["left", "left", "right", "right", "right", "left"])];
}
