/** Runs the command as a user does: a process of its own, nothing inherited that changes its output. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";

/** What a run left. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run it. */
export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** Directory to run it in; the checkout if absent. */
  readonly cwd?: string;
  /** Text that comes on standard input; none if absent. */
  readonly stdin?: string;
  /** Closes the reading end of standard output before anything is written. */
  readonly closeStdout?: boolean;
  /** Told each time something came on standard error. */
  readonly onStderr?: (text: string, interrupt: () => void, send: (signal: NodeJS.Signals) => void, pid: number) => void;
}

/** Runs `warren ARGS` from the checkout. */
export function warren(args: readonly string[], { environment = {}, node = [], cwd, stdin, closeStdout = false, onStderr }: RunOptions = {}): Promise<Outcome> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...node, cwd === undefined ? "src/cli/main.ts" : resolve("src/cli/main.ts"), ...args], {
    cwd, env: { PATH, HOME, ...environment }, stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined); // it may end without having read
  child.stdin.end(stdin);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  if (closeStdout) child.stdout.destroy();
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    onStderr?.(stderr, () => child.kill("SIGINT"), (signal) => child.kill(signal), child.pid ?? 0);
  });
  return new Promise((settle, reject) => {
    child.on("error", reject);
    child.on("close", (code) => settle({ code, stdout, stderr }));
  });
}
