/**
 * Timing of an in-process rival: warm up, size a run, take several.
 */
import { resultOf, type RivalOptions, type RivalResult, type RivalRow } from "./scenarios.ts";

/** Shortest warm-up, in milliseconds. */
const WARM_UP_MS = 500;
/** Number of operations of the first run, and the least of any. */
const FIRST_OPERATIONS = 16;
/** Largest number of operations in one run: a rival that does nothing must not loop for ever. */
const MOST_OPERATIONS = 2 ** 30;
/** How many times larger than the run before it a run may be: a short run says little. */
const MOST_GROWTH = 8;

/**
 * Measures `operate`, which must do `count` operations before its promise
 * resolves, and check that all of them happened. Figures are nanoseconds an
 * operation.
 */
export async function timeOperations(row: RivalRow, options: RivalOptions, operate: (count: number) => Promise<void>): Promise<RivalResult> {
  const count = await warmUp(operate, options.runMs);
  const runs: number[] = [];
  while (runs.length < options.runs) runs.push((await timeOnce(operate, count)) / count);
  return resultOf(row, runs);
}

/**
 * Warms up, and finds the number of operations of a run of about `runMs`.
 *
 * A run is sized from the run before it, for at least `WARM_UP_MS` and until
 * one takes at least three quarters of `runMs`: code that is still warming up
 * gets faster from run to run, some rivals tenfold, and would be sized too
 * small.
 */
export async function warmUp(operate: (count: number) => Promise<void>, runMs: number): Promise<number> {
  const targetNs = runMs * 1e6;
  let count = FIRST_OPERATIONS;
  for (let warmUpNs = 0; count < MOST_OPERATIONS; ) {
    const tookNs = await timeOnce(operate, count);
    warmUpNs += tookNs;
    if (tookNs >= targetNs * 0.75 && warmUpNs >= WARM_UP_MS * 1e6) break;
    const next = count * Math.min(MOST_GROWTH, targetNs / tookNs);
    count = Math.min(MOST_OPERATIONS, Math.max(FIRST_OPERATIONS, Math.ceil(next)));
  }
  return count;
}

/**
 * Calls `operate` `count` times with at most `window` calls waiting at once:
 * `window` lanes, each of which waits for its call before it makes the next.
 */
export async function inWindow(count: number, window: number, operate: () => PromiseLike<unknown>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await operate();
  };
  await Promise.all(Array.from({ length: window }, lane));
}

async function timeOnce(operate: (count: number) => Promise<void>, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  await operate(count);
  return Number(process.hrtime.bigint() - start);
}
