/**
 * Figures joined with the rivals' and held against the targets: pure.
 */
import type { RivalOutcome, RivalResult } from "../rivals/outcome.ts";
import { isScenarioName, type ScenarioName } from "../rivals/scenarios.ts";
import type { Failure, Figure } from "./figure.ts";
import { TARGETS, printBar, ratioOf, type Bar } from "./targets.ts";

/** Another's figure for the same work on as many threads. */
export interface Comparison {
  readonly name: string;
  readonly value: number;
  /** How many times as good as it warren is: above 1, warren is better. */
  readonly ratio: number;
  readonly note?: string | undefined;
}

/** A bar and what came of it; `ratio` and `met` are `null` where the rival has no figure here. */
export interface Judgement {
  readonly kind: "target" | "aim";
  readonly text: string;
  /** For a bar against a rival: how many times as good. */
  readonly ratio: number | null;
  readonly met: boolean | null;
}

/** One line of the report. */
export interface Row {
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
