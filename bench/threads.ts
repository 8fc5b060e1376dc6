/**
 * The benchmarks on more threads than the machine has cores:
 *
 *     node bench/threads.ts [filter] [--threads 1,2,4,8,16] [--quick]
 *
 * A row for each scenario and a column for each number of threads: the median of the
 * rounds, and how many times the figure on as many threads as there are cores. The
 * protocol is that of `warren bench`.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { textTable } from "../src/lab/print/text-table.ts";
import { tell } from "./outcome.ts";
import { crowdContestants } from "./ours/cases.ts";
import { rounded } from "./rivals/scenarios.ts";
import type { Figure } from "./rounds/figures.ts";
import { expectedMs, measureRounds, printDuration, printStep } from "./rounds/rounds.ts";
import { labelOf } from "./rounds/contestant.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean" }, threads: { type: "string", default: "1,2,4,8,16" } } });
const counts = values.threads.split(",").map(Number);
const [rounds, timeMs] = values.quick ? [3, 50] : [5, 120];
const contestants = crowdContestants(counts).filter(({ subject }) => `${subject.scenario}/${subject.form}`.includes(positionals.join(" ")));
const flaw = counts.every((count) => Number.isInteger(count) && count >= 1) ? (contestants.length === 0 ? `no "scenario/form" contains ${JSON.stringify(positionals.join(" "))}` : null) : `--threads takes numbers of threads, such as 1,2,4, and not ${JSON.stringify(values.threads)}`;
if (flaw !== null) {
  process.stderr.write(`${flaw}\nusage: node bench/threads.ts [filter] [--threads 1,2,4,8,16] [--quick]\n`);
  process.exit(2);
}
tell(`${contestants.length} configurations in ${rounds} rounds: about ${printDuration(expectedMs(contestants, rounds))}`);
const { figures, failures } = await measureRounds(contestants, { rounds, trial: { timeMs, leaves: 1 }, progress: (step) => (step.isFirstOfRound ? tell(printStep(step)) : undefined) });
for (const failure of failures) tell(`FAILED: ${failure.scenario}, ${labelOf(failure)}: ${failure.reason}`);
const forms = new Map(contestants.map(({ subject: { scenario, form } }) => [`${scenario}/${form}`, [scenario, form] as const]));
const table = [["scenario", "form", ...counts.map((threads) => `${threads} threads`)]];
for (const [scenario, form] of forms.values()) {
  const own = figures.filter((figure) => figure.scenario === scenario && figure.form === form);
  const base = own.find(({ threads }) => threads === availableParallelism())?.value;
  table.push([scenario, form, ...counts.map((count) => cell(own.find(({ threads }) => threads === count), base))]);
}
console.log(textTable(table, ["left", "left", ...counts.map(() => "right" as const)]).join("\n"));
if (failures.length > 0) process.exitCode = 1;

function cell(figure: Figure | undefined, base: number | undefined): string {
  if (figure === undefined) return "failed";
  return `${rounded(figure.value)} ${figure.unit}${base === undefined ? "" : ` (${(figure.value / base).toFixed(2)})`}`;
}
