/** Runs a module of the proofs in a process of its own, which a deadline ends: what hangs is found, too. */
import { spawn } from "node:child_process";

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether the deadline ended it. */
  readonly hung: boolean;
}

export function runWithDeadline(module: string, args: readonly (string | number)[], deadlineMs: number): Promise<Ended> {
  // Threads that end while V8 optimises WebAssembly (Node's type stripping) abort the process now and then: see vitest.config.ts.
  const child = spawn(process.execPath, ["--liftoff-only", module, ...args.map(String)], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0" } });
  let stdout = "";
  let stderr = "";
  let hung = false;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const deadline = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, deadlineMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(deadline);
      resolve({ stdout, stderr, code, signal, hung });
    });
  });
}
