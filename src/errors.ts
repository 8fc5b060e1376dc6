/**
 * Every error that warren itself raises: one class, one table of codes.
 *
 * `code` is stable and is what a program should test; `message` prints the
 * value that was refused; `details` carries the same facts as fields. The
 * table is documented in docs/errors.md and a test ties the two together.
 */

/** Codes and what they mean. The keys are the public, stable part. */
export const ERROR_CODES = {
  ERR_ARENA_FULL: "the arena has no room for the block asked for (details: limit, used, asked, in bytes)",
  ERR_CANCELLED: "a context was cancelled",
  ERR_CHANNEL_CLOSED: "send on a closed channel, or close of a closed channel",
  ERR_DEADLINE: "a context's deadline has passed",
  ERR_DEADLOCK: "closed world: no task can ever run again (details: tasks)",
  ERR_DUPLICATE_TASK: "two tasks of one module have the same name",
  ERR_GROUP_DONE: "a task was given to a group that has ended",
  ERR_HEAP_FULL: "a thread starts no task because its JavaScript heap is nearly full (details: thread, used, limit, in bytes)",
  ERR_INTERNAL: "an invariant of the runtime does not hold: a defect of warren",
  ERR_INVALID_ARGUMENT: "an argument has the wrong type or is out of range",
  ERR_LIMIT: "a fixed limit would be exceeded (details: limit, maximum, actual)",
  ERR_NEGATIVE_COUNT: "the count of a wait group would become negative",
  ERR_NESTED_RUN: "run() or start() was called on one of the runtime's own threads",
  ERR_NO_RUNTIME: "no runtime is running here",
  ERR_NOT_LOCKED: "a guard was unlocked that had given back what it held",
  ERR_NOT_QUIET: "something is left in a runtime that should be quiet (details: left)",
  ERR_NOT_TRANSFERABLE: "a value cannot travel to another thread (details: path)",
  ERR_RUNTIME_STOPPED: "the runtime has stopped",
  ERR_SELECT_EMPTY: "a select without cases can never proceed",
  ERR_STALE_HANDLE: "a handle refers to something that no longer exists or belongs to another runtime",
  ERR_TASK_MODULE: "a thread cannot import the module of a task (cause: why)",
  ERR_TASK_UNKNOWN: "the module of a task does not register a task of that name",
  ERR_TASK_UNNAMED: "a task needs a named function",
  ERR_THREAD_DIED: "a thread ended while it held the task",
  ERR_THREAD_START: "a thread could not be started",
  ERR_THREAD_STUCK: "a thread does not end although it was terminated",
  ERR_TRACING: "a trace of the runtime is on already",
  ERR_VALUE_REFUSED: "a value does not fit the channel's type (details: type, path)",
  ERR_WHICH_RUNTIME: "several runtimes are open here: use the methods of one",
} as const;

/** A stable error code of warren. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error raised by warren. Test `code`, never `message`. */
export class WarrenError extends Error {
  /** `"WarrenError"`. */
  override readonly name: string = "WarrenError";
  /** Stable: what a program should test. */
  readonly code: ErrorCode;
  /** The facts in the message as fields; which ones depends on the code. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Prints a refused value for a message: short, on one line, never throwing. */
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
    return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? "no prototype"})`;
  } catch {
    // A revoked proxy, or one that refuses.
    return "an object that cannot be inspected";
  }
}

/**
 * States a fact that must hold. A false one is a defect of the runtime: the
 * error ends it, rather than letting it limp on.
 */
export function invariant(condition: boolean, text: string): asserts condition {
  if (!condition) throw new WarrenError("ERR_INTERNAL", `bug in warren: ${text}`);
}
