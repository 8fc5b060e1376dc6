/**
 * Errors across threads. The structured clone keeps the name of a built-in class,
 * message, stack and cause, and loses everything else (nodejs/node#37988). In warren an
 * error keeps its name, message, code, cause, own properties and stack, and also its
 * class if that is registered on both sides.
 */
import { types } from "../host.ts";
import { WarrenError, printValue } from "../errors.ts";
import { changeStack, withoutOwnFrames } from "./frames.ts";

type ErrorClass = new (...args: never[]) => Error;

/** Not before Node 24. */
const { SuppressedError } = globalThis as { readonly SuppressedError?: unknown };
/** The error classes of Node: their errors always keep their class. */
const BUILT_IN = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError, ...(SuppressedError === undefined ? [] : [SuppressedError]), DOMException, WebAssembly.CompileError, WebAssembly.LinkError, WebAssembly.RuntimeError, WarrenError] as unknown as ErrorClass[];
const classes = new Map<string, ErrorClass>(BUILT_IN.map((Class) => [Class.name, Class]));

/**
 * Registers an error class, so that its errors keep their class when they are sent to
 * another thread. Call it at the top level of the module that declares the class: then
 * every thread that imports the module knows it. The copy has the class's prototype and
 * the original's fields; the constructor is not run.
 * @param Class a named subclass of Error
 * @throws ERR_INVALID_ARGUMENT if it is not a named error class, or another class has that name already
 */
export function registerError(Class: ErrorClass): void {
  if (typeof Class !== "function" || !(Class.prototype instanceof Error) || Class.name === "") {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `registerError needs a named subclass of Error, not ${printValue(Class)}`);
  }
  if (!canBeRebuilt(Class)) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `errors of class ${Class.name} cannot be rebuilt on another thread: name or message need more than the class's prototype`);
  }
  const known = classes.get(Class.name);
  if (known !== undefined && known !== Class) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `another error class named ${Class.name} is registered already`);
  }
  classes.set(Class.name, Class);
}

/** Whether the prototype is enough for a copy: not if its getters need what only the constructor sets. */
function canBeRebuilt(Class: ErrorClass): boolean {
  if (BUILT_IN.includes(Class)) return true;
  const probe = new Error() as Error & { readonly code?: unknown };
  Object.setPrototypeOf(probe, Class.prototype as object);
  try {
    void [probe.name, probe.code, String(probe)];
    return true;
  } catch {
    // A getter that throws without the constructor's fields is the answer.
    return false;
  }
}

/** An own property of an error. Hidden ones (cause, errors) are not enumerable. */
interface ErrorProperty {
  readonly key: string;
  readonly value: unknown;
  readonly isHidden: boolean;
}

/** An error in parts: class, name, message and stack, and its own properties. */
export function describeError(error: Error): { texts: [string, string, string, string]; properties: ErrorProperty[] } {
  const properties: ErrorProperty[] = [];
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === "stack" || key === "message" || key === "name") continue;
    const { enumerable = false } = Object.getOwnPropertyDescriptor(error, key) ?? {};
    properties.push({ key, value: (error as unknown as Record<string, unknown>)[key], isHidden: !enumerable });
  }
  return { texts: [className(error), String(error.name), String(error.message), stackOf(error)], properties };
}

/** All of it where there is a bug in warren. */
function stackOf(error: Error): string {
  const stack = String(error.stack);
  return (error as { code?: unknown }).code === "ERR_INTERNAL" ? stack : withoutOwnFrames(stack);
}

/** A new error as described, without its own properties. */
export function makeError(className: string, name: string, message: string, stack: string): Error {
  // Its name and message are not properties, but fields that only the constructor sets.
  if (className === DOMException.name) {
    const error = new DOMException(message, name);
    hide(error, "stack", stack);
    return error;
  }
  // The text is a mark for Node (frames.ts) that also survives a minifier. The message replaces it.
  const error = new Error("node-do-not-add-exception-line");
  const Class = classes.get(className) ?? Error;
  Object.setPrototypeOf(error, Class.prototype as object);
  hide(error, "message", message);
  hide(error, "stack", stack);
  if (error.name !== name) hide(error, "name", name);
  return error;
}

/** Appends to an error's stack where the failed task was started. Never throws: if the value does not accept the text, its stack stays as it is. */
export function continueStack(error: unknown, title: string, site: string | undefined): void {
  if (!types.isNativeError(error) && !isDomException(error)) return;
  const isBug = (error as { code?: unknown }).code === "ERR_INTERNAL";
  changeStack(error, (stack) => `${isBug ? stack : withoutOwnFrames(stack)}\n    --- ${title} ---${site === undefined ? "" : `\n${site}`}`);
}

function isDomException(error: unknown): error is DOMException {
  return !types.isProxy(error) && error instanceof DOMException;
}

/** The most derived registered class of an error. */
function className(error: Error): string {
  for (let at: unknown = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const { constructor } = at as { constructor?: ErrorClass };
    if (constructor !== undefined && classes.get(constructor.name) === constructor) return constructor.name;
  }
  return "Error";
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}
