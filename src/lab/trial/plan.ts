/** What goes into a trial and what comes out of it; `trial.ts` runs it. */
import type { Cell } from "../cell.ts";
import type { CellCatalogue, PileOutcome } from "./program.ts";
import type { Activity, Check, Sample } from "../result.ts";

/** How to measure. Plain data: the process of every block gets it. */
export interface Protocol {
  readonly blocks: number;
  readonly runs: number;
  readonly warmupMs: number;
  readonly minTimeMs: number;
  readonly seed: number;
  /** `false`: no run is traced. */
  readonly traced?: boolean;
}

/** What to measure and how. */
export interface TrialPlan extends Protocol {
  readonly programs: readonly CellCatalogue[];
}

/** Reported between cells. */
export interface TrialProgress {
  readonly block: number;
  readonly blocks: number;
  readonly cellsDone: number;
  readonly cellsTotal: number;
  /** The cell that comes next; `null`: finding the size of the work. */
  readonly next: Cell | null;
  /** Milliseconds that the rest takes, estimated from what is done; `null` while that is too little. */
  readonly leftMs: number | null;
}

/** One traced run of a cell. */
export interface TracedRun {
  readonly block: number;
  readonly wallNs: number;
  /** The figures of the trace; without CPU times and the cost of tracing. */
  readonly activity: Activity;
  /** What ran when, coarse and packed (`unpackTimeline`): thousands are kept until it is known which one is needed. */
  readonly timeline: Uint8Array;
}

/** What one cell gave in all blocks. */
export interface CellRecord {
  readonly cell: Cell;
  readonly size: number;
  /** Of the last block that completed a run. */
  items: number;
  readonly predicted: { readonly ns: number; readonly isBound: boolean } | null;
  readonly samples: Sample[];
  /** In the order of the blocks. */
  readonly traced: TracedRun[];
}

/** Everything a trial gives; `summary.ts` makes a result from it. */
export interface TrialRecord {
  readonly cells: readonly CellRecord[];
  readonly checks: readonly Check[];
  readonly blocksDone: number;
  readonly interrupted: boolean;
  /** What came of the pile; `null`: nothing was burnt from a pile. */
  readonly pile: PileOutcome | null;
  /** Warnings of the blocks and what they printed: each text once. */
  readonly notes: readonly string[];
}

/** From this number of runs on, one more traced run in every block takes little time. */
const RUNS_TO_TRACE_ALL = 5;

/** Whether the cells of a block are traced: in all blocks where one more run is a small part, otherwise in the first only. */
export function isTraced({ runs, traced = true }: Protocol, block: number): boolean {
  return traced && (runs >= RUNS_TO_TRACE_ALL || block === 0);
}
