/** What goes into a trial and what comes out of it; `trial.ts` runs it. */
import type { Trace } from "../../index.ts";
import type { ThreadTimes } from "../machine/clock.ts";
import type { CellCatalogue } from "./program.ts";
import type { Activity, Cell, Check, Sample } from "../result.ts";
import type { Timeline } from "../timeline.ts";

/** How to measure. Plain data: every block's process gets it. */
export interface Protocol {
  readonly blocks: number;
  readonly runs: number;
  readonly warmupMs: number;
  readonly minTimeMs: number;
  readonly seed: number;
}

/** What to measure and how. */
export interface TrialPlan extends Protocol {
  readonly programs: readonly CellCatalogue[];
}

/** How to get threads and read their clocks. */
export interface TrialMachine<Pool> {
  open(threads: number): Promise<Pool>;
  close(pool: Pool): Promise<void>;
  times(pool: Pool): Promise<readonly ThreadTimes[]>;
  /** CPU time of the process so far. */
  processNs(): number;
  /** Monotonic wall time. */
  nowNs(): number;
  /** Records what the threads do until `stop`. Absent: no run is traced. */
  trace?(pool: Pool): Promise<{ stop(): Promise<Trace> }>;
}

/** Told between cells. */
export interface TrialProgress {
  readonly block: number;
  readonly blocks: number;
  readonly cellsDone: number;
  readonly cellsTotal: number;
  /** The cell that comes next; `null`: finding the size of the work. */
  readonly next: Cell | null;
  /** Milliseconds that the rest takes, from what is done; `null` while that is too little. */
  readonly leftMs: number | null;
}

/** One traced run of a cell. */
export interface TracedRun {
  readonly block: number;
  readonly wallNs: number;
  /** What the trace tells; nothing of CPU time, and not what tracing cost. */
  readonly activity: Activity;
  /** What ran when, coarse. A function, because it may be kept packed. */
  readonly timeline: () => Timeline;
}

/** What the lab has seen of one cell. */
export interface CellRecord {
  readonly cell: Cell;
  readonly size: number;
  readonly items: number;
  readonly predicted: { readonly ns: number; readonly isBound: boolean } | null;
  readonly samples: readonly Sample[];
  /** In the order of the blocks. */
  readonly traced: readonly TracedRun[];
}

/** Everything a trial gives; `summary.ts` makes a result of it. */
export interface TrialRecord {
  readonly cells: readonly CellRecord[];
  readonly checks: readonly Check[];
  readonly blocksDone: number;
  readonly interrupted: boolean;
  /** What each program found besides times. */
  readonly found: readonly unknown[];
  /** What the blocks warned of or printed: each text once. */
  readonly notes: readonly string[];
}

/** Runs from which on tracing one more in every block takes little of the time. */
const RUNS_TO_TRACE_ALL = 5;

/** Whether the cells of a block are traced: in all blocks where a run more is a small part, otherwise in the first only. */
export function isTraced({ runs }: Protocol, block: number): boolean {
  return runs >= RUNS_TO_TRACE_ALL || block === 0;
}
