/**
 * `node verify/coherence/main.ts`: simulates the coherence traffic of the workloads on
 * 1 … 64 virtual threads and prints tables: docs/performance.md explains them.
 *
 *   --only <text>      workloads whose name contains it
 *   --threads <list>   numbers of threads
 *   --capacity <n>     of the channels
 *   --operations <n>   of each thread
 *   --seed <n>         of the chance in the order of steps
 *   --words            the words with the most misses at each number of threads
 */
import { parseArgs } from "node:util";
import { type Outcome, simulate, workloads } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    threads: { type: "string", default: "1,2,4,8,16,32,64" },
    capacity: { type: "string", default: "128" },
    operations: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    words: { type: "boolean", default: false },
  },
});

const figure = (value: number): string => (value === 0 ? "0" : value < 0.01 ? value.toExponential(0) : value.toFixed(2));
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(" | ")} |`);
function head(...cells: string[]): void {
  row(cells);
  row(cells.map(() => "---"));
}

function sum(outcome: Outcome, owner?: string): number {
  return outcome.words.filter((word) => owner === undefined || word.owner === owner).reduce((total, { readMisses, transfers }) => total + readMisses + transfers, 0);
}

function printWords({ workload, threads, words, sharedLines }: Outcome): void {
  console.log(`\n${workload}, ${threads} threads:\n`);
  head("word", "instances", "writes", "read misses", "transfers", "of both, false", "most writes of one", "its writers", "by others", "in");
  for (const word of words.filter(({ readMisses, transfers }) => readMisses + transfers > 0.002).slice(0, 30)) {
    row([word.name, `${word.instances}`, ...[word.writes, word.readMisses, word.transfers, word.falseMisses, word.mostWrites].map(figure), `${word.writers}`, figure(word.others), word.within.join(", ")]);
  }
  for (const { words: on, falseMisses } of sharedLines.slice(0, 8)) console.log(`false sharing ${figure(falseMisses)}: ${on.join(", ")}`);
}

for (const workload of await workloads()) {
  if (!workload.name.includes(values.only)) continue;
  const outcomes: Outcome[] = [];
  for (const threads of values.threads.split(",").map(Number)) outcomes.push(await simulate(workload, threads, { capacity: Number(values.capacity), operations: Number(values.operations), seed: Number(values.seed) }));
  console.log(`\n## ${workload.name}\n`);
  head("threads", "operations", "ns", "misses an operation", "channel", "records", "threads' own", "runtime", "false");
  for (const outcome of outcomes) {
    const isFalse = outcome.words.reduce((total, { falseMisses }) => total + falseMisses, 0);
    row([`${outcome.threads}`, `${outcome.operations}`, outcome.ns.toFixed(0), figure(sum(outcome)), ...["channel", "record", "thread", "runtime"].map((owner) => figure(sum(outcome, owner))), figure(isFalse)]);
  }
  if (values.words) for (const outcome of outcomes) printWords(outcome);
}
