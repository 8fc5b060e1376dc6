/** Runs a program of `programs/` as a process of its own, with a deadline that ends it if it hangs. */
import { fileURLToPath } from "node:url";
import { type Outcome, beginNode } from "../node-process.ts";

export type { Outcome } from "../node-process.ts";

const FOLDER = new URL("./programs/", import.meta.url);
/** A process that has not ended by then hangs. Far more than any of the programs needs. */
const DEADLINE_MS = 150_000;

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
  let printed = "";
  const listeners: (() => void)[] = [];
  const { child, outcome } = beginNode([...execArgv, file, ...texts], {
    env: { ...process.env, FORCE_COLOR: "0" },
    deadlineMs: DEADLINE_MS,
    onStdout: (text) => {
      printed = text;
      for (const listener of listeners) listener();
    },
  });
  return {
    outcome,
    kill: (signal) => void child.kill(signal),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (printed.includes(text)) resolve();
        };
        listeners.push(look);
        look();
        void outcome.then((ended) => reject(new Error(`it ended without printing ${text}: ${JSON.stringify(ended)}`)));
      }),
  };
}

/** Runs a program to its end. */
export async function outcomeOf(name: string, ...args: Argument[]): Promise<Outcome> {
  return begin(name, ...args).outcome;
}
