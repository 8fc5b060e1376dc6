/**
 * Did threads really run at the same time? The rule, the words and the sentence
 * of each verdict; docs/method.md, "Verdicts".
 *
 * The rule compares A, the mean number of threads that ran a task (from the
 * trace), with A_cpu, the mean number that had a core (from the CPU time of the
 * worker threads), and L, the mean number of tasks in progress:
 *
 *   sequential         L < 1.1
 *   concurrent only    A < 1.1 and L ≥ 1.1
 *   time-sliced        A ≥ 1.1 and A_cpu < 1.1
 *   parallel           A ≥ 1.1 and A_cpu ≥ 1.1 and A_cpu ≥ 0.9·A
 *   parallel, sliced   A ≥ 1.1 and A_cpu ≥ 1.1 and A_cpu < 0.9·A
 *   unconfirmed        a timed region under 100 ms, or no source of CPU time
 *
 * The first line that holds decides. With A < 1.1 a second thread's CPU time was
 * spent looking for work, which is not running a task.
 *
 * Without a trace only a bound of A is known: a thread runs a task at most all
 * the time, and while it does, it either has a core or is in the kernel's run
 * queue:
 *
 *   A ≤ p      and, where the run-queue wait R_q is known,      A ≤ A_cpu + R_q
 *
 * Then a verdict is given only if it holds for every A within the bound;
 * otherwise the verdict is "unconfirmed". One inference could be overturned by a
 * trace, and `why` names it: threads that were in the run queue for a tenth of
 * their running time or more were time-sliced.
 */
import type { CellResult, Verdict } from "../result.ts";

/** What each verdict means, in a clause. */
const MEANINGS: Readonly<Record<Verdict, string>> = {
  sequential: "one task at a time",
  "concurrent only": "several tasks in progress; on average no more than about one running",
  "time-sliced": "threads overlapped by the clock but shared about one core",
  parallel: "threads ran at the same time, each on a core",
  "parallel, sliced": "in parallel part of the time, sharing cores the rest",
  unconfirmed: "run too short, or no CPU times: no verdict",
};

/** What a verdict means, for people. */
export function verdictMeaning(verdict: Verdict): string {
  return MEANINGS[verdict];
}

/** What people read; programs read the verdict itself. */
export function verdictWord(verdict: Verdict): string {
  return verdict === "parallel, sliced" ? "partly parallel" : verdict;
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

/**
 * Judges one cell. Its gophers are the tasks that the program has in progress from
 * the start of the timed region until the work runs out, by construction. Without a
 * trace they stand in for L, of which it only has to be known whether it is above 1.1.
 */
export function judge({ threads, gophers, trace: { Acpu: cpu, Rq: runQueue, A, L = gophers }, summary }: Pick<CellResult, "threads" | "gophers" | "trace" | "summary">): Judgement {
  if (summary.medianNs < LEAST_REGION_NS) return given("unconfirmed", "the timed region is shorter than 100 ms");
  if (cpu === undefined) return given("unconfirmed", "there is no source of CPU time per thread");
  if (A !== undefined) return judgeTraced(A, L, cpu);
  if (L < PARALLEL && cpu < PARALLEL) return given("sequential");
  return cpu >= PARALLEL ? judgeParallel(threads, runQueue, cpu) : judgeSerial(threads, runQueue, cpu);
}

/** The rules themselves. */
function judgeTraced(parallelism: number, concurrency: number, cpu: number): Judgement {
  if (concurrency < PARALLEL) return given("sequential");
  if (parallelism < PARALLEL) return given("concurrent only");
  if (cpu < PARALLEL) return given("time-sliced");
  return cpu >= SLICED * parallelism ? given("parallel") : given("parallel, sliced", "running tasks had no core for more than a tenth of the time");
}

/** No trace, A_cpu ≥ 1.1: several threads had a core at the same time; the question is how much of the time. */
function judgeParallel(threads: number, runQueue: number | undefined, cpu: number): Judgement {
  if (cpu >= SLICED * threads) return given("parallel");
  if (runQueue === undefined) return given("unconfirmed", "threads ran at the same time, but without a trace or run-queue wait it is unknown for how much of the time");
  if (cpu >= SLICED * (cpu + runQueue)) return given("parallel");
  return given("parallel, sliced", "threads waited in the run queue for more than a tenth of their time");
}

/** No trace, A_cpu < 1.1: the work of one core; the question is whether more threads wanted one. */
function judgeSerial(threads: number, runQueue: number | undefined, cpu: number): Judgement {
  const most = Math.min(threads, runQueue === undefined ? Infinity : cpu + runQueue);
  if (most < PARALLEL) return given("concurrent only");
  if (runQueue !== undefined && cpu + runQueue >= PARALLEL && runQueue * 9 >= cpu) return given("time-sliced", "threads waited in the run queue while one core's worth of work was done");
  return given("unconfirmed", "without a trace it is unknown how many threads ran tasks");
}

function given(verdict: Verdict, why: string = MEANINGS[verdict]): Judgement {
  return { verdict, why };
}
