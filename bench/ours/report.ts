/**
 * The report: figures joined with the rivals' and compared with the targets (all of that
 * pure), and the table for people.
 */
import { textTable } from "../../src/lab/print/text-table.ts";
import { isScenarioName, rounded, scenarioOf, type RivalOutcome, type RivalResult, type ScenarioName } from "../rivals/scenarios.ts";
import type { Failure, Figure } from "./figure.ts";

/**
 * A bar to clear. `factor`: how many times as good as the rival; 5 is five times as fast,
 * 0.5 half as fast. `most`: without a rival, the most that the figure may be.
 */
type Bar =
  | { readonly rival: string; readonly scenario?: ScenarioName; readonly factor: number }
  | { readonly most: number };

/** A target and the further aim beyond it. */
interface Target {
  readonly scenario: ScenarioName;
  /** Numbers of threads on which it is to be met. */
  readonly threads: readonly number[];
  readonly target: Bar;
  readonly aim?: Bar;
}

/** What warren promises of its speed, for the first form of each scenario. */
const TARGETS: readonly Target[] = [
  { scenario: "spawn", threads: [2], target: { rival: "piscina", factor: 5 }, aim: { most: 1000 } },
  { scenario: "ping-pong", threads: [1], target: { rival: "go", factor: 0.5 }, aim: { rival: "go", factor: 1 } },
  { scenario: "ping-pong", threads: [2], target: { rival: "message-port", factor: 20 }, aim: { rival: "go", factor: 0.5 } },
  { scenario: "stream", threads: [2], target: { rival: "message-port", factor: 5 }, aim: { rival: "go", factor: 1 } },
  { scenario: "stream-batch", threads: [2], target: { rival: "go", scenario: "stream", factor: 1 }, aim: { rival: "go", scenario: "stream", factor: 5 } },
  { scenario: "parked", threads: [1, 2], target: { most: 1000 }, aim: { most: 500 } },
  { scenario: "dot", threads: [1, 2], target: { rival: "openblas", factor: 0.9 } },
];

/** Another's figure for the same work on as many threads. */
interface Comparison {
  readonly name: string;
  readonly value: number;
  /** How many times as good as it warren is: above 1, warren is better. */
  readonly ratio: number;
  readonly note?: string | undefined;
}

/** A bar and what came of it; `ratio` and `met` are `null` where the rival has no figure here. */
interface Judgement {
  readonly kind: "target" | "aim";
  readonly text: string;
  /** For a bar against a rival: how many times as good. */
  readonly ratio: number | null;
  readonly met: boolean | null;
}

/** One line of the report. */
interface Row {
  readonly figure: Figure;
  readonly comparisons: readonly Comparison[];
  readonly judgements: readonly Judgement[];
}

/** A row for every figure; `firstForms` has the form of each scenario that its targets are for. */
export function rowsOf(figures: readonly (Figure | Failure)[], rivals: readonly RivalOutcome[], firstForms: ReadonlyMap<string, string>): Row[] {
  const results = rivals.filter((outcome): outcome is RivalResult => outcome.kind === "result");
  const measured = figures.filter((figure): figure is Figure => figure.kind === "figure");
  return measured.map((figure) => ({
    figure,
    comparisons: isScenarioName(figure.scenario) ? compare(figure, figure.scenario, results) : compareGophers(figure, measured),
    judgements: firstForms.get(figure.scenario) === figure.form ? judge(figure, results) : [],
  }));
}

function compare(figure: Figure, scenario: ScenarioName, results: readonly RivalResult[]): Comparison[] {
  const same = results.filter((result) => result.scenario === scenario && result.threads === figure.threads);
  const comparisons = same.map(({ rival, value, note }) => ({ name: rival, value, ratio: ratioOf(scenario, figure.value, value), note }));
  return comparisons.toSorted((a, b) => a.ratio - b.ratio);
}

/** A design beside its model, G1 on as many threads, and itself on one thread. */
function compareGophers(figure: Figure, figures: readonly Figure[]): Comparison[] {
  const [design, world] = figure.form.split(" ") as [string, string];
  const others: [name: string, value: number | undefined][] = [
    ["model", figure.model],
    ["G1", design === "G1" ? undefined : valueOf(figures, `G1 ${world}`, figure.threads)],
    ["1 thread", figure.threads === 1 ? undefined : valueOf(figures, figure.form, 1)],
  ];
  return others.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value, ratio: ratioOf("gophers", figure.value, value) }]));
}

function valueOf(figures: readonly Figure[], form: string, threads: number): number | undefined {
  return figures.find((figure) => figure.scenario === "gophers" && figure.form === form && figure.threads === threads)?.value;
}

function judge(figure: Figure, results: readonly RivalResult[]): Judgement[] {
  const judgements: Judgement[] = [];
  for (const { scenario, threads, target, aim } of TARGETS) {
    if (scenario !== figure.scenario || !threads.includes(figure.threads)) continue;
    judgements.push(judgement("target", target, figure, results));
    if (aim !== undefined) judgements.push(judgement("aim", aim, figure, results));
  }
  return judgements;
}

function judgement(kind: Judgement["kind"], bar: Bar, figure: Figure, results: readonly RivalResult[]): Judgement {
  const text = printBar(bar, figure.unit);
  if ("most" in bar) return { kind, text, ratio: null, met: figure.value <= bar.most };
  const scenario = bar.scenario ?? (figure.scenario as ScenarioName);
  const rival = results.find((result) => result.rival === bar.rival && result.scenario === scenario && result.threads === figure.threads);
  if (rival === undefined) return { kind, text, ratio: null, met: null };
  const ratio = ratioOf(scenario, figure.value, rival.value);
  return { kind, text, ratio, met: ratio >= bar.factor };
}

/** A figure as good as `rival` times `factor`: how many times as good is `ours`? */
function ratioOf(scenario: ScenarioName | "gophers", ours: number, theirs: number): number {
  const smallerIsBetter = scenario === "gophers" || scenarioOf(scenario).smallerIsBetter;
  return smallerIsBetter ? theirs / ours : ours / theirs;
}

/** A bar in words: "5 × message-port", "0.9 × openblas", "go's stream", "1000 ns". */
function printBar(bar: Bar, unit: string): string {
  if ("most" in bar) return `at most ${bar.most} ${unit}`;
  const whom = bar.scenario === undefined ? bar.rival : `${bar.rival}'s ${bar.scenario}`;
  return bar.factor === 1 ? `as good as ${whom}` : `${bar.factor} × as good as ${whom}`;
}

/** The table, then what could not be measured, a line each. */
export function printRows(rows: readonly Row[], failures: readonly Failure[], rivals: readonly RivalOutcome[]): string {
  const table = [["scenario", "form", "threads", "warren", "others (× = how many times better warren is)", "targets"]];
  for (const [index, { figure, comparisons, judgements }] of rows.entries()) {
    const { scenario, form, threads, value, unit } = figure;
    const others = comparisons.map((comparison) => printComparison(comparison, unit)).join("\n");
    const isFirst = rows[index - 1]?.figure.scenario !== scenario;
    table.push([isFirst ? scenario : "", form, `${threads}`, `${rounded(value)} ${unit}`, others, judgements.map(printJudgement).join("\n")]);
  }
  const lines = [
    ...failures.map(({ scenario, form, threads, reason }) => `FAILED: ${scenario}, ${form}, threads ${threads}: ${reason}`),
    ...rivals.flatMap((outcome) => (outcome.kind === "result" ? [] : [`${outcome.kind}: ${outcome.rival}${outcome.scenario === undefined ? "" : `, ${outcome.scenario}`}: ${outcome.reason}`])),
  ];
  return [...(rows.length > 0 ? textTable(table, ["left", "left", "right", "right", "left", "left"]) : []), ...lines].join("\n");
}

function printComparison({ name, value, ratio }: Comparison, unit: string): string {
  return `${name} ${rounded(value)} ${unit} (${rounded(ratio)} ×)`;
}

function printJudgement({ kind, text, ratio, met }: Judgement): string {
  const verdict = met === null ? "no figure to compare with" : met ? "met" : "NOT met";
  return `${kind}: ${text}: ${verdict}${ratio === null ? "" : ` (${rounded(ratio)} ×)`}`;
}
