/**
 * The benchmarks: every scenario of rivals/scenarios.ts on warren, on one thread
 * and on two, next to Go, native code and the JavaScript peers on this machine.
 *
 *     node bench/main.ts [filter] [--quick] [--json]
 *
 * `filter` is a part of "scenario/form", such as "stream" or "dot/simd". Figures
 * are claims: each comes from a fresh process, and the machine, the date and all
 * versions are printed above them. Nothing else should run at the same time.
 */
import { parseArgs } from "node:util";
import { nowNs } from "../src/lab/machine/clock.ts";
import { environmentOf, machineLine, readMachine, readState } from "../src/lab/machine/environment.ts";
import { untilInterrupted } from "../src/lab/talk/report.ts";
import { INTERRUPTED, printOutcome, tell, type BenchOptions, type BenchOutcome } from "./outcome.ts";
import type { RivalOutcome } from "./rivals/scenarios.ts";
import { measureRivals } from "./rivals/rivals.ts";
import { configurations, firstForms, measureCase } from "./ours/cases.ts";
import type { Configuration, Failure, Figure } from "./ours/figure.ts";
import { printRows, rowsOf } from "./ours/report.ts";

const USAGE = "usage: node bench/main.ts [filter] [--quick] [--json]";
const SCHEMA = "warren-bench/1";
const THREADS = [1, 2];
const RUNS = { runs: 5, runMs: 300 };
const QUICK_RUNS = { runs: 3, runMs: 50 };

/**
 * Measures. `filter` is a part of "scenario/form". A case or rival that fails is a line of the report.
 *
 * @throws RangeError when no case contains the filter
 */
export async function runBench({ filter = "", json = false, quick = false, progress = tell, signal }: BenchOptions = {}): Promise<BenchOutcome> {
  const { runs, runMs } = quick ? QUICK_RUNS : RUNS;
  const cases = configurations(filter, THREADS, runs, runMs);
  if (cases.length === 0) throw new RangeError(`no "scenario/form" contains ${JSON.stringify(filter)}`);
  const machine = readMachine();
  const before = readState(nowNs());

  // Scenario by scenario, rivals and warren one after the other: what else the machine does changes over time.
  const rivals: RivalOutcome[] = [];
  const figures: (Figure | Failure)[] = [];
  for (const scenario of untilInterrupted(scenariosOf(cases), signal)) {
    for await (const outcome of measureRivals({ runs, runMs, threads: THREADS, wanted: (_, name) => name === scenario })) {
      if (signal?.aborted === true) break;
      progress(`${outcome.rival} ${outcome.scenario ?? ""}`);
      if (!isKnown(outcome, rivals)) rivals.push(outcome);
    }
    for (const configuration of untilInterrupted(cases.filter((one) => one.scenario === scenario), signal)) {
      progress(`warren ${scenario}, ${configuration.form}, threads ${configuration.threads}`);
      const figure = await measureCase(configuration, signal);
      if (signal?.aborted !== true) figures.push(figure);
    }
  }

  const env = environmentOf(machine, before, readState(nowNs()), Math.max(...THREADS));
  const rows = rowsOf(figures, rivals, firstForms());
  const failures = figures.filter((figure) => figure.kind === "failed");
  const date = new Date().toISOString();
  const interrupted = signal?.aborted === true;
  const failed = failures.length > 0 || rivals.some(({ kind }) => kind === "failed");
  if (interrupted && figures.length === 0) return { text: null, failed };
  if (json) return { text: JSON.stringify({ schema: SCHEMA, date, env, config: { filter, runs, runMs, threads: THREADS }, interrupted, rows, failures, rivals }, null, 2), failed };
  const text = [...(interrupted ? [INTERRUPTED] : []), `${date.slice(0, 10)} · ${machineLine(env)}`, versionLine(rivals), ...env.warnings.map((warning) => `warning: ${warning}`), printRows(rows, failures, rivals)].join("\n");
  return { text, failed };
}

/** The scenarios of the cases, and those that their targets are compared with. */
function scenariosOf(cases: readonly Configuration[]): Set<string> {
  const scenarios = new Set(cases.map(({ scenario }) => scenario));
  return scenarios.has("stream-batch") ? new Set([...scenarios, "stream"]) : scenarios;
}

/** A missing rival is reported for each scenario: once is enough. */
function isKnown(outcome: RivalOutcome, rivals: readonly RivalOutcome[]): boolean {
  return outcome.kind === "skipped" && rivals.some((known) => known.kind === "skipped" && known.rival === outcome.rival && known.reason === outcome.reason);
}

/** The rivals that were measured, with versions: "against go 1.19.8, piscina 5.3.2". */
function versionLine(rivals: readonly RivalOutcome[]): string {
  const names = new Set(rivals.flatMap((outcome) => (outcome.kind === "result" ? [`${outcome.rival} ${outcome.version}`] : [])));
  return names.size === 0 ? "no rival could be measured" : `against ${[...names].join(", ")}`;
}

if (import.meta.main) {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" }, quick: { type: "boolean" } } });
    printOutcome(await runBench({ filter: positionals.join(" "), ...values }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof RangeError) && !`${code}`.startsWith("ERR_PARSE_ARGS")) throw error;
    process.stderr.write(`${message}\n${USAGE}\n`);
    process.exitCode = 2;
  }
}
