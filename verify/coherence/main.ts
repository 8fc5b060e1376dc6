/**
 * Simulates the coherence traffic of the workloads on 1 … 64 virtual threads and prints
 * tables; docs/performance.md explains them.
 *
 *   node --disable-warning=ExperimentalWarning verify/coherence/main.ts
 *
 *   --only <text>      workloads whose name contains it
 *   --threads <list>   numbers of threads
 *   --capacity <n>     of the channels
 *   --operations <n>   of each thread
 *   --seed <n>         of the chance in the order of steps
 *   --words            also the words with the most misses, and lines with false sharing
 *   --seeded           with a seeded defect: a counter that every operation writes
 *   --json             a JSON object a line
 */
import { parseArgs } from "node:util";
import type { Owner } from "./names.ts";
import { type NamedCount, type Outcome, Simulation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    threads: { type: "string", default: "1,2,4,8,16,32,64" },
    capacity: { type: "string", default: "128" },
    operations: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    words: { type: "boolean", default: false },
    seeded: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const OWNERS: readonly Owner[] = ["channel", "record", "thread", "runtime"];
/** Words with fewer misses are left out of tables. */
const LEAST = 0.005;

const figure = (value: number): string => (value === 0 ? "0" : value < 0.01 ? "<0.01" : value.toFixed(2));
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(" | ")} |`);

function head(...cells: string[]): void {
  row(cells);
  row(cells.map(() => "---"));
}

function sum(words: readonly NamedCount[], of: (word: NamedCount) => number): number {
  return words.reduce((total, word) => total + of(word), 0);
}

const missesOf = ({ readMisses, transfers }: NamedCount): number => readMisses + transfers;

/** Who shares a word. */
function sharedBy({ owner, writers }: NamedCount): string {
  if (owner === "runtime") return "all threads";
  if (writers === 0) return "only read here; its line is written";
  if (owner === "record") return "those that pass the record on";
  if (owner === "channel") return writers > 2 ? "all users of a channel" : "the two sides of a channel";
  return writers < 2 ? "one thread writes, others read" : "a thread and those that place or end something there";
}

function printWords({ workload, threads, words, sharedLines }: Outcome): void {
  console.log(`\n${workload}, ${threads} threads:\n`);
  head("word", "shared by", "writes", "read misses", "transfers", "false misses", "writers", "writes by a typical thread", "in");
  for (const word of words.filter((each) => missesOf(each) >= LEAST)) {
    row([word.name, sharedBy(word), figure(word.writes), figure(word.readMisses), figure(word.transfers), figure(word.falseMisses), `${word.writers}`, figure(word.typical), word.within.join(", ")]);
  }
  for (const line of sharedLines.filter(({ falseMisses }) => falseMisses >= LEAST)) console.log(`\nFalse misses ${figure(line.falseMisses)} on a line with ${line.words.join(", ")}`);
}

const simulation = await Simulation.load(values.seeded);
for (const workload of simulation.workloads) {
  if (!workload.name.includes(values.only)) continue;
  const outcomes = values.threads.split(",").map((threads) => simulation.run(workload, Number(threads), { capacity: Number(values.capacity), operations: Number(values.operations), seed: Number(values.seed) }));
  if (values.json) {
    for (const outcome of outcomes) console.log(JSON.stringify(outcome));
    continue;
  }
  console.log(`\n## ${workload.name}\n`);
  head("threads", "misses", "channel", "records", "threads", "runtime", "false misses", "ns");
  for (const { threads, misses, words, ns } of outcomes) {
    const shares = OWNERS.map((owner) => sum(words.filter((word) => word.owner === owner), missesOf));
    row([`${threads}`, ...[misses, ...shares, sum(words, ({ falseMisses }) => falseMisses)].map(figure), ns.toFixed(0)]);
  }
  if (values.words) for (const outcome of outcomes) printWords(outcome);
}
