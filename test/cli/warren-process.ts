/** Runs the command as a user does: a process of its own, nothing inherited that changes its output. */
import { resolve } from "node:path";
import { beginNode } from "../node-process.ts";

/** Far more than any command takes in a test: it ends what hangs. */
const DEADLINE_MS = 170_000;

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
  /** A shell's script that runs the command as `exec "$0" "$@"`, for redirections and limits. */
  readonly shell?: string;
  /** Told each time something came on standard error. */
  readonly onStderr?: (text: string, interrupt: () => void, send: (signal: NodeJS.Signals) => void, pid: number) => void;
}

/** Runs `warren ARGS` from the checkout. */
export async function warren(args: readonly string[], { environment = {}, node = [], cwd, stdin, closeStdout = false, shell, onStderr }: RunOptions = {}): Promise<Outcome> {
  const { PATH, HOME } = process.env;
  const { child, outcome } = beginNode([...node, cwd === undefined ? "src/cli/main.ts" : resolve("src/cli/main.ts"), ...args], {
    env: { PATH, HOME, ...environment },
    cwd,
    stdin,
    shell,
    deadlineMs: DEADLINE_MS,
    onStderr: (text) => onStderr?.(text, () => child.kill("SIGINT"), (signal) => child.kill(signal), child.pid ?? 0),
  });
  if (closeStdout) child.stdout?.destroy();
  const { code, stdout, stderr } = await outcome;
  return { code, stdout, stderr };
}
