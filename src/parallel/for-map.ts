/** `parallelFor` and `parallelMap`: one call for each index, on all threads. */
import { WarrenError, printValue } from "../errors.ts";
import { current } from "../runtime/thread/ambient.ts";
import { type AnyFunction, task } from "../runtime/task/task-function.ts";
import { type Callee, type ParallelOptions, type Run, eachIndex, functionOf, isThenable, planOf, runAll } from "./runs.ts";

/**
 * Calls `body(index, ...args)` for each index from 0 to `count` − 1. If `body` is a
 * task, it is called on all threads. A closure is called on this thread, so only its
 * waits overlap. Each task calls its indices one after the other. Resolves when
 * all calls have ended. Rejects with the first failure, and stops the other calls.
 *
 * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_ARENA_FULL, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME, what a call throws, or the signal's reason
 */
export async function parallelFor<A extends unknown[] = []>(count: number, body: (index: number, ...args: A) => unknown, options?: ParallelOptions<A>): Promise<void> {
  const side = current("parallelFor");
  const plan = planOf("parallelFor", count, { body }, options);
  await runAll(side, plan, body as AnyFunction, forRun, () => []);
}

const forRun = task(import.meta, async function forRun(callee: Callee, run: Run): Promise<void> {
  const body = await functionOf(callee);
  const { args } = run;
  await eachIndex(current("parallelFor"), run, (index) => body(index, ...args));
});

/**
 * The results of `fn(item, ...args)` for each of `items`, an array or typed array, in
 * the order of the items. Otherwise like `parallelFor`. Items and results are copied,
 * also the elements of a shared array; with `parallelFor` a task can use them in place.
 *
 * @throws as `parallelFor`
 */
export async function parallelMap<T, R, A extends unknown[] = []>(items: ArrayLike<T>, fn: (item: T, ...args: A) => R, options?: ParallelOptions<A>): Promise<Awaited<R>[]> {
  const side = current("parallelMap");
  const plan = planOf("parallelMap", lengthOf(items, "parallelMap"), { fn }, options);
  const results = await runAll(side, plan, fn as AnyFunction, mapRun, (first, end) => [sliceOf(items, first, end)]);
  return results.flat(1) as Awaited<R>[];
}

const mapRun = task(import.meta, async function mapRun(callee: Callee, run: Run, ...[items]: unknown[]): Promise<unknown[]> {
  const fn = await functionOf(callee);
  const { args, first } = run;
  const results: unknown[] = [];
  await eachIndex(current("parallelMap"), run, (index) => {
    const result = fn((items as ArrayLike<unknown>)[index - first], ...args);
    if (!isThenable(result)) return void results.push(result);
    return (result as PromiseLike<unknown>).then((value) => results.push(value));
  });
  return results;
});

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
