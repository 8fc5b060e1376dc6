/**
 * Runs a module of the proofs in a process of its own, which a deadline ends: what hangs
 * is found, too. Time in which the process was ready to run and had no core does not
 * count: at nice 19, with four other programs for each core, a process gets less than 1 %
 * of a core, and a correct one looks as if it hung.
 */
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether the deadline ended it. */
  readonly hung: boolean;
}

const LOOK_EVERY_MS = 1000;

/** For how long the thread of a process that waited most for a core has waited, in milliseconds; 0 where the system does not report it. */
function starvedMs(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"));
    return Math.max(...threads.map((line) => Number(line.split(" ")[1]) / 1e6));
  } catch {
    // No Linux, or the process or one of its threads has just ended.
    return 0;
  }
}

export function runWithDeadline(module: string, args: readonly (string | number)[], deadlineMs: number): Promise<Ended> {
  // Threads that end while V8 optimises WebAssembly (Node's type stripping) abort the process now and then: see vitest.config.ts.
  const child = spawn(process.execPath, ["--liftoff-only", module, ...args.map(String)], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0" } });
  let stdout = "";
  let stderr = "";
  let hung = false;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const beganMs = performance.now();
  // Threads end and take their figures with them: the most that was seen counts.
  let starved = 0;
  const deadline = setInterval(() => {
    starved = Math.max(starved, starvedMs(child.pid as number));
    if (performance.now() - beganMs - starved < deadlineMs) return;
    hung = true;
    child.kill("SIGKILL");
  }, LOOK_EVERY_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(deadline);
      resolve({ stdout, stderr, code, signal, hung });
    });
  });
}
