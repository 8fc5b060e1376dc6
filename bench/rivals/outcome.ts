/**
 * What measuring a rival gives: a figure, or a visible reason why there is
 * none. A table prints all three kinds, so nothing goes missing silently.
 */
import { scenarioOf, type ScenarioName, type Unit } from "./scenarios.ts";

/** What is measured, of which rival, with which threads. */
export interface RivalRow {
  /** Name of the rival, such as "go" or "piscina". */
  readonly rival: string;
  /** Version of the rival as it reports itself. */
  readonly version: string;
  readonly scenario: ScenarioName;
  /** Threads that run the scenario's code, the calling thread included; for Go, GOMAXPROCS. */
  readonly threads: number;
  /** Where the work differs from the scenario's text, or how the rival was set up. */
  readonly note?: string;
}

/** A figure of one rival for one scenario. */
export interface RivalResult extends RivalRow {
  readonly kind: "result";
  /** Median of `runs`, in `unit`. */
  readonly value: number;
  readonly unit: Unit;
  /** One figure per timed run, in the order in which they were taken, in `unit`. */
  readonly runs: readonly number[];
}

/** A rival that this machine cannot run, and what would change that. */
export interface RivalSkipped {
  readonly kind: "skipped";
  readonly rival: string;
  /** Absent: none of the rival's scenarios can be run. */
  readonly scenario?: ScenarioName;
  readonly reason: string;
}

/** A rival that ran and did not finish its work, or did it wrongly. */
export interface RivalFailed {
  readonly kind: "failed";
  readonly rival: string;
  readonly scenario: ScenarioName;
  readonly reason: string;
}

export type RivalOutcome = RivalResult | RivalSkipped | RivalFailed;

/** How a rival is measured; every rival takes all of it. */
export interface RivalOptions {
  /** Timed runs; the value is their median. */
  readonly runs: number;
  /** About how long one run takes, in milliseconds. */
  readonly runMs: number;
  /** Thread counts to measure, for rivals whose threads are a number one can set. */
  readonly threads: readonly number[];
  /** Which rows to measure; what it refuses is neither built nor started. */
  readonly wanted: (rival: string, scenario: ScenarioName) => boolean;
}

/** A result from the figures of its runs: at least one. */
export function resultOf(row: RivalRow, runs: readonly number[]): RivalResult {
  return { kind: "result", ...row, value: median(runs), unit: scenarioOf(row.scenario).unit, runs };
}

/** The outcome for a row whose measurement threw `error`. */
export function failureOf(rival: string, scenario: ScenarioName, error: unknown): RivalFailed {
  return { kind: "failed", rival, scenario, reason: error instanceof Error ? error.message : String(error) };
}

/** The middle value, or the mean of the two in the middle; at least one value is needed. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  const below = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined || below === undefined) throw new RangeError("the median of no values");
  return (below + middle) / 2;
}

/** Three significant digits, and all digits of the whole part. */
export function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
