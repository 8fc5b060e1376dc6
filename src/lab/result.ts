/**
 * The result of a measurement, JSON schema "warren/1" (docs/method.md,
 * "Files and exit codes"). Stable: fields are added, never renamed. A field whose value is not known
 * is absent or `null`, never zero. Times are nanoseconds; intervals are 95 %.
 */
import type { Cell } from "./cell.ts";
import type { Comparison } from "./comparison.ts";
import type { Fit } from "./fit.ts";
import type { Environment } from "./machine/environment.ts";
import type { Interval } from "./text.ts";
import type { Timeline } from "./timeline.ts";

/** The version of the format. */
export const SCHEMA = "warren/1";

/** How `gains` are formed: quotients of the medians over the blocks. */
export const GAIN_RULE = "medians";

/** Noise of a cell: half the interval's width as a share of the median. A ≤ 2 %, B ≤ 5 %, C ≤ 10 %, D above. */
export type Grade = "A" | "B" | "C" | "D";

/** Whether threads really ran at the same time; the rule and the words: figures/verdict.ts. */
export type Verdict = "parallel" | "parallel, sliced" | "time-sliced" | "concurrent only" | "sequential" | "unclear" | "unconfirmed";

/** One timed run. */
export interface Sample {
  readonly block: number;
  readonly run: number;
  /** The timed region: from the first work to the last. */
  readonly wallNs: number;
  /** Between the readings of the threads' clocks: the timed region and what is around it. */
  readonly windowNs: number;
  /** CPU time in the window, by thread; empty where there is no source. */
  readonly cpuNs: readonly number[];
  /** Run-queue wait in the window, by thread; empty where there is no source. */
  readonly runDelayNs: readonly number[];
  /** CPU time of the whole process in the window: the worker threads, main, V8's own. */
  readonly processNs?: number;
}

/**
 * What is known of the threads' work (docs/method.md, "Definitions"). Everything but
 * `Acpu`, `Rq` and `helper` comes from the traced run, and is absent without one.
 * Worker threads only: the main thread coordinates and is never counted.
 */
export interface Activity {
  /** Σ CPU time of the worker threads / Σ windows, over all samples: never more than the threads. */
  readonly Acpu?: number;
  /** Σ run-queue wait of the worker threads / Σ windows, over all samples. */
  readonly Rq?: number;
  /** (CPU time of the process − Σ worker CPU) / Σ windows: V8's own threads and main. */
  readonly helper?: number;
  /** The block whose traced run the following figures are of: of all traced runs that with the median wall time. */
  readonly block?: number;
  /** Wall time of the traced region, nanoseconds; if events were lost, of the part of it after the last that was lost. */
  readonly T?: number;
  /** Σ busy: nanoseconds in which threads ran tasks. */
  readonly W?: number;
  /** Nanoseconds in which each thread ran tasks. */
  readonly busy?: readonly number[];
  /** W/T: mean number of threads running a task. */
  readonly A?: number;
  /** Mean number of tasks started and unfinished; a coordinator that only waits for the tasks it has started is not counted. */
  readonly L?: number;
  /** A / threads: utilisation. */
  readonly U?: number;
  /** π_j: share of T with exactly j threads running a task, j = 0 … threads. */
  readonly hist?: readonly number[];
  /** Π₂: share of T with two or more threads running. */
  readonly Pi2?: number;
  /** Events recorded, and those that had no room. */
  readonly events?: number;
  readonly lost?: number;
  /** What tracing cost: median over traced blocks of traced run / median of its block's timed runs (of all blocks, if it has fewer than three), − 1. */
  readonly cost?: number;
  /** Tracing cost more than 5 %, events were lost, or the CPU clock contradicts the trace: the figures above are approximate. */
  readonly approximate?: boolean;
  /** Intervals over the blocks (of L and Π₂ over those that were traced): 95 % from six values on, below that the minimum and the maximum. */
  readonly bounds?: Readonly<Partial<Record<"Acpu" | "L" | "Pi2", Interval>>>;
}

/** A cell's value. */
export interface Summary {
  /** Median over blocks of the median over runs. */
  readonly medianNs: number;
  /** Order-statistic interval of the median; `null` below six blocks. */
  readonly ci: Interval | null;
  /** Blocks. */
  readonly n: number;
  readonly grade: Grade | null;
  /**
   * "short": the median is under 100 ms. "outliers:n": n blocks lie beyond Tukey's fences; they are kept.
   * "drift:+5%": over the blocks the value went one way, by that much from first to last (`drift.ts`).
   * "slow-first:+7%": in nearly every block the first run was slower than the rest, by that much.
   * "short-steps:78%": it took that share of the time that its computing alone should take (`doubts.ts`, also for the next two).
   * "running-too-low", "running-too-high": the trace and the CPU clock of the threads contradict each other.
   * "interrupted": fewer runs than asked for.
   */
  readonly flags: readonly string[];
}

/** A cell with what was measured. */
export interface CellResult extends Cell {
  /** Units of work in one run: books, products. */
  readonly items: number;
  readonly samples: readonly Sample[];
  readonly trace: Activity;
  /** What ran when in the traced run, coarse enough to draw. */
  readonly timeline?: Timeline;
  readonly summary: Summary;
  /** The model's time; `isBound`: only a lower bound, because gophers that compute and wait share a thread. */
  readonly predicted?: { readonly ns: number; readonly isBound?: true };
  readonly verdict: Verdict;
}

/**
 * Where a gain comes from, from the traced runs (docs/method.md, "Factors of the gains"):
 * `C = fill · work`, `P = LB · CommE · p · CompS / U1`, exactly, with C and P of the traced times.
 */
export interface Factors {
  /** C and P of the traced runs, of which the rest are the factors. */
  readonly C: number;
  readonly P: number;
  /** U(d,1)/U(d0,1): idle time filled; and W(d0,1)/W(d,1): work ratio. */
  readonly fill: number;
  readonly work: number;
  /** Load balance: mean busy / largest busy. Communication efficiency: largest busy / T. Computation scaling: W(d,1)/W(d,p). U(d,1). */
  readonly LB: number;
  readonly CommE: number;
  readonly CompS: number;
  readonly U1: number;
}

/** The gains of a cell: quotients of the times of cells, with intervals by name. */
export interface GainResult extends Pick<Cell, "program" | "design" | "world" | "threads"> {
  readonly C: number;
  readonly P: number;
  readonly S: number;
  readonly I?: number;
  readonly P0?: number;
  readonly factors?: Factors;
  readonly ci: Readonly<Partial<Record<"C" | "P" | "S" | "I" | "P0", Interval | null>>>;
}

/** One invariant over all runs. A false one makes the exit code 1. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** How the measurement was made. */
export interface Config {
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  readonly seed: number;
  /** Blocks asked for, and blocks in which every cell was run. */
  readonly blocks: number;
  readonly blocksDone: number;
  readonly runs: number;
  readonly warmupMs: number;
  readonly minTimeMs: number;
  /** The measurement was stopped before its end; what was measured is kept. */
  readonly interrupted: boolean;
  /** Where the blocks ran: each in a process of its own, or (tests) in this one. */
  readonly isolation: "process" | "in-process";
  /** The cores that `--cpus` pinned the blocks to, as given; absent without. */
  readonly cpus?: string;
  /** What each program found before block 0, by program; of gophers: iterations of computing in a millisecond. With "AtEnd" after its name: what it found again at the end of the last block. */
  readonly calibrations?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly startedAt: string;
  readonly seconds: number;
}

/** A whole measurement. */
export interface Result {
  readonly schema: typeof SCHEMA;
  readonly tool: { readonly name: "warren"; readonly version: string };
  readonly env: Environment;
  readonly config: Config;
  readonly cells: readonly CellResult[];
  /** How the gains are formed. Absent in files of warren 0.1.0, where a gain is the geometric mean of the ratios of the blocks; their gains are formed anew when they are read. */
  readonly gainRule?: typeof GAIN_RULE;
  readonly gains: readonly GainResult[];
  readonly checks: readonly Check[];
  /** Laws of scaling, one for each design and world measured on more than one thread count. */
  readonly fits?: readonly Fit[];
  /** With a baseline (a); this result is b. */
  readonly comparison?: Comparison;
}

