/**
 * The scenarios that every side of the benchmarks runs: warren, Go and the
 * JavaScript peers measure the same work under the same names, so that the
 * figures can stand in one table. go/scenarios.go mirrors the constants.
 */

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
