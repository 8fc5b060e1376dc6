/**
 * The benchmarks on more threads than the machine has cores:
 *
 *     node bench/threads.ts [filter] [--threads 1,2,4,8,16] [--quick]
 *
 * A row for each scenario and a column for each number of threads: the median, and how
 * many times the figure on as many threads as there are cores. Each figure comes from a
 * fresh process.
 */
import { parseArgs } from "node:util";
import { textTable } from "../src/lab/print/text-table.ts";
import { crowdConfigurations, measureCase } from "./ours/cases.ts";
import type { Figure } from "./ours/figure.ts";
import { rounded } from "./rivals/scenarios.ts";
import { availableParallelism } from "node:os";

const RUNS = { runs: 5, runMs: 300 };
const QUICK_RUNS = { runs: 3, runMs: 50 };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean" }, threads: { type: "string", default: "1,2,4,8,16" } } });
const counts = values.threads.split(",").map(Number);
const { runs, runMs } = values.quick ? QUICK_RUNS : RUNS;
const head = ["scenario", "form", ...counts.map((threads) => `${threads} threads`)];
const rows: string[][] = [];
for (const [{ scenario, form }, configurations] of crowdConfigurations(positionals.join(" "), counts, runs, runMs)) {
  const figures: (Figure | undefined)[] = [];
  for (const configuration of configurations) {
    process.stderr.write(`${scenario}, ${form}, threads ${configuration.threads}\n`);
    const figure = await measureCase(configuration);
    if (figure.kind === "failed") process.stderr.write(`FAILED: ${figure.reason}\n`);
    figures.push(figure.kind === "figure" ? figure : undefined);
  }
  const base = figures.find((figure) => figure?.threads === availableParallelism())?.value;
  const row = [scenario, form, ...figures.map((figure) => cell(figure, base))];
  rows.push(row);
  process.stderr.write(`${row.join("  ")}\n`);
}
console.log(textTable([head, ...rows], ["left", "left", ...counts.map(() => "right" as const)]).join("\n"));

function cell(figure: Figure | undefined, base: number | undefined): string {
  if (figure === undefined) return "failed";
  return `${rounded(figure.value)} ${figure.unit}${base === undefined ? "" : ` (${(figure.value / base).toFixed(2)})`}`;
}
