/**
 * Thousands of tasks: how many bytes a waiting task takes, and how long it takes to
 * start, wake and join all of them. If Go is installed, the same is measured there
 * with as many goroutines. A crowd is a number of tasks that wait at the same time;
 * each crowd is measured in a process of its own.
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { daisyChain, type CrowdConfig, type CrowdResult } from "../../../workers/tasks.ts";
import { start } from "../../index.ts";
import { atMost, check, nothingComplete, statistic, untilInterrupted, type Finding, type ProgramOutcome, type ProgramSettings, type Series } from "./report.ts";
import { runProgram } from "../machine/other-programs.ts";

/** The same crowd in Go, or the reason why it was not measured. */
export type RivalCrowd = (CrowdResult & { readonly kind: "measured"; readonly version: string }) | { readonly kind: "skipped"; readonly reason: string };

/** What the command chooses. */
export interface TasksChoice {
  readonly counts: readonly number[];
  readonly active: number;
  /** Runs the same crowd in Go. */
  readonly go: (count: number, active: number, threads: number) => Promise<RivalCrowd>;
}

/** The same crowd in warren and in Go. */
interface Pair {
  readonly own: CrowdResult;
  readonly go: RivalCrowd;
}

const CHAIN = 10_000;
/** Bytes that a goroutine takes, measured with Go 1.19 on linux/amd64. Used if Go is not installed. */
const GOROUTINE_BYTES = 2600;
const CROWD_PROCESS = fileURLToPath(new URL(`./crowd-process${extname(import.meta.url)}`, import.meta.url));
/** A garbage collection of a large heap stops a thread for more than 100 ms. No task causes this, so the warning about blocked threads is off. */
const FLAGS = ["--expose-gc", "--disable-warning=WARREN_STUCK_TASK"] as const;

/** Measures the crowds. */
export async function tasks({ counts, active, go }: TasksChoice, settings: ProgramSettings): Promise<ProgramOutcome> {
  const { threads, progress, signal } = settings;
  const pairs: Pair[] = [];
  for (const count of untilInterrupted(counts, signal)) {
    progress(`${count.toLocaleString("en-US")} tasks`);
    const config: Required<CrowdConfig> = { count, active, threads };
    try {
      const printed = await runProgram(process.execPath, [...FLAGS, CROWD_PROCESS, JSON.stringify(config)], { deadlineMs: 0, signal });
      pairs.push({ own: JSON.parse(printed) as CrowdResult, go: await go(count, active, threads) });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }
  const largest = pairs.at(-1);
  if (largest === undefined) return nothingComplete({ active });
  return {
    config: { active },
    findings: [...pairs.flatMap(findingsOf), ...(signal?.aborted === true ? [] : [await chainFinding(settings)])],
    series: [seriesOf(pairs)],
    notes: [
      `Memory: bytes a waiting task, less what the process had before. Of warren, the threads' heaps after full collections; of Go, what its runtime took from the system. RSS: resident memory of the process, garbage and all.`,
      `Times are per task, from a single one that starts, wakes and joins all: to start is until all wait, to wake until all have answered and wait again (${active.toLocaleString("en-US")} at a time), to join until all have said goodbye.`,
      ...(largest.go.kind === "skipped" ? [`Go: skipped: ${largest.go.reason}`] : []),
    ],
    conclusion: conclusion(largest),
  };
}

async function chainFinding({ threads, progress, trace }: ProgramSettings): Promise<Finding> {
  progress(`a chain of ${CHAIN.toLocaleString("en-US")} tasks`);
  await using runtime = await start({ threads, cores: threads });
  await using _trace = await trace?.(runtime);
  return check("what comes out", { part: "a daisy chain of 10,000 tasks", expected: CHAIN + 1, measured: await runtime.spawn(daisyChain, CHAIN) });
}

function findingsOf({ own, go }: Pair): Finding[] {
  const part = `${own.count.toLocaleString("en-US")} tasks`;
  const measured = go.kind === "measured";
  const found = [check("woken exactly once each", { part, expected: own.count, measured: own.touchedOnce })];
  // in a small crowd the runtime itself grows by more than its tasks take
  if (own.heapBytes === null || own.count < 10_000) return found;
  const source = measured ? `a goroutine of Go ${go.version} here` : "a goroutine takes 2.6 kB";
  found.push(statistic("heap, bytes a task", { part, expected: atMost(measured ? Math.round(go.heapBytes ?? go.residentBytes) : GOROUTINE_BYTES), measured: Math.round(own.heapBytes), source }));
  return found;
}

function seriesOf(pairs: readonly Pair[]): Series {
  return {
    title: "A task",
    columns: ["", "memory, B", "RSS, B", "start, µs", "wake, µs", "join, µs", "all of them, s"],
    rows: pairs.flatMap(({ own, go }) => [row("tasks", own), ...(go.kind === "measured" ? [row("goroutines", go)] : [[`${own.count.toLocaleString("en-US")} goroutines`, "skipped"]])]),
  };
}

function row(name: string, crowd: CrowdResult): (string | number)[] {
  const { spawnNs, touchNs, joinNs, heapBytes, residentBytes, count } = crowd;
  return [
    `${count.toLocaleString("en-US")} ${name}`, heapBytes === null ? "?" : Math.round(heapBytes), Math.round(residentBytes),
    spawnNs / 1e3 / count, touchNs / 1e3 / count, joinNs / 1e3 / count, secondsOf(crowd),
  ];
}

function secondsOf({ spawnNs, touchNs, joinNs }: CrowdResult): number {
  return (spawnNs + touchNs + joinNs) / 1e9;
}

function conclusion({ own, go }: Pair): string {
  const bytes = own.heapBytes === null ? "" : ` A task that waits takes ${Math.round(own.heapBytes).toLocaleString("en-US")} bytes`;
  const beside = go.kind === "measured" && go.heapBytes !== null ? `, a goroutine ${Math.round(go.heapBytes).toLocaleString("en-US")}` : "";
  const time = go.kind === "measured" ? `; Go is ${(secondsOf(own) / secondsOf(go)).toFixed(1)} times as fast` : "";
  return `${own.count.toLocaleString("en-US")} tasks were started, woken and joined in ${secondsOf(own).toFixed(1)} s${time}.${bytes}${beside}${bytes === "" ? "" : "."}`;
}
