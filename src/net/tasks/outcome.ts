/** How a request of a call ends, and the error that comes of it. */
import { type ErrorCode, WarrenError } from "../../errors.ts";
import { continueStack } from "../../wire/error-class.ts";

/** How a request ended: with the result, or in a way after which it may be sent again. */
export type Outcome = { readonly isDone: true; readonly value: unknown } | ({ readonly isDone: false } & Readonly<Pick<Unfinished, "mayRetry" | "code" | "text" | "details">>);

/** The task did not run, or is not known to have run. After a "free" one a further try does not count. The error is made where the program waits, so that its stack leads there. */
export class Unfinished {
  readonly mayRetry: "free" | "counted" | "never";
  readonly code: ErrorCode;
  readonly text: string;
  readonly details: Record<string, unknown>;
  constructor(mayRetry: "free" | "counted" | "never", code: ErrorCode, text: string, details: Record<string, unknown>) {
    this.mayRetry = mayRetry;
    this.code = code;
    this.text = text;
    this.details = details;
  }
}

/** What a task has thrown on another node. */
export class Thrown {
  readonly error: unknown;
  readonly node: string;
  constructor(error: unknown, node: string) {
    this.error = error;
    this.node = node;
  }
}

/** How a request ends. What is thrown in another way is an error of the call. `ended` is called in either case. */
export async function outcomeOf(promise: Promise<unknown>, ended: () => void): Promise<Outcome> {
  try {
    return { isDone: true, value: await promise };
  } catch (error) {
    if (error instanceof Unfinished) return { isDone: false, ...error };
    throw error;
  } finally {
    ended();
  }
}

export function errorOf({ code, text, details }: Pick<Unfinished, "code" | "text" | "details">): WarrenError {
  return new WarrenError(code, text, details);
}

/** The error of a remote task as it was thrown, with the node's name, and the line that called it. */
export function fromNode({ error, node }: Thrown, frames: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  Object.defineProperty(error, "node", { value: node, writable: true, enumerable: true, configurable: true });
  continueStack(error, `on node ${node}, called at`, frames);
  return error;
}
