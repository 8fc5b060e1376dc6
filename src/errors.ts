/**
 * Every error that warren itself raises: one class, one table of codes.
 *
 * A program should test `code`, which is stable. `message` prints the value that
 * was refused, and `details` has the same facts as fields. docs/errors.md
 * documents the table; a test keeps the two in step.
 */

/** Codes and what they mean. The keys are the public, stable part. */
export const ERROR_CODES = {
  ERR_ARENA_FULL: "shared memory is full (details: limit, used, asked, in bytes, and what holds it)",
  ERR_CANCELLED: "a context was cancelled",
  ERR_CHANNEL_CLOSED: "a send to a closed channel, or a close of a closed channel",
  ERR_DEADLINE: "a context's deadline has passed",
  ERR_DEADLOCK: "a `run` program: every task waits for another, and none can ever continue (details: tasks)",
  ERR_DUPLICATE_TASK: "two tasks of one module have the same name",
  ERR_GROUP_DONE: "a task was started in a group that has ended",
  ERR_HEAP_FULL: "a thread did not start a task because its JavaScript heap is nearly full (details: thread, used, limit, in bytes)",
  ERR_INTERNAL: "a bug in warren",
  ERR_INVALID_ARGUMENT: "an argument has the wrong type or is out of range",
  ERR_LEASE_LOST: "a delivery's lease has ended, so another node may have it (details: queue, id)",
  ERR_LIMIT: "a value is above a fixed limit (details: limit, maximum, actual)",
  ERR_NAME_TAKEN: "a name stands for a shared object of another kind (details: name, kinds)",
  ERR_NEGATIVE_COUNT: "the count of a wait group would become negative",
  ERR_NESTED_RUN: "run() or start() was called on a thread of a runtime",
  ERR_NET_CLOSED: "the connection to the servers was closed",
  ERR_NET_DOWN: "there is no connection to a server, or it does not answer, and no value was sent",
  ERR_NET_INSECURE: "a connection without TLS to another machine",
  ERR_NET_MESSAGE: "a message from the network is not what this program can read",
  ERR_NET_MISSING: "a package that warren/net needs is not installed (details: packages)",
  ERR_NET_REFUSED: "the server does not accept the credentials, or a permission is missing (details: operation)",
  ERR_NET_SERVER: "the server cannot do what is needed (details: version)",
  ERR_NET_UNREACHABLE: "no server answers (details: servers)",
  ERR_NODE_LOST: "the node that had a remote task does not answer any more: the task may have run (details: node)",
  ERR_NOT_LOCKED: "a guard was unlocked twice, or used after it was unlocked or passed to a task",
  ERR_NOT_QUIET: "something is left in a runtime that should be quiet (details: left)",
  ERR_NOT_TRANSFERABLE: "a value cannot be sent to another thread (details: path)",
  ERR_NO_NODE: "no node serves a task: it did not run (details: task)",
  ERR_NO_RUNTIME: "no runtime is open on this thread",
  ERR_QUEUE_CONFLICT: "a queue exists with another type or other options (details: here, there)",
  ERR_QUEUE_FULL: "a queue holds as many values as its capacity",
  ERR_QUEUE_GONE: "a queue was deleted on the server",
  ERR_REMOTE_TIMEOUT: "a remote task has not ended in time: it may have run (details: mayHaveRun)",
  ERR_RUNTIME_STOPPED: "the runtime has stopped",
  ERR_SELECT_EMPTY: "a select without cases would wait forever",
  ERR_SEND_UNKNOWN: "the server has not answered, so a value may be in the queue or not (details: id)",
  ERR_SETTLED: "a delivery was acknowledged, retried or rejected already",
  ERR_STALE_HANDLE: "something was used that was freed or belongs to another runtime",
  ERR_TASK_MODULE: "a thread cannot import the module of a task (cause: the error)",
  ERR_TASK_UNKNOWN: "the module of a task registers no task of that name",
  ERR_TASK_UNNAMED: "the function of a task has no name",
  ERR_TASK_VERSION: "nodes serve a task, but of another build (details: task, build, served)",
  ERR_THREAD_DIED: "a task was lost because its thread ended",
  ERR_THREAD_START: "a thread could not be started",
  ERR_THREAD_STUCK: "a thread cannot be ended because it is inside a native call",
  ERR_TOO_BIG: "a message is larger than the server takes (details: maximum, actual)",
  ERR_TRACING: "the runtime is already being traced, or the trace has been stopped",
  ERR_TWO_VERSIONS: "two versions of warren that do not go together are loaded (details: version, url)",
  ERR_VALUE_REFUSED: "a value does not fit the type of a channel, a field or a map (details: type, path)",
  ERR_WHICH_RUNTIME: "several runtimes are open on this thread: use the methods of one",
} as const;

/** A stable error code of warren. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error raised by warren. Test `code`, never `message`. */
export class WarrenError extends Error {
  /** `"WarrenError"`. */
  override readonly name: string = "WarrenError";
  /** Stable. This is what a program should test. */
  readonly code: ErrorCode;
  /** The facts in the message as fields. Which fields there are depends on the code. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

// A minifier changes the name of the class, which Node prints.
Object.defineProperty(WarrenError, "name", { value: "WarrenError" });

/** The method that `console.log` and `util.inspect` call for an object: each public object is one line of text. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** Prints a refused value for a message: short, on one line. It never throws. */
export function printValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name || "(unnamed)"}`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "object" && value !== null) return printObject(value);
  return String(value);
}

function printObject(value: object): string {
  try {
    if (value instanceof Promise) return "a promise (await it first)";
    return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? "no prototype"})`;
  } catch {
    // A revoked proxy, or one whose traps throw.
    return "an object that cannot be inspected";
  }
}

/**
 * Asserts a fact that must hold. If it does not, there is a bug in warren: the
 * error ends the runtime, because it must not continue in a wrong state.
 */
export function invariant(condition: boolean, text: string): asserts condition {
  if (!condition) throw new WarrenError("ERR_INTERNAL", `bug in warren: ${text}`);
}
