/** Runs a program of `programs/` as a process of its own, with a deadline that ends it if it hangs. */
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("./programs/", import.meta.url);
/** A process that has not ended by then hangs. Far more than any of the programs needs. */
const DEADLINE_MS = 150_000;

/** Node keeps compiled modules there, by content: half of a small program's CPU time otherwise. */
const COMPILE_CACHE = join(tmpdir(), "warren-test-compile-cache");

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The deadline ended it. */
  readonly hung: boolean;
}

export interface Program {
  /** Resolves once stdout contains `text`; rejects if the process ends before. */
  printed(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly outcome: Promise<Outcome>;
}

/** The last argument may be options of the process instead. */
type Argument = string | { readonly execArgv: readonly string[] };

/** Starts `programs/<name>` with arguments. */
export function begin(name: string, ...args: Argument[]): Program {
  const file = fileURLToPath(new URL(encodeURIComponent(name), FOLDER));
  const execArgv = args.flatMap((arg) => (typeof arg === "string" ? [] : arg.execArgv));
  const texts = args.filter((arg) => typeof arg === "string");
  const env = { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0", NODE_COMPILE_CACHE: COMPILE_CACHE };
  const child = spawn(process.execPath, [...execArgv, file, ...texts], { stdio: ["ignore", "pipe", "pipe"], env });
  let stdout = "";
  let stderr = "";
  let hung = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const deadline = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, DEADLINE_MS);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(deadline);
      resolve({ stdout, stderr, code, signal, hung });
    });
  });
  return {
    outcome,
    kill: (signal) => void child.kill(signal),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve();
        };
        child.stdout.on("data", look);
        look();
        void outcome.then((ended) => reject(new Error(`it ended without printing ${text}: ${JSON.stringify(ended)}`)));
      }),
  };
}

/** Runs a program to its end. */
export async function outcomeOf(name: string, ...args: Argument[]): Promise<Outcome> {
  return begin(name, ...args).outcome;
}
