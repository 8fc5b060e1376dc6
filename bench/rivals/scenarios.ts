/**
 * The scenarios that every side of the benchmarks runs: warren, Go and the
 * JavaScript peers measure the same work under the same names, so that the
 * figures can stand in one table. go/ mirrors the constants.
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

/** Tasks of the ring: that of the Computer Language Benchmarks Game. */
export const RING_TASKS = 503;
/** Primes that the sieve finds. */
export const SIEVE_PRIMES = 1000;
/** Children of each node in `skynet`. */
export const SKYNET_CHILDREN = 10;
/** Leaves of the tree in `skynet`, and with `--quick`. */
export const SKYNET_LEAVES = 1_000_000;
export const SKYNET_QUICK_LEAVES = 100_000;

/** "ns": nanoseconds an operation. "ms": milliseconds for the whole. "B": bytes a task. "GB/s": 10⁹ bytes read a second. */
export type Unit = "ns" | "ms" | "B" | "GB/s";

/** What one operation of each scenario is, in the order in which tables show them. */
export const OPERATIONS = {
  spawn: `Start an empty task on another thread and join it, by ${SPAWN_WINDOW} lanes that each wait for their task before they start the next.`,
  "ping-pong": "One round trip of an i32 over two unbuffered channels between two tasks.",
  stream: `Pass one i32 from a producer to a consumer through a channel of capacity ${STREAM_CAPACITY}, one value an operation.`,
  "stream-batch": `Pass one i32 as in stream, sent and received ${STREAM_BATCH} values an operation; the time is that of one value.`,
  "stream-unbuffered": "Pass one i32 from a producer to a consumer through an unbuffered channel.",
  select: `Receive one i32 by a select over two channels of capacity ${STREAM_CAPACITY}, each with its own producer (a third case hears that a producer has ended).`,
  "fan-in": `Pass one i32 from one of ${FAN_IN_SIDES} producers to one of ${FAN_IN_SIDES} consumers through one channel of capacity ${STREAM_CAPACITY}.`,
  parked: `Memory that one task waiting on a channel takes, of ${PARKED_TASKS} that wait at once.`,
  ring: `One hop of a token from task to task, in a ring of ${RING_TASKS} tasks and unbuffered channels.`,
  sieve: `The first ${SIEVE_PRIMES} primes by a chain of tasks and unbuffered channels, a filter for each prime: the whole.`,
  skynet: `A tree of tasks with ${SKYNET_CHILDREN} children each, whose ${SKYNET_LEAVES} leaves (with --quick ${SKYNET_QUICK_LEAVES}) answer with their number, and whose nodes add up: the whole.`,
  files: "A pile of text files of 36 kB, each read, hashed (SHA-256) and gzipped in one task: the whole pile.",
  dot: `The dot product of two f64 vectors of ${DOT_ELEMENTS} elements: bytes of both vectors over wall time.`,
} as const;

/** Units of the scenarios whose figure is no time of an operation. */
const UNITS: Readonly<Record<string, Unit>> = { parked: "B", dot: "GB/s", sieve: "ms", skynet: "ms", files: "ms" };

/** The name of a scenario. */
export type ScenarioName = keyof typeof OPERATIONS;

/** The names of the scenarios, in the order in which tables show them. */
export const SCENARIOS = Object.keys(OPERATIONS) as readonly ScenarioName[];

/** The unit of a scenario's figures; of one that only warren has (`bench/threads.ts`), nanoseconds an operation. */
export function unitOf(scenario: string): Unit {
  return UNITS[scenario] ?? "ns";
}

/** Three significant digits, and all digits of the whole part. */
export function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
