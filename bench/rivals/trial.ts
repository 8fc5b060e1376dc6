/**
 * How a process measures, in all that is JavaScript, on one thread and on two: it warms
 * up until times are steady, and then tinybench times batches of operations. The figure of
 * the process is the median of the batches. Go and C do the same (`measure` in
 * go/main.go, dot-trial.h).
 *
 * A batch of 10 ms is many thousand times what the clock resolves, and long enough that
 * starting the tasks of a batch is less than a hundredth of it.
 */
import { Bench } from "tinybench";
import type { Trial } from "../rounds/contestant.ts";

/** About how long a batch takes that is timed, in milliseconds. */
const BATCH_MS = 10;
/** Fewest batches that are timed. */
const LEAST_BATCHES = 5;
/** About how long a batch of the warm-up takes, in milliseconds. */
const WARM_BATCH_MS = 4;
/** The warm-up takes at least this, in milliseconds, on one thread and on more: there both compile, and times are level for a while before they fall. */
const LEAST_WARM_MS = [100, 300] as const;
/** The most that it takes, if times do not become steady. */
const MOST_WARM_MS = 800;
/** Times are steady if the medians of the last so many batches and of as many before them differ by less than this part. */
const STEADY_BATCHES = 8;
const STEADY_PART = 0.05;
/** How many times larger than the batch before it a batch may be: a short one says little. */
const MOST_GROWTH = 8;

/**
 * Nanoseconds that one operation takes. `operate` must do `count` operations before its
 * promise resolves, and check that all of them happened; `threads`: how many work on them.
 */
export async function timeOperations(operate: (count: number) => Promise<void>, threads: number, { timeMs }: Pick<Trial, "timeMs">): Promise<number> {
  const count = Math.max(1, Math.round((BATCH_MS * 1e6) / (await warmUp(operate, threads))));
  const bench = new Bench({ time: timeMs, iterations: LEAST_BATCHES, warmupTime: 2 * BATCH_MS, warmupIterations: 2, throws: true });
  bench.add("batch", async () => {
    await operate(count);
  });
  const [timed] = await bench.run();
  const result = timed?.result;
  if (result?.state !== "completed") throw new Error(`tinybench ended as ${String(result?.state)}`);
  return (result.latency.p50 * 1e6) / count;
}

/** Warms up until times are steady; the nanoseconds that an operation then takes. */
async function warmUp(operate: (count: number) => Promise<void>, threads: number): Promise<number> {
  const leastMs = LEAST_WARM_MS[threads === 1 ? 0 : 1];
  const times: number[] = [];
  let count = 1;
  for (let spentMs = 0; ; ) {
    const tookMs = await timeOnce(() => operate(count));
    spentMs += tookMs;
    if (tookMs >= WARM_BATCH_MS / 2) times.push((tookMs * 1e6) / count);
    if (times.length > 0 && (spentMs >= MOST_WARM_MS || (spentMs >= leastMs && isSteady(times)))) return median(times.slice(-STEADY_BATCHES));
    count = Math.max(1, Math.round(count * Math.min(MOST_GROWTH, WARM_BATCH_MS / tookMs)));
  }
}

/** Whether the last times differ little from those before them. */
export function isSteady(times: readonly number[]): boolean {
  if (times.length < 2 * STEADY_BATCHES) return false;
  const last = median(times.slice(-STEADY_BATCHES));
  const before = median(times.slice(-2 * STEADY_BATCHES, -STEADY_BATCHES));
  return Math.abs(last / before - 1) < STEADY_PART;
}

/**
 * Calls `operate` `count` times with at most `window` calls waiting at the same time:
 * `window` lanes, each of which waits for its call before it makes the next.
 */
export async function inWindow(count: number, window: number, operate: () => PromiseLike<unknown>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await operate();
  };
  await Promise.all(Array.from({ length: window }, lane));
}

/** Milliseconds that `work` takes. */
export async function timeOnce(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** That of the lab is a package, and what a process loads takes time from its start. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) / 2;
}
