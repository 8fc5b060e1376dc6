/** The talk's programs that are commands, in the order in which help and list show them. What runs a program is loaded once its options have been found good. */
import { stat } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { measureGoCrowd } from "../../../bench/rivals/go.ts";
import { requireReadable } from "../terminal/streams.ts";
import { oneOf, someOf, UsageError, wholeNumber, wholeNumbers, type Raw } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

/** The options of a program: those that all have, its own with a value, and its own without. */
type Options<Values extends string, Flags extends string = never> = RawProgram & Raw<Values, Flags>;

const MILLION = 1_000_000;
const MOST_RUNS = 1000;

/** Policies of the realistic balancer. */
export const POLICIES = ["heap", "round-robin", "random", "two-choices"] as const;
const SIMPLE_WORKERS = [1, 4, 16];

export const BALANCE: ProgramCommand<Options<"policy" | "workers" | "systems" | "length", "simple">> = {
  name: "balance",
  what: "load balancers: the simple one, and the realistic one with a heap",
  claim: "no lock anywhere",
  examples: [
    ["warren balance", "everything: half a minute"],
    ["warren balance --policy heap,round-robin", "what the heap gains"],
    ["warren balance --simple --workers 100", "a hundred workers"],
  ],
  unitMs: 4,
  options: [
    ["--policy <names>", `${POLICIES.join(", ")}, or all (default: all)`],
    ["--simple", "only the simple balancer"],
    ["--workers <n>", `workers of the simple balancer (default: ${SIMPLE_WORKERS.join(", ")})`],
    ["--systems <n>", "realistic balancers that run at the same time, to average (default: 6)"],
    ["--length <n>", "units that each policy runs (default: 1700)"],
  ],
  resolve({ policy, simple = false, workers, systems, length }) {
    for (const [option, value] of Object.entries({ "--policy": policy, "--systems": systems, "--length": length })) {
      if (simple && value !== undefined) throw new UsageError(`${option} cannot be used with --simple`);
    }
    if (!simple && policy !== undefined && workers !== undefined) throw new UsageError("--workers cannot be used with --policy: the realistic balancer has 10 workers");
    const choice = {
      workers: workers !== undefined ? [wholeNumber("--workers", workers, 1, 1000)] : policy === undefined ? SIMPLE_WORKERS : [],
      policies: simple ? [] : someOf("--policy", policy ?? "all", POLICIES),
      systems: wholeNumber("--systems", systems ?? "6", 1, 100),
      // the fewest units leave something to measure after the warm-up
      length: wholeNumber("--length", length ?? "1700", 300, MILLION),
    };
    return async (settings) => (await import("../../lab/talk/balance/findings.ts")).balance(choice, settings);
  },
};

export const REPLICAS: ProgramCommand<Options<"replicas" | "queries">> = {
  name: "replicas",
  what: "a replicated query: the first answer wins, the others are cancelled",
  claim: "latency without a lock",
  examples: [["warren replicas", "up to 8 replicas, hedging"], ["warren replicas --replicas 3 --queries 4000", "closer to the law"]],
  unitMs: 5,
  options: [
    ["--replicas <counts>", "replicas asked at the same time: 1,2,4 (default: 1,2,4,8)"],
    ["--queries <n>", "queries for each number of replicas and distribution (default: 500)"],
  ],
  resolve({ replicas = "1,2,4,8", queries = "500" }) {
    const choice = { replicas: wholeNumbers("--replicas", replicas, 1, 64), queries: wholeNumber("--queries", queries, 100, MILLION) };
    return async (settings) => (await import("../../lab/talk/replicas.ts")).replicas(choice, settings);
  },
};

export const SEARCH: ProgramCommand<Options<"queries">> = {
  name: "search",
  what: "search 1.0 to 3.0: serial, parallel, with a limit, with replicas",
  claim: "no locks, no condition variables, no callbacks",
  examples: [["warren search", "all four versions"], ["warren search --unit 1ms --queries 4000", "in the talk's milliseconds"]],
  unitMs: 5,
  options: [["--queries <n>", "queries for each version (default: 600)"]],
  resolve({ queries = "600" }) {
    const choice = { queries: wholeNumber("--queries", queries, 20, MILLION) };
    return async (settings) => (await import("../../lab/talk/search.ts")).search(choice, settings);
  },
};

export const DRIVERS: ProgramCommand<Options<"length">> = {
  name: "drivers",
  what: "mouse, keyboard, display, disk: a task each, or one loop",
  claim: "concurrent, not parallel",
  examples: [["warren drivers", "on one thread"], ["warren drivers --threads 4", "more threads change nothing"]],
  unitMs: 2,
  threads: 1,
  options: [["--length <n>", "units in which events happen, for each structure (default: 1500)"]],
  resolve({ length = "1500" }) {
    // the disk has an event every 200 units: fewer units show nothing of it
    const choice = { length: wholeNumber("--length", length, 200, MILLION) };
    return async (settings) => (await import("../../lab/talk/drivers.ts")).drivers(choice, settings);
  },
};

const SIEVE: ProgramCommand<Options<"primes" | "runs">> = {
  name: "sieve",
  what: "the prime sieve: a chain of filters, by placement and batch",
  claim: "slower on more cores",
  examples: [["warren sieve", "1,000 primes on 1, 2, 4 … threads"], ["warren sieve --primes 3000 --runs 3", "a longer chain, nine times the work"]],
  unitMs: null,
  options: [
    ["--primes <n>", "primes to find, each a task (default: 1000)"],
    ["--runs <n>", "timed runs of each placement and batch (default: 5)"],
  ],
  resolve({ primes = "1000", runs = "5" }) {
    const choice = { primes: wholeNumber("--primes", primes, 1, 20_000), runs: wholeNumber("--runs", runs, 1, MOST_RUNS) };
    return async (settings) => (await import("../../lab/talk/sieve.ts")).sieve(choice, settings);
  },
};

const COUNTS = [1000, 10_000, 100_000] as const;
/** "1.3 million goroutines", which the talk tells of. */
const FULL = 1_300_000;
const MOST_TASKS = 10_000_000;
/** Resident memory that a task takes at most, garbage included. */
const BYTES_PER_TASK = 2400;

const TASKS: ProgramCommand<Options<"count" | "active", "full">> = {
  name: "tasks",
  what: "thousands of tasks: bytes per task, time to start, wake and await them all, compared with Go",
  claim: "1.3 million created, ten thousand active",
  examples: [["warren tasks", "1,000 to 100,000 tasks"], ["warren tasks --full", "1.3 million: about a minute and 3 GB"], ["warren tasks --count 500000 --threads 1", "any number"]],
  unitMs: null,
  options: [
    ["--count <n>", "tasks to start (default: 1000, 10000 and 100000)"],
    ["--active <n>", "tasks awake at a time (default: 10000)"],
    ["--full", "also 1.3 million tasks"],
  ],
  resolve({ count, active = "10000", full = false }) {
    const chosen = count === undefined ? COUNTS : [wholeNumber("--count", count, 1, MOST_TASKS)];
    const counts = full ? [...chosen.filter((number) => number < FULL), FULL, ...chosen.filter((number) => number > FULL)] : chosen;
    requireMemory(count !== undefined && !full ? "--count" : "--full", Math.max(...counts));
    const choice = { counts, active: wholeNumber("--active", active, 1, MOST_TASKS), go: measureGoCrowd };
    return async (settings) => (await import("../../lab/talk/tasks.ts")).tasks(choice, settings);
  },
};

/** Refuses what the memory cannot hold, because otherwise the system kills the process. */
function requireMemory(option: string, count: number): void {
  const [needed, free] = [count * BYTES_PER_TASK, process.availableMemory()];
  const [wanted, there] = [needed, free].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`);
  if (needed > free) throw new UsageError(`${option}: ${count} tasks need about ${wanted} of memory; ${there} are free`);
}

/** Something that is always there: warren's own source. */
const OWN_SOURCE = fileURLToPath(new URL("../../", import.meta.url));

/** The path to it from here. */
export function ownSource(): string {
  return relative(process.cwd(), OWN_SOURCE) || ".";
}

export const SAWZALL: ProgramCommand<Options<"input" | "runs">> = {
  name: "sawzall",
  what: "counts, quantiles and top words of a real file, in chunks and as a pipeline",
  claim: "parallel, not concurrent",
  examples: [["warren sawzall /var/log/syslog", "a file, line by line"], ["warren sawzall ~/notes", "all files of a directory"], ["warren sawzall ~/notes --nodes 3", "on three processes"], ["warren sawzall", "warren's own source"]],
  unitMs: null,
  operands: ["[input]", "a file or a directory"],
  options: [
    ["--input <path>", "the same as an option (default: warren's own source)"],
    ["--runs <n>", "timed runs of each way (default: 3)"],
  ],
  async resolve({ input, runs = "3", operands: [operand] = [] }) {
    if (operand !== undefined && input !== undefined) throw new UsageError(`give the input once: ${JSON.stringify(operand)} or --input, not both`);
    const given = operand ?? input;
    if (given !== undefined) await requireInput(given);
    const choice = { input: given ?? ownSource(), runs: wholeNumber("--runs", runs, 1, MOST_RUNS) };
    return async (settings) => (await import("../../lab/talk/sawzall.ts")).sawzall(choice, settings);
  },
};

/** Refuses what cannot be read, and a directory without a file. */
async function requireInput(path: string): Promise<void> {
  await requireReadable("--input", path);
  if (!(await stat(path)).isDirectory()) return;
  const flaw = await (await import("../../lab/talk/gophers/pile.ts")).emptiness(path);
  if (flaw !== null) throw new UsageError(`--input: ${flaw}`);
}

const PATTERNS: ProgramCommand<Options<never, "full">> = {
  name: "patterns",
  what: "the idioms of the talk and four classics, each with a value that shows that it works",
  claim: "generator, fan-in, timeout, quit …",
  examples: [["warren patterns", "all of them"], ["warren patterns chat-roulette", "one of them"], ["warren patterns ring skynet --full", "five million passes, 1,111,111 tasks"]],
  unitMs: null,
  operands: ["[names...]", "patterns (default: all)"],
  options: [["--full", "the sizes of the literature: ring 5,000,000, skynet six levels"]],
  async resolve({ full = false, operands = [] }) {
    const { listPatterns, patterns } = await import("../../lab/talk/patterns.ts");
    const known = listPatterns().map(({ name }) => name);
    const names = operands.map((operand) => oneOf("patterns", operand, known));
    return (settings) => patterns({ names, full }, settings);
  },
};

export const PROGRAMS: readonly ProgramCommand[] = [BALANCE, REPLICAS, SEARCH, DRIVERS, SIEVE, TASKS, SAWZALL, PATTERNS];
