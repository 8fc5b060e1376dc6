/** The program of workers/tasks.ts in Go: a crowd of goroutines that is started, woken and let go. */
import { buildGo, GO_MISSING } from "./go.ts";
import { runProgram } from "./program.ts";

/** What came of Go's crowd; the figures are those of `CrowdResult` in workers/tasks.ts. */
export interface GoCrowd {
  readonly kind: "measured";
  readonly count: number;
  readonly spawnNs: number;
  readonly touchNs: number;
  readonly joinNs: number;
  readonly touchedOnce: number;
  /** Bytes a waiting goroutine: what Go's runtime took from the system. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly version: string;
}

const FIGURES = ["count", "spawnNs", "touchNs", "joinNs", "touchedOnce", "heapBytes", "residentBytes"] as const;

/** Runs Go's crowd in a process of its own; says why not where there is no Go. */
export async function measureGoCrowd(count: number, active: number, threads: number): Promise<GoCrowd | { readonly kind: "skipped"; readonly reason: string }> {
  const program = await buildGo();
  if (program === undefined) return { kind: "skipped", reason: GO_MISSING };
  const line = await runProgram(program, ["-crowd", `${count}`, "-active", `${active}`, "-procs", `${threads}`]);
  const found = JSON.parse(line) as Record<string, unknown>;
  if (FIGURES.some((name) => typeof found[name] !== "number") || typeof found["version"] !== "string") throw new Error(`the Go program printed what is not a crowd: ${line.trim()}`);
  return { kind: "measured", ...(found as unknown as Omit<GoCrowd, "kind">), version: found["version"].replace(/^go/, "") };
}
