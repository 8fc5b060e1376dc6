/**
 * What warren must reach in the benchmarks, and what it aims at: one table, and the
 * judgement of a figure by it. `npm run bench:check` holds the musts; the table of
 * `warren bench` shows both.
 */
import type { Interval } from "../../src/lab/text.ts";
import { rounded, type ScenarioName } from "../rivals/scenarios.ts";
import type { Subject } from "./contestant.ts";
import { ratioOf, type Figure, type Ratio } from "./figures.ts";

/**
 * A bar to clear.
 *
 * - `rival`: `factor` times as good as the rival in this scenario or in another; 0.5 is
 *   half as fast. With `ofRounds`, so large a part of the rounds must reach it, each alone.
 * - `peers`: faster than every JavaScript peer that was measured.
 * - `form`: at most `within` times the time of another form of warren.
 * - `most`: the most that the figure may be.
 */
export type Bar =
  | { readonly kind: "rival"; readonly rival: string; readonly scenario?: ScenarioName; readonly factor: number; readonly ofRounds?: number }
  | { readonly kind: "peers" }
  | { readonly kind: "form"; readonly form: string; readonly within: number }
  | { readonly kind: "most"; readonly value: number };

/** What one form must reach, and the further aim. */
export interface Must {
  readonly scenario: ScenarioName;
  readonly form: string;
  /** Numbers of threads on which it counts. */
  readonly threads: readonly number[];
  readonly must?: Bar;
  readonly aim?: Bar;
}

const go = (factor: number, ofRounds?: number): Bar => ({ kind: "rival", rival: "go", factor, ...(ofRounds !== undefined && { ofRounds }) });
const streamOfGo = (factor: number): Bar => ({ kind: "rival", rival: "go", scenario: "stream", factor });
const rival = (name: string, factor: number): Bar => ({ kind: "rival", rival: name, factor });
const hotLoop = (within: number): Bar => ({ kind: "form", form: "hot loop", within });
const most = (value: number): Bar => ({ kind: "most", value });
const peers: Bar = { kind: "peers" };

const BOTH = [1, 2];

/** What warren must reach. */
export const MUSTS: readonly Must[] = [
  { scenario: "spawn", form: "least loaded", threads: BOTH, must: go(0.35), aim: go(0.6) },
  { scenario: "spawn", form: "least loaded", threads: [2], must: rival("piscina", 12) },
  { scenario: "ping-pong", form: "hot loop", threads: [1], must: peers },
  { scenario: "ping-pong", form: "hot loop", threads: [1], must: go(0.45), aim: go(0.7) },
  { scenario: "ping-pong", form: "hot loop", threads: [2], must: go(0.45), aim: go(1) },
  { scenario: "stream", form: "hot loop", threads: [1], must: go(0.6), aim: go(1) },
  { scenario: "stream", form: "hot loop", threads: [2], must: go(0.6, 0.8), aim: go(1) },
  { scenario: "stream", form: "await", threads: [1], must: hotLoop(1.5), aim: hotLoop(1.2) },
  { scenario: "stream", form: "await", threads: [1], must: peers },
  { scenario: "stream", form: "await", threads: [2], must: hotLoop(1.5) },
  { scenario: "stream-batch", form: "hot loop", threads: [1], must: most(15) },
  { scenario: "stream-batch", form: "hot loop", threads: [2], must: streamOfGo(4), aim: streamOfGo(6) },
  { scenario: "stream-unbuffered", form: "hot loop", threads: BOTH, must: go(0.4), aim: go(0.7) },
  { scenario: "select", form: "hot loop", threads: BOTH, must: go(0.4), aim: go(0.7) },
  { scenario: "fan-in", form: "hot loop", threads: BOTH, must: go(0.6), aim: go(1) },
  { scenario: "parked", form: "closure", threads: BOTH, must: most(800), aim: most(600) },
  { scenario: "ring", form: "hot loop", threads: BOTH, must: go(0.4), aim: go(1) },
  { scenario: "sieve", form: "hot loop", threads: BOTH, must: go(0.4), aim: go(1) },
  { scenario: "skynet", form: "spawn", threads: BOTH, must: go(0.4), aim: go(1) },
  ...["parallelMap", "channels"].flatMap((form): Must[] => [
    { scenario: "files", form, threads: BOTH, must: rival("piscina", 1) },
    { scenario: "files", form, threads: BOTH, must: rival("bare Workers", 0.97), aim: rival("bare Workers", 1) },
  ]),
  { scenario: "dot", form: "simd", threads: BOTH, aim: rival("openblas", 0.9) },
];

/** Sides that are not JavaScript. */
const NATIVE = new Set(["go", "openblas", "c-pthreads"]);

/** A bar and what came of it. */
export interface Judgement {
  readonly kind: "must" | "aim";
  /** The bar in words, such as "0.45 × as good as go". */
  readonly text: string;
  /** For a bar against other figures: how many times as good, and the range of the rounds; else `null`. */
  readonly ratio: number | null;
  readonly range: Interval | null;
  /** `null`: there is no figure to compare with. */
  readonly met: boolean | null;
}

/** The judgements of a figure by the rows of `musts` that are for it. `figures`: all of the run. */
export function judge(figure: Figure, figures: readonly Figure[], musts: readonly Must[] = MUSTS): Judgement[] {
  return musts.filter((row) => isFor(row, figure)).flatMap(({ must, aim }) =>
    ([["must", must], ["aim", aim]] as const).flatMap(([kind, bar]) => (bar === undefined ? [] : [judgement(kind, bar, figure, figures)])),
  );
}

/** The judgement of a figure by one bar. */
export function judgement(kind: Judgement["kind"], bar: Bar, figure: Figure, figures: readonly Figure[]): Judgement {
  const text = printBar(bar, figure.unit);
  if (bar.kind === "most") return { kind, text, ratio: null, range: null, met: figure.value <= bar.value };
  const others = figures.flatMap((other) => (isComparedWith(bar, figure, other) ? [ratioOf(figure, other)] : []));
  const worst = others.filter((ratio) => ratio !== null).toSorted((a, b) => a.ratio - b.ratio)[0];
  if (worst === undefined) return { kind, text, ratio: null, range: null, met: null };
  return { kind, text, ratio: worst.ratio, range: worst.range, met: isCleared(bar, worst) };
}

function isCleared(bar: Exclude<Bar, { kind: "most" }>, { ratio, perRound }: Ratio): boolean {
  if (bar.kind === "peers") return ratio > 1;
  if (bar.kind === "form") return ratio >= 1 / bar.within;
  if (bar.ofRounds === undefined) return ratio >= bar.factor;
  return perRound.filter((one) => one >= bar.factor).length >= bar.ofRounds * perRound.length;
}

/** Whether a row of the table is for this configuration: warren's, on the Node that runs the benchmarks. */
export function isFor({ scenario, form, threads }: Must, subject: Subject): boolean {
  return subject.side === "warren" && subject.node === undefined && subject.scenario === scenario && subject.form === form && threads.includes(subject.threads);
}

/** Whether a bar compares the figure of `own` with that of `other`. */
export function isComparedWith(bar: Bar, own: Subject, other: Subject): boolean {
  if (bar.kind === "most" || other.threads !== own.threads || other.node !== undefined) return false;
  const scenario = bar.kind === "rival" ? (bar.scenario ?? own.scenario) : own.scenario;
  if (other.scenario !== scenario) return false;
  if (bar.kind === "rival") return other.side === bar.rival;
  if (bar.kind === "form") return other.side === "warren" && other.form === bar.form;
  return other.side !== "warren" && !NATIVE.has(other.side);
}

/** A bar in words. */
export function printBar(bar: Bar, unit: string): string {
  switch (bar.kind) {
    case "most": return `at most ${bar.value} ${unit}`;
    case "peers": return "faster than every JavaScript peer";
    case "form": return `within ${bar.within} × of ${bar.form}`;
    case "rival": {
      const whom = bar.scenario === undefined ? bar.rival : `${bar.rival}'s ${bar.scenario}`;
      const often = bar.ofRounds === undefined ? "" : `, in ${Math.round(bar.ofRounds * 100)} % of the rounds`;
      return (bar.factor === 1 ? `as good as ${whom}` : `${bar.factor} × as good as ${whom}`) + often;
    }
  }
}

/** "must: 0.45 × as good as go: reached (0.52 ×, 0.49–0.55)" */
export function printJudgement({ kind, text, ratio, range, met }: Judgement): string {
  const verdict = met === null ? "no figure to compare with" : met ? "reached" : "MISSED";
  return `${kind}: ${text}: ${verdict}${ratio === null || range === null ? "" : ` (${rounded(ratio)} ×, ${rounded(range[0])}–${rounded(range[1])})`}`;
}
