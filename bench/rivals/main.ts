/**
 * Measures warren's rivals on this machine:
 *
 *     node bench/rivals/main.ts [filter] [--runs 5] [--ms 300] [--threads 1,2] [--json]
 *
 * `filter` is a part of "rival/scenario", such as "go/", "stream" or "dot".
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { textTable } from "../../src/lab/print/text-table.ts";
import { rounded, SCENARIOS, type RivalOutcome, type RivalResult } from "./scenarios.ts";
import { measureRivals } from "./rivals.ts";

const USAGE = "usage: main.ts [filter] [--runs n] [--ms milliseconds] [--threads n,n] [--json]";

/** A command line that cannot be obeyed. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const processors = availableParallelism();
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      ms: { type: "string", default: "300" },
      threads: { type: "string", default: processors === 1 ? "1" : `1,${processors}` },
    },
  });
  if (positionals.length > 1) throw new UsageError(`one filter at most, not ${positionals.join(" ")}`);
  const [filter = ""] = positionals;
  const outcomes: RivalOutcome[] = [];
  const measured = measureRivals({
    runs: wholeNumber("--runs", values.runs),
    runMs: wholeNumber("--ms", values.ms),
    threads: values.threads.split(",").map((text) => wholeNumber("--threads", text)),
    wanted: (rival, scenario) => `${rival}/${scenario}`.includes(filter),
  });
  for await (const outcome of measured) {
    outcomes.push(outcome);
    process.stderr.write(`${outcome.rival} ${outcome.scenario ?? ""} ${outcome.kind}\n`);
  }
  if (outcomes.length === 0) throw new UsageError(`no "rival/scenario" contains ${JSON.stringify(filter)}`);
  console.log(values.json ? JSON.stringify(outcomes, null, 2) : tableOf(outcomes));
  if (outcomes.some(({ kind }) => kind === "failed")) process.exitCode = 1;
}

/** The outcomes by scenario, best first, then those that have no figure. */
function tableOf(outcomes: readonly RivalOutcome[]): string {
  const table = [["scenario", "rival", "threads", "median", "range", "unit", "note"]];
  for (const scenario of SCENARIOS) {
    const results = outcomes.filter((outcome): outcome is RivalResult => outcome.kind === "result" && outcome.scenario === scenario.name);
    results.sort((a, b) => (scenario.smallerIsBetter ? a.value - b.value : b.value - a.value));
    for (const result of results) table.push(rowOf(result));
  }
  for (const outcome of outcomes) {
    if (outcome.kind !== "result") table.push([outcome.scenario ?? "all", outcome.rival, "", "", "", "", `${outcome.kind}: ${outcome.reason}`]);
  }
  return textTable(table, ["left", "left", "right", "right", "right", "left", "left"]).join("\n");
}

function rowOf({ scenario, rival, version, threads, value, runs, unit, note }: RivalResult): string[] {
  const range = `${rounded(Math.min(...runs))}–${rounded(Math.max(...runs))}`;
  return [scenario, `${rival} ${version}`, `${threads}`, rounded(value), range, unit, note ?? ""];
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`${name} takes whole numbers from 1, not ${JSON.stringify(text)}`);
  return value;
}

try {
  await main();
} catch (error) {
  const code = (error as { code?: unknown }).code;
  if (!(error instanceof UsageError) && !`${String(code)}`.startsWith("ERR_PARSE_ARGS")) throw error;
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
