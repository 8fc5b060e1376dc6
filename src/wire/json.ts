/**
 * What JSON can carry without loss. `JSON.stringify` drops undefined and functions,
 * calls `toJSON`, and writes null for NaN; here each of these is an error with its path.
 * −0 is kept, because JSON has it; only `stringify` does not.
 */
import { LIMITS } from "../limits.ts";
import { Refusal, step } from "./type.ts";
import { whyNotSent } from "./unsendable.ts";

/** The JSON text of `value`. Each property is read once, so the value that was checked is the value that is sent. @throws Refusal */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value, keepOrRefuse);
  } catch (error) {
    // To find the path, the value is walked a second time, only when it is needed.
    check(value, 0);
    throw error instanceof Refusal ? error : new Refusal(`JSON cannot render it: ${String(error)}`, value);
  }
}

/** The replacer of `stringifyJson`: lets through what JSON carries without loss. */
function keepOrRefuse(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return this[key] === value ? value : refuseChanging(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Refusal("JSON has only finite numbers", value);
    if (!Object.is(this[key], value)) refuseChanging(value);
    return Object.is(value, -0) ? MINUS_ZERO : value;
  }
  if (typeof value !== "object") throw new Refusal(`JSON has no ${typeof value}`, value);
  if (this[key] !== value) refuseChanging(value);
  checkShape(value);
  return value;
}

function refuseChanging(value: unknown): never {
  throw new Refusal("it has a toJSON method, or an accessor whose value changes", value);
}

/** `stringify` writes −0 as 0, though JSON has it. */
const MINUS_ZERO = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON("-0");

/** Refuses objects of which JSON would lose something other than the values of their properties. */
function checkShape(value: object): void {
  if (Array.isArray(value)) {
    if (Object.keys(value).length !== value.length) throw new Refusal("the array has holes or extra properties", value);
  } else if (!isPlain(value)) {
    throw new Refusal(whyNotSent(value, "which JSON would flatten"), value);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("it has a symbol for a key", value);
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") throw new Refusal("it has a toJSON method, which would replace it", value);
}

/** Throws why `value` cannot be sent, with the path, if it finds a reason. */
function check(value: unknown, depth: number): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw new Refusal("JSON has only finite numbers", value);
  if (typeof value === "object" && value !== null) return checkObject(value, depth + 1);
  if (!["string", "boolean", "number", "object"].includes(typeof value)) throw new Refusal(`JSON has no ${typeof value}`, value);
}

function checkObject(value: object, depth: number): void {
  if (depth > LIMITS.depth) throw new Refusal(`it is cyclic or nested deeper than ${LIMITS.depth}`, value);
  checkShape(value);
  let key = "";
  try {
    for (key of Object.keys(value)) check((value as Record<string, unknown>)[key], depth);
  } catch (error) {
    if (error instanceof Refusal) error.path.unshift(Array.isArray(value) ? `[${key}]` : step(key));
    throw error;
  }
}

/** An object literal, of this realm or another, or one without prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty"));
}
