/**
 * The report of one of the talk's programs, JSON schema "warren-program/1".
 * Stable: fields are added, never renamed. Measurements of designs against each
 * other are another format (`result.ts`).
 *
 * It consists of findings: what a program is expected to show, what it showed here,
 * and the verdict. This is the only file that judges them.
 *
 * Invariants: a check (a count, an identity, a conservation law) is exact and
 * knows no condition: one that does not hold is a defect, and the command ends
 * with 1. A statistic states its own tolerance; one that does not hold is
 * reported and is no defect. A measured value that is not a number holds nothing.
 */
import type { Comparison } from "../comparison.ts";
import type { Runtime } from "../../index.ts";
import { nowNs } from "../machine/clock.ts";
import { environmentOf, readState, type Environment, type Surroundings } from "../machine/environment.ts";
import type { Plot } from "../plot.ts";

/** What is expected: a value, a value with a tolerance, or a range. `null`: no bound on that side. */
export type Expectation =
  | { readonly kind: "exact"; readonly value: number | string }
  /** `by` is absolute; `share` is the same as a part of `value`, where it was given so. */
  | { readonly kind: "about"; readonly value: number; readonly by: number; readonly share: number | null }
  | { readonly kind: "range"; readonly low: number | null; readonly high: number | null };

/**
 * `holds`: measured as expected. `holds if`: not as expected, and the condition
 * that the claim needs is not met here. `fails here`: not as expected, although
 * nothing that the claim needs is missing.
 */
export type FindingVerdict = "holds" | "holds if" | "fails here";

/** What a claim needs, and whether that is so in this run. */
export interface Condition {
  /** Reads on after "holds if": "the unit is at least 5 ms". */
  readonly text: string;
  readonly met: boolean;
}

/** One line of a report. */
export interface Finding {
  readonly kind: "check" | "statistic";
  /** The part of the program that it belongs to: "heap"; `null` for the whole. */
  readonly part: string | null;
  readonly name: string;
  /** "ms", "requests/u"; "" for a count or a word. */
  readonly unit: string;
  readonly expected: Expectation;
  /** Where the expectation comes from: a formula, a section, the tolerance's reason; may be "". */
  readonly source: string;
  readonly measured: number | string;
  readonly verdict: FindingVerdict;
  /** What the claim needs; only with the verdict `holds if`. */
  readonly condition?: string;
}

/** What is said of a check. */
export interface CheckFacts extends Partial<Pick<Finding, "unit" | "source">> {
  readonly expected: number | string;
  readonly measured: number | string;
  readonly part?: string;
}

/** What is said of a statistic: the value measured is a word only where the expectation is exact, a verdict. */
export interface StatisticFacts extends Omit<CheckFacts, "expected"> {
  readonly expected: Expectation;
  readonly source: string;
  readonly condition?: Condition;
}

/** A count, an identity or a conservation law: exact, or the program is wrong. */
export function check(name: string, { expected, measured, unit = "", source = "", part }: CheckFacts): Finding {
  const exact = { kind: "exact", value: expected } as const;
  return { kind: "check", part: part ?? null, name, unit, expected: exact, source, measured, ...judge(exact, measured, undefined) };
}

/** A figure that chance, timers or the machine have a part in. */
export function statistic(name: string, { expected, measured, unit = "", source, part, condition }: StatisticFacts): Finding {
  return { kind: "statistic", part: part ?? null, name, unit, expected, source, measured, ...judge(expected, measured, condition) };
}

/** A value with a tolerance: `{ by: 0.03 }` absolute, or `{ share: 0.1 }` of the value. */
export function about(value: number, tolerance: { readonly by: number } | { readonly share: number }): Expectation {
  if ("by" in tolerance) return { kind: "about", value, by: tolerance.by, share: null };
  return { kind: "about", value, by: Math.abs(value) * tolerance.share, share: tolerance.share };
}

/** From `low` to `high`, both included. */
export function between(low: number, high: number): Expectation {
  return { kind: "range", low, high };
}

/** At most `high`. */
export function atMost(high: number): Expectation {
  return { kind: "range", low: null, high };
}

/** At least `low`. */
export function atLeast(low: number): Expectation {
  return { kind: "range", low, high: null };
}

/** Whether a check did not hold: the program, or the runtime under it, is wrong. */
export function isWrong({ kind, verdict }: Finding): boolean {
  return kind === "check" && verdict !== "holds";
}

function judge(expected: Expectation, measured: number | string, condition: Condition | undefined): Pick<Finding, "verdict" | "condition"> {
  if (isAsExpected(expected, measured)) return { verdict: "holds" };
  if (condition !== undefined && !condition.met) return { verdict: "holds if", condition: condition.text };
  return { verdict: "fails here" };
}

function isAsExpected(expected: Expectation, measured: number | string): boolean {
  if (expected.kind === "exact") return measured === expected.value;
  if (typeof measured !== "number" || Number.isNaN(measured)) return false;
  if (expected.kind === "about") return Math.abs(measured - expected.value) <= expected.by;
  return measured >= (expected.low ?? -Infinity) && measured <= (expected.high ?? Infinity);
}

/** The version of the format. */
export const PROGRAM_SCHEMA = "warren-program/1";
/** That of several reports in one document: `{ schema, reports }`. */
export const PROGRAMS_SCHEMA = "warren-programs/1";

/** What every program is told. */
export interface ProgramSettings {
  readonly threads: number;
  /** Length of a unit u in milliseconds; all times of a program are in u. 1 for a program without one. */
  readonly unitMs: number;
  readonly seed: number;
  /** Tells how far it is, between measurements. */
  readonly progress: (text: string) => void;
  /** Traces a runtime until what this returns is disposed of: `warren trace`. */
  readonly trace?: ((runtime: Runtime) => Promise<AsyncDisposable>) | undefined;
  /** Aborts when the user interrupts: the program ends after the current part, and its outcome is that of the parts that are complete; without findings if there are none. */
  readonly signal?: AbortSignal | undefined;
}

/** The parts of a program, one after the other, until the user interrupts. */
export function* untilInterrupted<Part>(parts: Iterable<Part>, signal: AbortSignal | undefined): Generator<Part> {
  for (const part of parts) {
    if (signal?.aborted === true) return;
    yield part;
  }
}

/** The outcome of a program that was interrupted before a part was complete. */
export function nothingComplete(config: ProgramOutcome["config"]): ProgramOutcome {
  return { config, findings: [], notes: [], conclusion: "" };
}

/** A series of figures beside the findings: the first column names the row. */
export interface Series {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a program gives: everything in a report that is its own. */
export interface ProgramOutcome {
  /** What was run: the program's own options and sizes. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly findings: readonly Finding[];
  readonly series?: readonly Series[];
  /** Pictures: prediction and measurement on the same axes. */
  readonly plots?: readonly Plot[];
  /** What a reader has to know to judge the figures, a sentence each. */
  readonly notes: readonly string[];
  /** What the figures say, in one sentence; "" if too few parts are complete to say anything. */
  readonly conclusion: string;
  /** An experiment's result compared with a saved one. */
  readonly comparison?: Comparison;
}

/** Runs a program: it starts and stops its own runtimes. */
export type ProgramRun = (settings: ProgramSettings) => Promise<ProgramOutcome>;

/** A report: an outcome, and where it comes from. */
export interface ProgramReport extends Required<Omit<ProgramOutcome, "comparison">>, Pick<ProgramOutcome, "comparison"> {
  readonly schema: typeof PROGRAM_SCHEMA;
  readonly tool: { readonly name: "warren"; readonly version: string };
  /** "balance", "sieve" */
  readonly program: string;
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  readonly threads: number;
  /** `null`: the program has no unit of time. */
  readonly unitMs: number | null;
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly env: Environment;
  /** The user interrupted: only the parts that were complete are reported. */
  readonly interrupted?: true;
}

/** What a report says of its origin. */
type ReportOrigin = Pick<ProgramReport, "program" | "command" | "unitMs"> & { readonly version: string; readonly around: Surroundings };

/** Runs a program and makes the report of it. */
export async function reportProgram(run: ProgramRun, settings: ProgramSettings, { program, command, version, unitMs, around }: ReportOrigin): Promise<ProgramReport> {
  const { threads, seed } = settings;
  const startedAt = new Date().toISOString();
  const startNs = nowNs();
  const outcome = await run(settings);
  const endNs = nowNs();
  const env = environmentOf(around.machine, around.before, readState(endNs), threads);
  return {
    schema: PROGRAM_SCHEMA, tool: { name: "warren", version }, program, command, threads, unitMs, seed, startedAt, seconds: (endNs - startNs) / 1e9, env,
    series: [], plots: [], ...outcome, ...(settings.signal?.aborted === true && { interrupted: true }),
  };
}
