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
import type { ThreadSide } from "../runtime/thread/side.ts";
import { type AnyFunction, ownTask } from "../runtime/module/task-function.ts";
import { lengthOf, sliceOf } from "./for-map.ts";
import { type Callee, type ParallelOptions, type Run, eachIndex, functionOf, isThenable, planOf, runAll } from "./runs.ts";

/** See `Calls.parallelReduce`. */
export async function runReduce(side: ThreadSide, items: ArrayLike<unknown>, step: AnyFunction, merge: AnyFunction, initial: unknown, options?: ParallelOptions): Promise<unknown> {
  const plan = planOf("parallelReduce", lengthOf(items, "parallelReduce"), { step, merge }, options);
  const runs = await runAll(side, plan, step, computeReduce, reduceRun, (first, end) => [sliceOf(items, first, end), initial]);
  if (runs.length === 0) return initial;
  let states = runs.flat(1);
  while (states.length > 1) {
    const merged: unknown[] = [];
    for (let k = 0; k < states.length; k += 2) {
      const value = k + 1 < states.length ? merge(states[k], states[k + 1]) : states[k];
      merged.push(isThenable(value) ? await value : value);
    }
    states = merged;
  }
  return states[0];
}

const reduceRun = ownTask(import.meta, "reduceRun", function reduceRun(callee: Callee, run: Run, ...more: unknown[]): Promise<unknown[]> {
  return computeReduce(current("parallelReduce"), callee, run, ...more);
});

/** One state for each chunk of the run. */
async function computeReduce(side: ThreadSide, callee: Callee, run: Run, ...[items, initial]: unknown[]): Promise<unknown[]> {
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
}

/** Copies the initial value for each chunk, because a step may change its state in place. */
function copyOf(space: Space, value: unknown): unknown {
  return typeof value === "object" && value !== null ? decodePayload(space, encodePayload(space, value, "the initial value")) : value;
}
