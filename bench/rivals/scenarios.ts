/**
 * The scenarios that every side of the benchmarks runs: warren, Go and the
 * JavaScript peers measure the same work under the same names, so that the
 * figures can stand in one table; and what measuring a rival gives: a figure, or a
 * visible reason why there is none. go/scenarios.go mirrors the constants.
 */
import { median } from "../../src/lab/figures/statistics.ts";

/** Values that the buffered channel of `stream`, `select` and `fan-in` holds. */
export const STREAM_CAPACITY = 128;
/** Values that one operation of `stream-batch` sends. */
export const STREAM_BATCH = 64;
/** Tasks in flight at once in `spawn`. */
export const SPAWN_WINDOW = 64;
/** Producers in `fan-in`, and as many consumers. */
export const FAN_IN_SIDES = 4;
/** Tasks held parked at once in `parked`. */
export const PARKED_TASKS = 200_000;
/** Elements of each f64 vector in `dot`: 64 MiB a vector, more than caches hold. */
export const DOT_ELEMENTS = 8 * 1024 * 1024;

/** "ns": nanoseconds an operation. "B": bytes a task. "GB/s": 10⁹ bytes read a second. */
export type Unit = "ns" | "B" | "GB/s";

/** What one operation of each scenario is, in the order in which tables show them. */
const OPERATIONS = {
  spawn: `Start an empty task on another thread and join it, by ${SPAWN_WINDOW} lanes that each wait for their task before they start the next.`,
  "ping-pong": "One round trip of an i32 over two unbuffered channels between two tasks.",
  stream: `Pass one i32 from a producer to a consumer through a channel of capacity ${STREAM_CAPACITY}, one value an operation.`,
  "stream-batch": `Pass one i32 as in stream, sent and received ${STREAM_BATCH} values an operation; the time is that of one value.`,
  "stream-unbuffered": "Pass one i32 from a producer to a consumer through an unbuffered channel.",
  select: `Receive one i32 by a select over two channels of capacity ${STREAM_CAPACITY}, each with its own producer (a third case hears that a producer has ended).`,
  "fan-in": `Pass one i32 from one of ${FAN_IN_SIDES} producers to one of ${FAN_IN_SIDES} consumers through one channel of capacity ${STREAM_CAPACITY}.`,
  parked: `Memory that one task waiting on a channel takes, of ${PARKED_TASKS} that wait at once.`,
  dot: `The dot product of two f64 vectors of ${DOT_ELEMENTS} elements: bytes of both vectors over wall time.`,
} as const;

/** The name of a scenario. */
export type ScenarioName = keyof typeof OPERATIONS;

/** One kind of work, the same for every rival. */
export interface Scenario {
  readonly name: ScenarioName;
  readonly unit: Unit;
  readonly smallerIsBetter: boolean;
  /** What one operation is, and so what the value is a measure of. */
  readonly operation: string;
}

/** Every scenario, in the order in which tables show them. */
export const SCENARIOS: readonly Scenario[] = Object.entries(OPERATIONS).map(([name, operation]) => {
  const unit = name === "parked" ? "B" : name === "dot" ? "GB/s" : "ns";
  return { name: name as ScenarioName, unit, smallerIsBetter: unit !== "GB/s", operation };
});

/** The scenario of that name. */
export function scenarioOf(name: ScenarioName): Scenario {
  for (const scenario of SCENARIOS) if (scenario.name === name) return scenario;
  throw new RangeError(`there is no scenario ${JSON.stringify(name)}`);
}

/** Whether `name` is the name of a scenario: for names that another program printed. */
export function isScenarioName(name: unknown): name is ScenarioName {
  return SCENARIOS.some((scenario) => scenario.name === name);
}

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
  return { kind: "result", ...row, value: median([...runs]), unit: scenarioOf(row.scenario).unit, runs };
}

/** The outcome for a row whose measurement threw `error`. */
export function failureOf(rival: string, scenario: ScenarioName, error: unknown): RivalFailed {
  return { kind: "failed", rival, scenario, reason: error instanceof Error ? error.message : String(error) };
}

/** Three significant digits, and all digits of the whole part. */
export function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
