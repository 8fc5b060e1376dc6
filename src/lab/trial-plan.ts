/** What goes into a trial and what comes out of it; `trial.ts` runs it. */
import type { ThreadTimes } from "./clock.ts";
import type { CellProgram } from "./program.ts";
import type { Cell, Check, Sample } from "./result.ts";

/** What to measure and how long. */
export interface TrialPlan<Pool> {
  readonly programs: readonly CellProgram<Pool>[];
  readonly blocks: number;
  readonly runs: number;
  readonly warmupMs: number;
  readonly minTimeMs: number;
  readonly seed: number;
}

/** How to get threads and read their clocks. */
export interface TrialMachine<Pool> {
  open(threads: number): Promise<Pool>;
  close(pool: Pool): Promise<void>;
  times(pool: Pool): Promise<readonly ThreadTimes[]>;
  /** Monotonic wall time. */
  nowNs(): number;
}

/** Told between cells. */
export interface TrialProgress {
  readonly block: number;
  readonly blocks: number;
  readonly cellsDone: number;
  readonly cellsTotal: number;
  /** The cell that comes next; `null`: finding the size of the work. */
  readonly next: Cell | null;
}

/** What the lab has seen of one cell. */
export interface CellRecord {
  readonly cell: Cell;
  readonly size: number;
  readonly items: number;
  readonly predictedNs: number | null;
  readonly samples: readonly Sample[];
}

/** Everything a trial gives; `summary.ts` makes a result of it. */
export interface TrialRecord {
  readonly cells: readonly CellRecord[];
  readonly checks: readonly Check[];
  readonly blocksDone: number;
  readonly interrupted: boolean;
}
