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
import type { Contestant, Measured, Trial } from "../rounds/contestant.ts";
import { build, findProgram } from "./program.ts";
import type { Rivals, Wanted } from "./rival.ts";
import { SCENARIOS, unitOf, type ScenarioName } from "./scenarios.ts";

const RIVAL = "go";
/** Shown in place of the figures where there is no Go. */
const GO_MISSING = "go is not installed (Debian: apt-get install golang-go)";

/** About how long a process takes, in milliseconds, on one thread and on two. */
const ABOUT_MS: Readonly<Partial<Record<ScenarioName, readonly [one: number, two: number]>>> = { parked: [500, 400], sieve: [100, 70], skynet: [1000, 600], files: [1000, 600], dot: [500, 400] };
const USUAL_MS = [300, 300] as const;

/** Go in every wanted scenario; Go is `go` on PATH, or what WARREN_GO names. The program is built if it has changed. */
export async function findGo(wanted: Wanted, threadCounts: readonly number[]): Promise<Rivals> {
  const subjects = SCENARIOS.flatMap((scenario) => threadCounts.map((threads) => ({ scenario, side: RIVAL, form: "", threads }))).filter(wanted);
  const [first] = subjects;
  if (first === undefined) return { contestants: [], skipped: [], failures: [] };
  try {
    const program = await buildGo();
    if (program === null) return { contestants: [], skipped: [{ side: RIVAL, reason: GO_MISSING }], failures: [] };
    const version = (await runProgram(program, ["-version"])).trim().replace(/^go/, "");
    const contestants = subjects.map((subject): Contestant => ({
      subject: { ...subject, version, ...(subject.threads > availableParallelism() && { note: "more threads than cores" }) },
      aboutMs: (ABOUT_MS[subject.scenario] ?? USUAL_MS)[subject.threads === 1 ? 0 : 1],
      measure: (trial, signal) => runGo(program, subject.scenario, subject.threads, trial, signal),
    }));
    return { contestants, skipped: [], failures: [] };
  } catch (error) {
    return { contestants: [], skipped: [], failures: [{ ...first, version: "", reason: error instanceof Error ? error.message : String(error) }] };
  }
}

/** The path of the built program; `null` where there is no Go. */
async function buildGo(): Promise<string | null> {
  const compiler = findProgram("go", "WARREN_GO");
  if (compiler === null) return null;
  const folder = fileURLToPath(new URL("./go/", import.meta.url));
  const sources = ["go.mod", "main.go", "scenarios.go", "chains.go", "files.go", "crowd.go"].map((name) => `${folder}${name}`);
  return build({ compiler, versionFlag: "version", sources, folder, arguments: (output) => ["build", "-o", output, "."] });
}

async function runGo(program: string, scenario: ScenarioName, threads: number, { timeMs, leaves, pile }: Trial, signal: AbortSignal | undefined): Promise<Measured> {
  const flags = { scenario, procs: threads, ms: timeMs, leaves, ...(pile !== undefined && { folder: pile.folder, warm: pile.warm, timed: pile.timed, digest: pile.digest }) };
  const printed = await runProgram(program, Object.entries(flags).flatMap(([name, value]) => [`-${name}`, `${value}`]), { signal });
  const { unit, value } = JSON.parse(printed) as { unit: string; value: number };
  // declared twice, in two languages
  if (unit !== unitOf(scenario)) throw new Error(`the Go program measures ${scenario} in ${unit}, not in ${unitOf(scenario)}`);
  return { value };
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
