/**
 * Did threads really run at once? The verdict of docs/method.md, "Verdicts".
 *
 * The rule compares A, the mean number of threads that ran a task (from the
 * trace), with A_cpu, the mean number that had a processor (from the CPU time
 * of the worker threads), and L, the mean number of tasks in progress:
 *
 *   sequential         L < 1.1
 *   concurrent only    A < 1.1 and L ≥ 1.1
 *   time-sliced        A ≥ 1.1 and A_cpu < 1.1
 *   parallel           A ≥ 1.1 and A_cpu ≥ 1.1 and A_cpu ≥ 0.9·A
 *   parallel, sliced   A ≥ 1.1 and A_cpu ≥ 1.1 and A_cpu < 0.9·A
 *   unconfirmed        a timed region under 100 ms, or no source of CPU time
 *
 * The rules overlap, so their order matters: with A < 1.1 a second
 * thread's CPU time was spent looking for work, which is not running a task.
 *
 * Without a trace A is not known, only bounded: a thread runs a task at most
 * all the time, and while it does, it either has a processor or stands in the
 * kernel's run queue:
 *
 *   A ≤ p      and, where the run-queue wait R_q is known,      A ≤ A_cpu + R_q
 *
 * Then a verdict is given when it holds for every A within the bound. Where it
 * does not, the answer is "unconfirmed": nothing is guessed. One inference is
 * made that a trace could overturn and is named in `why`: threads that stood in
 * the run queue for a tenth of their running time or more were being time-sliced.
 */

/** The verdict on one cell. */
export type Verdict = "parallel" | "parallel, sliced" | "time-sliced" | "concurrent only" | "sequential" | "unconfirmed";

/** What is known about a cell. `null`: not known. */
export interface Evidence {
  readonly threads: number;
  /** Median wall time of the timed region, nanoseconds. */
  readonly wallNs: number;
  /** Mean number of worker threads with a processor: Σ CPU time / wall time. */
  readonly cpuParallelism: number | null;
  /** Mean number of worker threads in the kernel's run queue: Σ run-queue wait / wall time. */
  readonly runQueue: number | null;
  /** A: mean number of threads running a task. Needs a trace. */
  readonly parallelism: number | null;
  /** L: mean number of tasks started and unfinished. Needs a trace. */
  readonly concurrency: number | null;
  /**
   * Tasks that the program has in progress from the start of the timed region
   * until the work runs out, by construction. Stands in for L, of which it only
   * has to be known whether it is above 1.1.
   */
  readonly tasks: number;
}

/** A verdict with its reason in one clause. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

/** Shorter regions are not judged: CPU clocks step by about 4 ms. */
export const LEAST_REGION_NS = 100e6;

const PARALLEL = 1.1;
const SLICED = 0.9;

/** Judges one cell. */
export function judge(evidence: Evidence): Judgement {
  const { wallNs, cpuParallelism: cpu, parallelism, concurrency, tasks } = evidence;
  if (wallNs < LEAST_REGION_NS) return unconfirmed("the timed region is shorter than 100 ms");
  if (cpu === null) return unconfirmed("there is no source of CPU time per thread");
  if (parallelism !== null) return judgeTraced(parallelism, concurrency ?? tasks, cpu);
  if ((concurrency ?? tasks) < PARALLEL && cpu < PARALLEL) return { verdict: "sequential", why: "one task at a time" };
  return cpu >= PARALLEL ? judgeParallel(evidence, cpu) : judgeSerial(evidence, cpu);
}

/** The rules themselves. */
function judgeTraced(parallelism: number, concurrency: number, cpu: number): Judgement {
  if (concurrency < PARALLEL) return { verdict: "sequential", why: "one task at a time" };
  if (parallelism < PARALLEL) return { verdict: "concurrent only", why: "several tasks in progress, at most one of them running" };
  if (cpu < PARALLEL) return { verdict: "time-sliced", why: "threads ran tasks at once by the clock, and took turns on one processor" };
  return cpu >= SLICED * parallelism ? parallel() : sliced("running tasks had no processor for over a tenth of the time");
}

/** No trace, A_cpu ≥ 1.1: several threads had a processor at once; the question is how much of the time. */
function judgeParallel({ threads, runQueue }: Evidence, cpu: number): Judgement {
  if (cpu >= SLICED * threads) return parallel();
  if (runQueue === null) return unconfirmed("threads ran at once, but without a trace or run-queue wait it is not known for how much of the time");
  if (cpu >= SLICED * (cpu + runQueue)) return parallel();
  return sliced("threads waited in the run queue for over a tenth of their time");
}

/** No trace, A_cpu < 1.1: one processor's worth of work; the question is whether more threads wanted one. */
function judgeSerial({ threads, runQueue }: Evidence, cpu: number): Judgement {
  const most = Math.min(threads, runQueue === null ? Infinity : cpu + runQueue);
  if (most < PARALLEL) return { verdict: "concurrent only", why: "several tasks in progress, at most one of them running" };
  if (runQueue !== null && cpu + runQueue >= PARALLEL && runQueue * 9 >= cpu) {
    return { verdict: "time-sliced", why: "threads stood in the run queue while one processor's worth of work was done" };
  }
  return unconfirmed("without a trace it is not known how many threads ran tasks");
}

function parallel(): Judgement {
  return { verdict: "parallel", why: "several threads had a processor at once" };
}

function sliced(why: string): Judgement {
  return { verdict: "parallel, sliced", why };
}

function unconfirmed(why: string): Judgement {
  return { verdict: "unconfirmed", why };
}
