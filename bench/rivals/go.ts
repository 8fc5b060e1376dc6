/**
 * Go as a rival: builds the program in go/ once and runs it, one process for
 * each scenario and number of threads. The program is also that of workers/tasks.ts in
 * Go: a crowd of goroutines that is started, woken and let go.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import type { RivalCrowd } from "../../src/lab/talk/tasks.ts";
import type { CrowdResult } from "../../workers/tasks.ts";
import { failureOf, isScenarioName, resultOf, SCENARIOS, type RivalOptions, type RivalOutcome, type RivalResult, type ScenarioName } from "./scenarios.ts";
import { build, findProgram } from "./program.ts";

const RIVAL = "go";
/** Shown in place of the figures where there is no Go. */
const GO_MISSING = "go is not installed (Debian: apt-get install golang-go)";

/** Measures Go in every wanted scenario; Go is `go` on PATH, or what WARREN_GO names. */
export async function* measureGo(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const scenarios = SCENARIOS.map(({ name }) => name).filter((name) => options.wanted(RIVAL, name));
  const [first] = scenarios;
  if (first === undefined) return;
  const program = await buildGo().catch((error: unknown) => failureOf(RIVAL, first, error));
  if (typeof program !== "string") yield program ?? { kind: "skipped", rival: RIVAL, reason: GO_MISSING };
  else for (const scenario of scenarios) for (const threads of options.threads) yield await runGo(program, scenario, threads, options);
}

/** The path of the built program; `null` where there is no Go. */
async function buildGo(): Promise<string | null> {
  const compiler = findProgram("go", "WARREN_GO");
  if (compiler === null) return null;
  const folder = fileURLToPath(new URL("./go/", import.meta.url));
  const sources = ["go.mod", "main.go", "scenarios.go", "crowd.go"].map((name) => `${folder}${name}`);
  return build({ compiler, versionFlag: "version", sources, folder, arguments: (output) => ["build", "-o", output, "."] });
}

async function runGo(program: string, scenario: ScenarioName, threads: number, { runs, runMs }: RivalOptions): Promise<RivalOutcome> {
  const flags = { scenario, procs: threads, runs, ms: runMs };
  try {
    const printed = await runProgram(program, Object.entries(flags).flatMap(([name, value]) => [`-${name}`, `${value}`]));
    return parseLine(printed.trim());
  } catch (error) {
    return failureOf(RIVAL, scenario, error);
  }
}

/** One line that the Go program printed, checked: its format is declared twice, in two languages. */
function parseLine(line: string): RivalResult {
  const { scenario, threads, unit, runs, version } = JSON.parse(line) as Record<string, unknown>;
  const numbers = Array.isArray(runs) && runs.length > 0 && runs.every((run) => typeof run === "number");
  if (!isScenarioName(scenario) || typeof threads !== "number" || typeof version !== "string" || !numbers) {
    throw new Error(`the Go program printed what is not a result: ${line}`);
  }
  const note = threads > availableParallelism() ? "more threads than processors" : undefined;
  const result = resultOf({ rival: RIVAL, version: version.replace(/^go/, ""), scenario, threads, ...(note && { note }) }, runs as number[]);
  if (result.unit !== unit) throw new Error(`the Go program measures ${scenario} in ${String(unit)}, not in ${result.unit}`);
  return result;
}

/** What of `CrowdResult` Go prints, too; its heap is what its runtime took from the system. */
const FIGURES = ["count", "spawnNs", "touchNs", "joinNs", "touchedOnce", "heapBytes", "residentBytes"] as const;

/** Runs Go's crowd in a process of its own; says why not where there is no Go. */
export async function measureGoCrowd(count: number, active: number, threads: number): Promise<RivalCrowd> {
  const program = await buildGo();
  if (program === null) return { kind: "skipped", reason: GO_MISSING };
  const line = await runProgram(program, ["-crowd", `${count}`, "-active", `${active}`, "-procs", `${threads}`]);
  const found = JSON.parse(line) as Record<string, unknown>;
  if (FIGURES.some((name) => typeof found[name] !== "number") || typeof found["version"] !== "string") throw new Error(`the Go program printed what is not a crowd: ${line.trim()}`);
  return { kind: "measured", ...(found as unknown as CrowdResult), version: found["version"].replace(/^go/, "") };
}
