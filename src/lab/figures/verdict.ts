/**
 * Did threads really run at the same time? The rule, the words and the sentence
 * of each verdict; docs/method.md, "Verdicts".
 *
 * The rule uses the share of the time in which two or more threads ran a task by the
 * clock (Π₂, from the traces), whether they had a core each in that time (from the CPU
 * time of the threads), and L, the mean number of tasks in progress:
 *
 *   sequential         L < 1.1
 *   concurrent only    Π₂ < 0.1
 *   parallel           overlap on cores q ≥ 0.75
 *   time-sliced        q ≤ 0.25
 *   parallel, sliced   in between
 *   unclear            an interval reaches over a limit
 *   unconfirmed        a timed region under 100 ms, or no source of CPU time
 *
 * The first line that holds decides. With A = Σ j·π_j threads running on average and
 * U = 1 − π_0, the share of the time in which any thread ran, threads overlap for A − U:
 *
 *   q = (A_cpu − U) / (A − U)
 *
 * is 1 if each running thread had a core, and 0 if one core was enough.
 *
 * L, Π₂ and A_cpu have intervals over the blocks. A verdict is given if it is the same
 * at all their ends.
 *
 * Without a trace only bounds are known: a thread runs a task at most all the time, and
 * while it does, it either has a core or is in the kernel's run queue, so A ≤ p and,
 * where the run-queue wait R_q is known, A ≤ A_cpu + R_q; and Π₂ ≤ A / 2. A verdict is
 * given only if it holds for every A within the bound. One inference could be overturned
 * by a trace, and `why` names it: threads that were in the run queue for a tenth of
 * their running time or more were time-sliced.
 *
 * Not done: a limit for A alone (until 0.1.0, A < 1.1 was "concurrent only"). Two threads
 * that ran at the same time for 39 % of a run and were idle together for 30 % have A = 1.09.
 */
import { printPercent, printRatio, type Interval } from "../text.ts";
import type { Activity, CellResult, Verdict } from "../result.ts";

/** What each verdict means, in a clause. */
const MEANINGS: Readonly<Record<Verdict, string>> = {
  sequential: "one task at a time",
  "concurrent only": "several tasks in progress; two or more threads ran at the same time for less than a tenth of the run",
  "time-sliced": "threads overlapped by the clock but shared one core",
  parallel: "threads ran at the same time, each on a core",
  "parallel, sliced": "threads overlapped by the clock, and had a core each for part of that time",
  unclear: "between two verdicts: the blocks differ too much",
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

/** Tasks in progress, on average, from which on there are several. */
const SEVERAL = 1.1;
/** Share of the time with two or more threads running from which on they ran at the same time. */
const TOGETHER = 0.1;
/** Overlap on cores: up to here the threads shared one, from there on each had its own. */
const SHARED = 0.25;
const OWN = 0.75;
/** Without a trace: threads had a core for this share of the time in which they can have run. */
const MOSTLY = 0.9;

type Judged = Pick<CellResult, "threads" | "gophers" | "trace" | "summary">;

/**
 * Judges one cell. Its gophers are the tasks that the program has in progress from
 * the start of the timed region until the work runs out, by construction. Without a
 * trace they stand in for L, of which it only has to be known whether it is above 1.1.
 */
export function judge({ threads, gophers, trace, summary }: Judged): Judgement {
  const { Acpu: cpu, Rq: runQueue } = trace;
  if (summary.medianNs < LEAST_REGION_NS) return given("unconfirmed", "the timed region is shorter than 100 ms");
  if (cpu === undefined) return given("unconfirmed", "there is no source of CPU time per thread");
  if (isTraced(trace)) return judgeTraced(trace, cpu);
  if (gophers < SEVERAL && cpu < SEVERAL) return given("sequential");
  return cpu >= SEVERAL ? judgeParallel(threads, runQueue, cpu) : judgeSerial(threads, runQueue, cpu);
}

type Traced = Activity & Required<Pick<Activity, "A" | "L" | "Pi2" | "hist">>;

function isTraced(trace: Activity): trace is Traced {
  return trace.A !== undefined && trace.L !== undefined && trace.Pi2 !== undefined && trace.hist !== undefined;
}

/** The rules themselves, at all ends of the intervals. */
function judgeTraced(trace: Traced, cpu: number): Judgement {
  const { A, L, Pi2, hist, bounds = {} } = trace;
  const anyRunning = 1 - (hist[0] ?? 0);
  const verdictAt = (inProgress: number, together: number, onCores: number): Verdict => {
    if (inProgress < SEVERAL) return "sequential";
    if (together < TOGETHER) return "concurrent only";
    const overlap = A > anyRunning ? (onCores - anyRunning) / (A - anyRunning) : 1;
    return overlap >= OWN ? "parallel" : overlap <= SHARED ? "time-sliced" : "parallel, sliced";
  };
  const verdict = verdictAt(L, Pi2, cpu);
  const figures: readonly (readonly [ends: Interval | undefined, at: (end: number) => Verdict, reason: (low: number, high: number) => string])[] = [
    [bounds.L, (end) => verdictAt(end, Pi2, cpu), (low, high) => `${printRatio(low)} to ${printRatio(high)} tasks in progress`],
    [bounds.Pi2, (end) => verdictAt(L, end, cpu), (low, high) => `two or more threads ran for ${printPercent(low)} to ${printPercent(high)} of the time`],
    [bounds.Acpu, (end) => verdictAt(L, Pi2, end), (low, high) => `${printRatio(low)} to ${printRatio(high)} threads had a core, where ${printRatio(A)} ran`],
  ];
  for (const [ends, at, reason] of figures) {
    const others = (ends ?? []).map(at).filter((other) => other !== verdict);
    if (ends !== undefined && others.length > 0) return given("unclear", `${reason(...ends)}: ${[...new Set([verdict, ...others])].map(verdictWord).join(" or ")}`);
  }
  return given(verdict);
}

/** No trace, A_cpu ≥ 1.1: several threads had a core at the same time; the question is how much of the time. */
function judgeParallel(threads: number, runQueue: number | undefined, cpu: number): Judgement {
  if (cpu >= MOSTLY * threads) return given("parallel");
  if (runQueue === undefined) return given("unconfirmed", "threads ran at the same time, but without a trace or run-queue wait it is unknown for how much of the time");
  if (cpu >= MOSTLY * (cpu + runQueue)) return given("parallel");
  return given("parallel, sliced", "threads waited in the run queue for more than a tenth of their time");
}

/** No trace, A_cpu < 1.1: the work of one core; the question is whether more threads wanted one. */
function judgeSerial(threads: number, runQueue: number | undefined, cpu: number): Judgement {
  const most = Math.min(threads, runQueue === undefined ? Infinity : cpu + runQueue);
  if (threads === 1 || most / 2 < TOGETHER) return given("concurrent only");
  if (runQueue !== undefined && cpu + runQueue >= SEVERAL && runQueue * 9 >= cpu) return given("time-sliced", "threads waited in the run queue while one core's worth of work was done");
  return given("unconfirmed", "without a trace it is unknown how many threads ran tasks");
}

function given(verdict: Verdict, why: string = MEANINGS[verdict]): Judgement {
  return { verdict, why };
}
