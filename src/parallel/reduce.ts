/**
 * `parallelReduce`: many items into one value, the same bits for every number of
 * threads and every schedule.
 *
 * Invariants: how the items are divided into chunks depends only on their number and
 * on the grain. Each chunk begins with its own copy of the initial value and takes its
 * items in order. The calling task merges the values of the chunks in pairs of
 * neighbours, level by level. So every operation has the same operands on any thread.
 *
 * Source: the fixed tree of dot-grid.ts; oneTBB's parallel_deterministic_reduce.
 */
import { decodePayload, encodePayload } from "../wire/payload.ts";
import type { Space } from "../wire/type.ts";
import { current } from "../runtime/thread/ambient.ts";
import { type AnyFunction, task } from "../runtime/task/task-function.ts";
import { lengthOf, sliceOf } from "./for-map.ts";
import { type Callee, type ParallelOptions, type Run, eachIndex, functionOf, isThenable, planOf, runAll } from "./runs.ts";

/**
 * Reduces `items`, an array or typed array, to one value: `step(state, item, ...args)`
 * returns the next state of a chunk, `merge(a, b)` the state of two neighbouring
 * chunks. Each chunk begins with a copy of `initial`, so merging `initial` must change
 * nothing (0 for a sum). If `step` is a task, it is called on all threads; a closure is
 * called on this thread, and so is `merge`. Without items the result is `initial`.
 *
 * The result depends only on the items, the grain and the functions, to the last bit,
 * if the functions depend only on their arguments.
 *
 * @throws as `parallelFor`
 */
export async function parallelReduce<T, S, A extends unknown[] = []>(
  items: ArrayLike<T>,
  step: (state: S, item: T, ...args: A) => S | PromiseLike<S>,
  merge: (a: S, b: S) => S | PromiseLike<S>,
  initial: S,
  options?: ParallelOptions<A>,
): Promise<S> {
  const side = current("parallelReduce");
  const plan = planOf("parallelReduce", lengthOf(items, "parallelReduce"), { step, merge }, options);
  const runs = await runAll(side, plan, step as AnyFunction, reduceRun, (first, end) => [sliceOf(items, first, end), initial]);
  if (runs.length === 0) return initial;
  let states = runs.flat(1) as S[];
  while (states.length > 1) {
    const merged: S[] = [];
    for (let k = 0; k < states.length; k += 2) {
      const value = k + 1 < states.length ? merge(states[k], states[k + 1]) : states[k];
      merged.push(isThenable(value) ? await value : (value as S));
    }
    states = merged;
  }
  return states[0];
}

/** One state for each chunk of the run. */
const reduceRun = task(import.meta, async function reduceRun(callee: Callee, run: Run, ...[items, initial]: unknown[]): Promise<unknown[]> {
  const side = current("parallelReduce");
  const step = await functionOf(callee);
  const { args, grain } = run;
  const states: unknown[] = [];
  await eachIndex(side, run, (index) => {
    // A chunk begins at each multiple of the grain.
    if (index % grain === 0) states.push(copyOf(side.waiters, initial));
    const chunk = states.length - 1;
    const next = step(states[chunk], (items as ArrayLike<unknown>)[index - run.first], ...args);
    if (!isThenable(next)) return void (states[chunk] = next);
    return (next as PromiseLike<unknown>).then((value) => (states[chunk] = value));
  });
  return states;
});

/** Copies the initial value for each chunk, because a step may change its state in place. */
function copyOf(space: Space, value: unknown): unknown {
  return typeof value === "object" && value !== null ? decodePayload(space, encodePayload(space, value, "the initial value")) : value;
}
