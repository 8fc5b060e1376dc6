/**
 * What JSON can carry without loss. `JSON.stringify` drops undefined and
 * functions, calls `toJSON`, and writes null for NaN; here each of those is a
 * refusal with its path. −0 survives: JSON has it, only `stringify` does not.
 */
import { LIMITS } from "../limits.ts";
import { Refusal, step } from "./type.ts";

/** Checks `value`; `true` if `JSON.stringify` alone renders it exactly (no −0 in it). @throws Refusal */
export function checkJson(value: unknown): boolean {
  return check(value, 0);
}

/** JSON text of a checked value. */
export function stringifyJson(value: unknown, exact: boolean): string {
  return exact ? JSON.stringify(value) : JSON.stringify(value, keepMinusZero);
}

function keepMinusZero(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON("-0") : value;
}

function check(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      if (!Number.isFinite(value)) throw new Refusal("JSON has only finite numbers", value);
      return !Object.is(value, -0);
    case "object":
      return value === null || checkObject(value, depth + 1);
    default:
      throw new Refusal(`JSON has no ${typeof value}`, value);
  }
}

function checkObject(value: object, depth: number): boolean {
  if (depth > LIMITS.depth) throw new Refusal(`it is cyclic or nested deeper than ${LIMITS.depth}`, value);
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    if (keys.length !== value.length) throw new Refusal("the array has holes or extra properties", value);
  } else if (!isPlain(value)) {
    throw new Refusal("it is an instance of a class, which JSON would flatten", value);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("it has a symbol for a key", value);
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") throw new Refusal("it has a toJSON, which would take its place", value);
  let exact = true;
  let key = "";
  try {
    for (key of keys) {
      if (!check((value as Record<string, unknown>)[key], depth)) exact = false;
    }
  } catch (error) {
    if (error instanceof Refusal) error.path.unshift(Array.isArray(value) ? `[${key}]` : step(key));
    throw error;
  }
  return exact;
}

/** An object literal, of this realm or another, or one without prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty"));
}
