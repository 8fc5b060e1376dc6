/** Runs Node as a process of its own, for tests of whole programs and of the command line. */
import { type ChildProcess, spawn } from "node:child_process";

/** What a process left. */
export interface Outcome {
  /** Exit code, or `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The deadline ended it. */
  readonly hung: boolean;
}

export interface NodeOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Directory to run it in; this one if absent. */
  readonly cwd?: string | undefined;
  /** Text for standard input; it is empty if absent. */
  readonly stdin?: string | undefined;
  /** The process is killed after this time: it hangs. */
  readonly deadlineMs: number;
  /** A shell's script that runs the command as `"$0" "$@"`, for redirections and limits; none if absent. */
  readonly shell?: string | undefined;
  /** Called with all of the output so far, each time there is more. */
  readonly onStdout?: (text: string, child: ChildProcess) => void;
  readonly onStderr?: (text: string, child: ChildProcess) => void;
}

export interface NodeProcess {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

/** Starts `node ARGS`, with colours and inherited Node options off. */
export function beginNode(args: readonly string[], { env = process.env, cwd, stdin, deadlineMs, shell, onStdout, onStderr }: NodeOptions): NodeProcess {
  // Node keeps compiled modules in that folder (vitest.config.ts): half of a small program's CPU time otherwise.
  const { NODE_COMPILE_CACHE } = process.env;
  const [program, all] = shell === undefined ? [process.execPath, args] : ["sh", ["-c", shell, process.execPath, ...args]];
  const child = spawn(program, all, { cwd, env: { ...env, NODE_OPTIONS: "", NODE_COMPILE_CACHE }, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => undefined); // the process may end without having read
  child.stdin.end(stdin);
  let stdout = "";
  let stderr = "";
  let hung = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onStdout?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  const deadline = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, deadlineMs);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(deadline);
      resolve({ stdout, stderr, code, signal, hung });
    });
  });
  return { child, outcome };
}
