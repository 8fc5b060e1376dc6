/** Tasks that show what arrives: arguments and results as another thread sees them. */
import { types } from "node:util";
import { type Chan, type SharedArray, chan, chanOf, i32, shared, task } from "../../../src/index.ts";

/** What it got, sent back: two crossings. */
export const echo = task(import.meta, async function echo<T>(value: T) {
  return value;
});

/** What kind of thing arrived, as the thread sees it. */
export const kindOf = task(import.meta, async function kindOf(...values: unknown[]) {
  return values.map((value) => (types.isNativeError(value) ? "Error" : Object.prototype.toString.call(value).slice(8, -1)));
});

export const mutate = task(import.meta, async function mutate(list: number[], bytes: Uint8Array) {
  list.push(99);
  bytes[0] = 99;
  return list.length;
});

export const areSame = task(import.meta, async function areSame(a: unknown, b: unknown, holder: { a: unknown }) {
  return a === b && holder.a === a;
});

export const fill = task(import.meta, async function fill(array: SharedArray<"f64">, value: number) {
  array.array.fill(value);
});

export const makeShared = task(import.meta, async function makeShared(length: number) {
  const array = shared.int32(length);
  for (let k = 0; k < length; k++) array.array[k] = k * k;
  return array;
});

export const makeChannel = task(import.meta, async function makeChannel(capacity: number) {
  const numbers = chan(i32, capacity);
  await numbers.sendMany([1, 2, 3]);
  return numbers;
});

/** Answers on the reply channel that the request carries. */
export const answer = task(import.meta, async function answer(requests: Chan<Chan<number>>) {
  let answered = 0;
  for await (const reply of requests) await reply.send(++answered);
  return answered;
});

/** Makes the channel of channels itself and hands it out. */
export const makeChannelOfChannels = task(import.meta, async function makeChannelOfChannels() {
  const outer = chan(chanOf(i32), 1);
  const inner = chan(i32, 1);
  await outer.send(inner);
  await inner.send(7);
  return outer;
});

export const returnUnsendable = task(import.meta, async function returnUnsendable(which: string): Promise<unknown> {
  if (which === "function") return { deep: { list: [1, () => 1] } };
  if (which === "symbol") return Symbol("mine");
  if (which === "class") return new (class Point {})();
  return new WeakMap();
});
