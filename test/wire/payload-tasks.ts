/** Tasks that pass values through, and look at them where they arrive. */
import { type Chan, type SharedArray, WarrenError, chan, i32, registerError, task } from "../../src/index.ts";

/** The argument as the result: two journeys. */
export const echo = task(import.meta, async function echo(value: unknown) {
  return value;
});

/** Throws its argument. */
export const fail = task(import.meta, async function fail(value: unknown) {
  throw value;
});

/** What a thread sees of a value, as text: nothing is hidden by the way back. */
export const look = task(import.meta, function look(value: unknown) {
  const type = Object.prototype.toString.call(value);
  const keys = typeof value === "object" && value !== null ? Reflect.ownKeys(value).map(String) : [];
  return { type, keys, isMinusZero: Object.is(value, -0), isNaN: Number.isNaN(value), length: (value as string | undefined)?.length ?? -1 };
});

/** An error class that every thread knows. */
export class KnownError extends RangeError {
  readonly code: string;
  readonly extra: unknown;
  constructor(message: string, code: string, extra: unknown) {
    super(message);
    this.name = "KnownError";
    this.code = code;
    this.extra = extra;
  }
}
registerError(KnownError);

/** One that is not registered. */
export class UnknownError extends TypeError {
  readonly code = "MINE";
}

export const throwKnown = task(import.meta, async function throwKnown() {
  throw new KnownError("known", "E_KNOWN", { deep: [1, -0, 2n] });
});

export const throwUnknown = task(import.meta, async function throwUnknown() {
  throw new UnknownError("unknown");
});

export const throwWarren = task(import.meta, async function throwWarren() {
  throw new WarrenError("ERR_LIMIT", "too much", { limit: "mine", maximum: 1, actual: 2 });
});

/** Results that cannot travel. */
export const giveUntransferable = task(import.meta, async function giveUntransferable(kind: "function" | "symbol" | "class" | "deep") {
  return { list: [{ function: () => 1, symbol: Symbol("s"), class: new (class Hidden {})(), deep: new WeakMap() }[kind]] };
});

/** Sends through each channel, receives from the last; the same ones come back. */
export const useChannels = task(import.meta, async function useChannels(channels: { a: Chan<number>; again: Chan<number>; list: Chan<number>[] }) {
  await channels.a.send(channels.a === channels.again ? 1 : 0);
  for (const c of channels.list) await c.send(2);
  return channels;
});

/** Doubles every element in place. */
export const double = task(import.meta, async function double(array: SharedArray) {
  for (let k = 0; k < array.length; k++) array.array[k] *= 2;
  return array;
});

/** The code that looking at a freed array gives. */
export const codeOfArray = task(import.meta, async function codeOfArray(array: SharedArray, go: Chan<number>) {
  await go.recv();
  try {
    return array.array.length;
  } catch (error) {
    return (error as WarrenError).code;
  }
});

export const freeArray = task(import.meta, async function freeArray(array: SharedArray) {
  array.free();
});

export const throwPlain = task(import.meta, async function throwPlain() {
  throw new RangeError("plain");
});

export const sendOnClosed = task(import.meta, async function sendOnClosed() {
  const c = chan(i32, 1);
  c.close();
  await c.send(1);
});
