/**
 * How long two threads take to start: those of a runtime, and two bare Workers that load
 * nothing. Run it from the built package, because TypeScript takes time to strip:
 *
 *     npm run build && node dist/bench/start/main.js [--runs 20] [--json]
 *
 * Each run is a process of its own; the forms run in turn, so that what else the machine
 * does hits both. `import` is the time of `import "warren"`, `start` that of
 * `await start({ threads: 2 })`, or until both Workers have answered.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { textTable } from "../../src/lab/print/text-table.ts";
import { moduleBeside } from "../rivals/program.ts";

interface Run {
  readonly importMs: number;
  readonly startMs: number;
}

type Form = "warren" | "bare";

const FORMS = ["warren", "bare"] as const;

async function measure(form: Form): Promise<Run> {
  const beganMs = performance.now();
  if (form === "bare") {
    const workers = [0, 1].map(() => new Worker(moduleBeside(import.meta.url, "./empty-worker")));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return { importMs: 0, startMs: performance.now() - beganMs };
  }
  const { start } = await import("../../src/index.ts");
  const importedMs = performance.now();
  await start({ threads: 2 });
  return { importMs: importedMs - beganMs, startMs: performance.now() - importedMs };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

const { values } = parseArgs({ options: { form: { type: "string" }, runs: { type: "string", default: "20" }, json: { type: "boolean" } } });
if (values.form === "warren" || values.form === "bare") {
  console.log(JSON.stringify(await measure(values.form)));
  process.exit();
}
const runs: Record<Form, Run[]> = { warren: [], bare: [] };
for (let run = 0; run < Number(values.runs); run++) {
  for (const form of run % 2 === 0 ? FORMS : FORMS.toReversed()) runs[form].push(JSON.parse(execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", fileURLToPath(import.meta.url), "--form", form], { encoding: "utf8" })) as Run);
}
const ratio = median(runs.warren.map(({ startMs }, k) => startMs / (runs.bare[k] as Run).startMs));
const importMs = median(runs.warren.map((run) => run.importMs));
if (values.json) console.log(JSON.stringify({ schema: "warren-bench-start/1", node: process.versions.node, runs, ratio, importMs }, null, 2));
else {
  const row = (form: Form): string[] => [form === "warren" ? "start({ threads: 2 })" : "two bare Workers", ...[median, (all: readonly number[]) => Math.min(...all)].map((of) => of(runs[form].map(({ startMs }) => startMs)).toFixed(0))];
  console.log([`Node ${process.versions.node}, ${values.runs} pairs`, ...textTable([["", "median ms", "least ms"], row("warren"), row("bare")], ["left", "right", "right"]), `ratio of a pair, median: ${ratio.toFixed(2)}; import "warren": ${importMs.toFixed(0)} ms`].join("\n"));
}
