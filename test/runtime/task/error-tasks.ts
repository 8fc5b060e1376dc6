/** Tasks that fail in every way. */
import { WarrenError, registerError, spawn, task } from "../../../src/index.ts";

export class QuotaError extends Error {
  override name = "QuotaError";
  readonly code = "E_QUOTA";
  readonly limit: number;
  readonly detail = { tags: ["a", "b"], when: new Date(0) };

  constructor(limit: number, options?: ErrorOptions) {
    super(`more than ${limit}`, options);
    this.limit = limit;
  }

  /** A method: it comes with the class. */
  twice(): number {
    return 2 * this.limit;
  }
}
registerError(QuotaError);

export class UnregisteredError extends TypeError {
  override name = "UnregisteredError";
  readonly extra = 1;
}

function cyclicError(): Error {
  const error = new Error("cyclic") as Error & { self: unknown };
  error.self = { error };
  error.cause = error;
  return error;
}

const thrown = {
  registered: () => new QuotaError(5, { cause: new RangeError("the cause", { cause: "a text" }) }),
  unregistered: () => new UnregisteredError("no such class there"),
  plain: () => new Error("plain"),
  typeError: () => new TypeError("a type error"),
  aggregate: () => new AggregateError([new QuotaError(1), new Error("second"), 3], "several"),
  warren: () => new WarrenError("ERR_LIMIT", "over", { limit: "x", maximum: 1, actual: 2 }),
  frozen: () => Object.freeze(new Error("frozen")),
  cyclic: cyclicError,
  domException: () => new DOMException("aborted", "AbortError"),
  string: () => "just a text",
  null: () => null,
  undefined: () => undefined,
  number: () => 7,
  object: () => ({ code: "E_PLAIN", list: [1] }),
  symbol: () => Symbol("mine"),
  function: () => function culprit() {},
  classInstance: () => new (class Strange {})(),
};
export type Kind = keyof typeof thrown;

export const fail = task(import.meta, async function fail(kind: Kind) {
  await Promise.resolve();
  throw thrown[kind]();
});

/** Not async: it throws before there is any promise. */
export const failAtOnce = task(import.meta, function failAtOnce(kind: Kind): Promise<void> {
  throw thrown[kind]();
});

export const overflow = task(import.meta, async function overflow(): Promise<number> {
  const deeper = (n: number): number => deeper(n + 1) + 1;
  return deeper(0);
});

/** Fails in a task of a task. */
export const failBelow = task(import.meta, async function failBelow(kind: Kind, depth: number): Promise<void> {
  await (depth === 0 ? spawn(fail, kind) : spawn(failBelow, kind, depth - 1));
});

/** Catches what a child on another thread throws, and says what it was. */
export const catchBelow = task(import.meta, async function catchBelow(kind: Kind) {
  try {
    await spawn(fail, kind);
  } catch (error) {
    return error instanceof QuotaError ? `quota ${error.twice()} ${(error.cause as Error).message}` : String(error);
  }
});
