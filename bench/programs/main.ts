/**
 * Real programs as a benchmark: each on warren with 1, 2 and 4 threads, as plain Node,
 * on Piscina, on bare Workers that split the work by hand, and in Go.
 *
 *     node bench/programs/main.ts [filter] [--threads 1,2,4] [--quick] [--json]
 *
 * Every run is a process of its own. The forms of a program run one after the other,
 * round after round, so that what else the machine does hits all of them. `whole` is the
 * time from the start of the process to its end; `work` begins when the runtime, the
 * pool or the Workers are ready; `CPU` is the time of all threads. All forms must give
 * the same result (but gzip in Go, which compresses otherwise).
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nowNs } from "../../src/lab/machine/clock.ts";
import { environmentOf, machineLine, readMachine, readState } from "../../src/lab/machine/environment.ts";
import { textTable } from "../../src/lab/print/text-table.ts";
import { untilInterrupted } from "../../src/lab/talk/report.ts";
import { INTERRUPTED, printOutcome, tell, type BenchOptions, type BenchOutcome } from "../outcome.ts";
import { build, findProgram, installedVersion, moduleBeside } from "../rivals/program.ts";
import type { Order, Run } from "./child.ts";
import { PROGRAMS, makeInput } from "./input.ts";
import type { Input } from "./work.ts";

/** What to measure. `filter` is a part of a program's name; `quick`: smaller inputs, one round. */
export interface ProgramsBenchOptions extends BenchOptions {
  /** Numbers of threads of warren. */
  readonly threads?: readonly number[] | undefined;
}

interface Form {
  readonly form: Order["form"] | "go";
  readonly threads: number;
}

/** The runs of one program in one form. */
interface Row extends Form {
  readonly program: string;
  /** Medians, in milliseconds. */
  readonly wholeMs: number;
  readonly workMs: number;
  readonly cpuMs: number;
  readonly runs: number;
}

const ROUNDS = 3;
const THREADS = [1, 2, 4];
const RIVAL_THREADS = 2;
/** Programs that Piscina and bare Workers would need another design for. */
const STREAMS = /^pipeline/;

/**
 * Measures. A program that fails, or gives another result than plain Node, is a fault of the outcome.
 *
 * @throws RangeError when no program's name contains the filter
 */
export async function runProgramsBench({ filter = "", json = false, quick = false, threads = THREADS, progress = tell, signal }: ProgramsBenchOptions = {}): Promise<BenchOutcome> {
  const programs = PROGRAMS.filter((name) => name.includes(filter));
  if (programs.length === 0) throw new RangeError(`no program's name contains ${JSON.stringify(filter)}. There are ${PROGRAMS.join(", ")}`);
  const machine = readMachine();
  const before = readState(nowNs());
  const go = await buildGo();
  const piscina = await installedVersion("piscina", import.meta.url);
  const others = { go: go !== null, piscina: piscina !== undefined };
  const rows: Row[] = [];
  const faults: string[] = [];
  for (const program of untilInterrupted(programs, signal)) {
    progress(`${program}: input`);
    const input = makeInput(program, quick);
    rows.push(...(await measureProgram(program, input, formsOf(program, threads, others), { go, rounds: quick ? 1 : ROUNDS, faults, progress, signal })));
  }
  const env = environmentOf(machine, before, readState(nowNs()), RIVAL_THREADS);
  const versions = `warren on Node ${process.versions.node}, ${piscina === undefined ? "piscina is not installed (npm install piscina)" : `piscina ${piscina}`}${go === null ? "; Go is not installed (Debian: apt-get install golang-go)" : ""}`;
  const interrupted = signal?.aborted === true;
  const failed = faults.length > 0;
  if (interrupted && rows.length === 0) return { text: null, failed };
  if (json) return { text: JSON.stringify({ schema: "warren-bench-programs/1", date: new Date().toISOString(), interrupted, env, rows, faults }, null, 2), failed };
  const text = [...(interrupted ? [INTERRUPTED] : []), `${new Date().toISOString().slice(0, 10)} · ${machineLine(env)}`, versions, ...env.warnings.map((warning) => `warning: ${warning}`), "", tableOf(rows), ...faults.map((fault) => `fault: ${fault}`)].join("\n");
  return { text, failed };
}

/** What the measuring of all programs shares. */
interface Measuring extends Pick<BenchOptions, "signal"> {
  readonly progress: (text: string) => void;
  /** The path of the Go program, where there is one. */
  readonly go: string | null;
  readonly rounds: number;
  readonly faults: string[];
}

function formsOf(program: string, threadCounts: readonly number[], others: { readonly go: boolean; readonly piscina: boolean }): Form[] {
  const forms: Form[] = [{ form: "plain", threads: 1 }, ...threadCounts.map((threads) => ({ form: "warren" as const, threads }))];
  if (!STREAMS.test(program)) {
    if (others.piscina) forms.push({ form: "piscina", threads: RIVAL_THREADS });
    forms.push({ form: "workers", threads: RIVAL_THREADS });
  }
  if (others.go) forms.push({ form: "go", threads: 1 }, { form: "go", threads: RIVAL_THREADS });
  return forms;
}

async function measureProgram(program: string, input: Input, forms: readonly Form[], { go, rounds, faults, progress, signal }: Measuring): Promise<Row[]> {
  const measured = forms.map(() => [] as (Run & { readonly wholeMs: number })[]);
  let expected: string | undefined;
  for (let round = 0; round < rounds; round++) {
    for (const [k, form] of untilInterrupted(forms.entries(), signal)) {
      progress(`${program}: ${labelOf(form)}, round ${round + 1} of ${rounds}`);
      try {
        const run = await runOnce(program, form, input, { go, signal });
        expected ??= run.result;
        const isComparable = form.form !== "go" || program !== "gzip";
        if (isComparable && run.result !== expected) faults.push(`${program}, ${labelOf(form)}: ${run.result}, and plain Node ${expected}`);
        measured[k]?.push(run);
      } catch (error) {
        if (signal?.aborted === true) break;
        faults.push(`${program}, ${labelOf(form)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return forms.flatMap((form, k) => {
    const runs = measured[k] ?? [];
    if (runs.length === 0) return [];
    const middle = (of: "wholeMs" | "workMs" | "cpuMs"): number => runs.map((run) => run[of]).toSorted((a, b) => a - b)[runs.length >> 1] as number;
    return [{ ...form, program, wholeMs: middle("wholeMs"), workMs: middle("workMs"), cpuMs: middle("cpuMs"), runs: runs.length }];
  });
}

async function runOnce(program: string, { form, threads }: Form, input: Input, { go, signal }: Pick<Measuring, "go" | "signal">): Promise<Run & { readonly wholeMs: number }> {
  const order = JSON.stringify({ program, form, threads, input });
  const child = fileURLToPath(moduleBeside(import.meta.url, "./child"));
  const beganMs = performance.now();
  const { printed, code } = form === "go" ? await runWith(go as string, [], order, signal) : await runWith(process.execPath, ["--disable-warning=ExperimentalWarning", child], order, signal);
  const wholeMs = performance.now() - beganMs;
  if (code !== 0) throw new Error(`it ended with ${code}`);
  return { ...(JSON.parse(printed.trim().split("\n").at(-1) as string) as Run), wholeMs };
}

/** Runs a program that reads `text`, until `signal` aborts. Its errors go to standard error. */
function runWith(path: string, args: readonly string[], text: string, signal: AbortSignal | undefined): Promise<{ printed: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"], signal, killSignal: "SIGKILL" });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ printed, code }));
    child.stdin.end(text);
  });
}

function labelOf({ form, threads }: Form): string {
  const names = { plain: "plain Node", warren: "warren", piscina: "piscina", workers: "bare Workers", go: "Go" };
  return form === "plain" ? names.plain : `${names[form]}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** Times in seconds, with the whole time as a ratio: how many times faster than plain Node. */
function tableOf(rows: readonly Row[]): string {
  const table = [["program", "form", "whole s", "work s", "CPU s", "× plain, whole", "× plain, work"]];
  for (const row of rows) {
    const plain = rows.find(({ program, form }) => program === row.program && form === "plain");
    const ratio = (of: "wholeMs" | "workMs"): string => (plain === undefined ? "–" : (plain[of] / row[of]).toFixed(2));
    table.push([row.form === "plain" ? row.program : "", labelOf(row), seconds(row.wholeMs), seconds(row.workMs), seconds(row.cpuMs), ratio("wholeMs"), ratio("workMs")]);
  }
  const note = `Threads beyond the ${availableParallelism()} processors of this machine are a reserve.`;
  return [...textTable(table, ["left", "left", "right", "right", "right", "right", "right"]), note].join("\n");
}

/** The path of the built Go program; `null` where there is no Go. */
async function buildGo(): Promise<string | null> {
  const compiler = findProgram("go", "WARREN_GO");
  if (compiler === null) return null;
  const folder = fileURLToPath(new URL("./go/", import.meta.url));
  return build({ compiler, versionFlag: "version", sources: ["go.mod", "main.go"].map((name) => `${folder}${name}`), folder, arguments: (output) => ["build", "-o", output, "."] });
}

if (import.meta.main) {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" }, quick: { type: "boolean" }, threads: { type: "string", default: THREADS.join() } } });
    const threads = values.threads.split(",").map(Number);
    if (!threads.every((count) => Number.isInteger(count) && count >= 1)) throw new RangeError(`--threads takes numbers of threads, such as 1,2,4, and not ${JSON.stringify(values.threads)}`);
    printOutcome(await runProgramsBench({ filter: positionals.join(" "), json: values.json, quick: values.quick, threads }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof RangeError) && !`${code}`.startsWith("ERR_PARSE_ARGS")) throw error;
    process.stderr.write(`${message}\nusage: node bench/programs/main.ts [filter] [--threads 1,2,4] [--quick] [--json]\n`);
    process.exitCode = 2;
  }
}
