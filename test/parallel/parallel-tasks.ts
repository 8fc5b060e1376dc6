/** Functions for parallelFor, parallelMap and parallelReduce: as tasks, so that all threads call them. */
import { threadId } from "node:worker_threads";
import { type Chan, type SharedArray, parallelMap, parallelReduce, sleep, task } from "../../src/index.ts";

/** Writes its square where everybody sees it. */
export const square = task(import.meta, function square(index: number, out: SharedArray<"f64">) {
  out.array[index] += index * index;
});

export const squareLater = task(import.meta, async function squareLater(index: number, out: SharedArray<"f64">) {
  if (index % 7 === 0) await sleep(0);
  out.array[index] += index * index;
});

export const plus = task(import.meta, function plus(item: number, by: number) {
  return item + by;
});

export const nameLater = task(import.meta, async function nameLater(item: string) {
  await sleep(item.length % 2);
  return item === "" ? undefined : [item, item.length];
});

/** Waits until a call of another thread waits too, then says where it is: both threads work. */
export const where = task(import.meta, async function where(_item: number, there: Chan<number>, back: Chan<number>) {
  await there.send(1);
  await back.recv();
  return threadId;
});

/** A step whose result depends on the order of additions. */
export const addTo = task(import.meta, function addTo(sum: number, item: number) {
  return sum + item;
});

/** As above, and now and then it waits, so that runs overtake each other. */
export const addLater = task(import.meta, async function addLater(sum: number, item: number) {
  if (Math.abs(item) < 0.05) await sleep(Math.abs(item) * 20);
  return sum + item;
});

/** Counts words into a Map that it changes in place. */
export const countInto = task(import.meta, function countInto(counts: Map<string, number>, word: string) {
  return counts.set(word, (counts.get(word) ?? 0) + 1);
});

export const failAt = task(import.meta, async function failAt(index: number, at: readonly number[], calls: SharedArray<"i32">) {
  Atomics.add(calls.array, 0, 1);
  if (at.includes(index)) throw Object.assign(new RangeError(`at ${index}`), { code: "E_AT" });
  await sleep(1);
});

export const failingStep = task(import.meta, function failingStep(sum: number, item: number) {
  if (item === 77) throw new RangeError("at 77");
  return sum + item;
});

/** Computes for so many milliseconds without awaiting. */
export const burnFor = task(import.meta, function burnFor(_index: number, ms: number) {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
});

/** Inside a task: the reduction of a map. */
export const nested = task(import.meta, async function nested(count: number) {
  const items = await parallelMap(Array.from({ length: count }, (_, k) => k), plus, { args: [1], grain: 3 });
  return parallelReduce(items, addTo, (a, b) => a + b, 0, { grain: 5 });
});
