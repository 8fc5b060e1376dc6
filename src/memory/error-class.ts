/**
 * Errors across threads. The structured clone keeps the name of a built-in
 * class, message, stack and cause, and loses everything else
 * (nodejs/node#37988); here an error keeps its class where that is registered
 * on both sides, name, message, code, cause, own properties and stack.
 *
 * A cyclic cause chain would need the error before its parts: it is cut where it
 * closes, and says so.
 */
import { WarrenError, printValue } from "../errors.ts";
import { isPlain } from "./json.ts";

type ErrorClass = new (...args: never[]) => Error;

const classes = new Map<string, ErrorClass>();
for (const BuiltIn of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError, WarrenError] as ErrorClass[]) {
  classes.set(BuiltIn.name, BuiltIn);
}

/**
 * Registers an error class, so that an error of it keeps its class when it
 * crosses threads. Call it at the top level of the module that declares the
 * class: every thread that imports the module then knows it. What arrives has
 * the class's prototype and the original's fields; its constructor is not run.
 * @throws ERR_INVALID_ARGUMENT for what is no named error class, or another class of a registered name
 */
export function registerError(Class: ErrorClass): void {
  if (typeof Class !== "function" || !(Class.prototype instanceof Error) || Class.name === "") {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `registerError needs a named subclass of Error, not ${printValue(Class)}`);
  }
  const known = classes.get(Class.name);
  if (known !== undefined && known !== Class) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `another error class named ${Class.name} is registered already`);
  }
  classes.set(Class.name, Class);
}

/** The parts of an error as a plain object that a payload can carry. */
export function describeError(error: Error): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === "stack" || key === "message" || key === "cause" || key === "errors") continue;
    own[key] = portable((error as unknown as Record<string, unknown>)[key], new Set([error]));
  }
  const description: Record<string, unknown> = {
    class: className(error),
    name: String(error.name),
    message: String(error.message),
    stack: String(error.stack),
    own,
  };
  if ("cause" in error) description["cause"] = portable(error.cause, new Set([error]));
  if (error instanceof AggregateError) description["errors"] = error.errors.map((item: unknown) => portable(item, new Set([error])));
  return description;
}

/** The error that `describeError` described. */
export function reviveError(description: object): Error {
  const { class: name, message, stack, own, name: shown } = description as { class: string; message: string; stack: string; own: object; name: string };
  const Class = classes.get(name) ?? Error;
  const error = new Error(message) as Error & Record<string, unknown>;
  Object.setPrototypeOf(error, Class.prototype as object);
  hide(error, "stack", stack);
  for (const [key, value] of Object.entries(own)) error[key] = value;
  if (error.name !== shown) hide(error, "name", shown);
  if ("cause" in description) hide(error, "cause", description.cause);
  if ("errors" in description) hide(error, "errors", description.errors);
  return error;
}

/** Appends to an error's stack where the task that failed was started. */
export function continueStack(error: unknown, title: string, site: string | undefined): void {
  if (!(error instanceof Error) || typeof error.stack !== "string" || Object.isFrozen(error)) return;
  hide(error, "stack", `${error.stack}\n    --- ${title} ---${site === undefined ? "" : `\n${site}`}`);
}

/** The most derived registered class of an error. */
function className(error: Error): string {
  for (let at: unknown = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const { constructor } = at as { constructor?: ErrorClass };
    if (constructor !== undefined && classes.get(constructor.name) === constructor) return constructor.name;
  }
  return "Error";
}

/** `value` if a payload can carry it inside an error, else a text that says what was there. */
function portable(value: unknown, above: Set<object>): unknown {
  if (typeof value === "function" || typeof value === "symbol") return `[does not travel: ${printValue(value)}]`;
  if (typeof value !== "object" || value === null) return value;
  if (above.has(value)) return `[cyclic: ${printValue(value)}]`;
  if (value instanceof Error) return carried(value, above);
  const isArray = Array.isArray(value);
  if (!isArray && !isPlain(value)) {
    return ArrayBuffer.isView(value) || value instanceof Date || value instanceof RegExp ? value : `[does not travel: ${printValue(value)}]`;
  }
  const inside = new Set(above).add(value);
  const entries = Object.entries(value).map(([key, item]) => [key, portable(item, inside)] as const);
  return isArray ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/** A cause that leads back to an error above it is cut; the rest travels as it is. */
function carried(error: Error, above: Set<object>): unknown {
  for (let at: unknown = error.cause, depth = 0; at instanceof Error; at = at.cause, depth++) {
    if (above.has(at) || at === error || depth > 100) return `[cyclic: ${error.name}: ${error.message}]`;
  }
  return error;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}
