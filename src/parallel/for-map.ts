/** `parallelFor` and `parallelMap`: one call for each index, on all threads. */
import { WarrenError, printValue } from "../errors.ts";
import { current } from "../runtime/thread/ambient.ts";
import type { ThreadSide } from "../runtime/thread/side.ts";
import { type AnyFunction, ownTask } from "../runtime/module/task-function.ts";
import { type Callee, type ParallelOptions, type Run, eachIndex, functionOf, isThenable, planOf, runAll } from "./runs.ts";

/** See `Calls.parallelFor`. */
export async function runFor(side: ThreadSide, count: number, body: AnyFunction, options?: ParallelOptions): Promise<void> {
  const plan = planOf("parallelFor", count, { body }, options);
  await runAll(side, plan, body, computeFor, forRun, () => []);
}

const forRun = ownTask(import.meta, "forRun", function forRun(callee: Callee, run: Run): Promise<void> {
  return computeFor(current("parallelFor"), callee, run);
});

async function computeFor(side: ThreadSide, callee: Callee, run: Run): Promise<void> {
  const body = await functionOf(callee);
  const { args } = run;
  await eachIndex(side, run, (index) => body(index, ...args));
}

/** See `Calls.parallelMap`. */
export async function runMap(side: ThreadSide, items: ArrayLike<unknown>, fn: AnyFunction, options?: ParallelOptions): Promise<unknown[]> {
  const plan = planOf("parallelMap", lengthOf(items, "parallelMap"), { fn }, options);
  const results = await runAll(side, plan, fn, computeMap, mapRun, (first, end) => [sliceOf(items, first, end)]);
  return results.flat(1);
}

const mapRun = ownTask(import.meta, "mapRun", function mapRun(callee: Callee, run: Run, ...more: unknown[]): Promise<unknown[]> {
  return computeMap(current("parallelMap"), callee, run, ...more);
});

async function computeMap(side: ThreadSide, callee: Callee, run: Run, ...[items]: unknown[]): Promise<unknown[]> {
  const fn = await functionOf(callee);
  const { args, first } = run;
  const results: unknown[] = [];
  await eachIndex(side, run, (index) => {
    const result = fn((items as ArrayLike<unknown>)[index - first], ...args);
    if (!isThenable(result)) return void results.push(result);
    return (result as PromiseLike<unknown>).then((value) => results.push(value));
  });
  return results;
}

/** @throws ERR_INVALID_ARGUMENT for a value that is not an array or array-like */
export function lengthOf(items: unknown, what: string): number {
  if (typeof items === "object" && items !== null && Number.isSafeInteger((items as ArrayLike<unknown>).length)) return (items as ArrayLike<unknown>).length;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs an array of items, not ${printValue(items)}`);
}

/** A copy of some items; for a typed array, a typed array of the same kind. */
export function sliceOf<T>(items: ArrayLike<T>, first: number, end: number): ArrayLike<T> {
  if (ArrayBuffer.isView(items)) return (items as unknown as Float64Array).slice(first, end) as unknown as ArrayLike<T>;
  return Array.prototype.slice.call(items, first, end) as T[];
}
