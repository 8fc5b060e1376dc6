/**
 * What goes into a trial and what comes out of it; `trial.ts` runs it. And where a
 * block is run: the trial knows blocks only as `BlockRunner`, in a process of their
 * own (`process/parent.ts`), or in this process (tests of the protocol).
 */
import type { Cell } from "../cell.ts";
import type { Machine } from "../machine/environment.ts";
import type { Calibration, CellCatalogue, PileOutcome, Prediction } from "./program.ts";
import type { Activity, Check, Config, Sample } from "../result.ts";

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

/** What was found before block 0; all blocks use it unchanged. Plain data. */
export interface Frozen {
  /** The size of the work, by group (`groupOf`). */
  readonly sizes: Readonly<Record<string, number>>;
  /** By program, in the plan's order. */
  readonly calibrations: readonly Calibration[];
}

/** What is known before block 0. */
export interface Prepared extends Frozen {
  /** The cores that the threads of the blocks can use; `null`: those of this process. */
  readonly processors: Pick<Machine, "affinity" | "usable"> | null;
}

/** What a block is to run. Cells are named by their index among all cells, program after program. */
export interface BlockOrder {
  readonly block: number;
  /** Cells not to run: done already, or broken. */
  readonly skip: readonly number[];
  readonly traced: boolean;
}

/** What one cell gave in one block. */
export interface CellBlock {
  readonly cell: number;
  /** Complete runs only. */
  readonly samples: readonly Sample[];
  readonly items: number;
  /** From every run, the traced one too. */
  readonly checks: readonly Check[];
  readonly identities: readonly { readonly key: string; readonly value: string }[];
  readonly traced: TracedRun | null;
  /** Why a run did not complete; `null`: all did. */
  readonly failure: string | null;
}

/** Called while a block runs. */
export interface BlockEvents {
  /** A cell comes next. Nothing is timed until this returns. */
  next(cell: number): void | Promise<void>;
  done(outcome: CellBlock): void;
}

/** What a block leaves besides its cells; a trial leaves the same of all its blocks, each note once. */
export interface BlockEnd {
  /** What came of the pile; `null`: nothing was burnt from a pile. */
  readonly pile: PileOutcome | null;
  /** Warnings, and what was printed. */
  readonly notes: readonly string[];
}

/** Runs blocks. If the signal is aborted, the work ends after the current run; that is not an error. */
export interface BlockRunner {
  readonly isolation: Config["isolation"];
  /** Calibrates the programs and finds the sizes; calls `onProgress` between groups. `null` if it was stopped. */
  prepare(onProgress: () => void, signal: AbortSignal): Promise<Prepared | null>;
  /** Runs a block. A run that fails is an outcome; if the block itself ends early, this rejects. */
  run(order: BlockOrder, frozen: Frozen, events: BlockEvents, signal: AbortSignal): Promise<BlockEnd>;
}

/** What one cell gave in all blocks. */
export interface CellRecord {
  readonly cell: Cell;
  readonly size: number;
  /** Of the last block that completed a run. */
  items: number;
  readonly predicted: Prediction | null;
  readonly samples: Sample[];
  /** In the order of the blocks. */
  readonly traced: TracedRun[];
}

/** Everything a trial gives; `summary.ts` makes a result from it. */
export interface TrialRecord extends BlockEnd {
  readonly cells: readonly CellRecord[];
  readonly checks: readonly Check[];
  readonly blocksDone: number;
  readonly interrupted: boolean;
}

/** From this number of runs on, one more traced run in every block takes little time. */
const RUNS_TO_TRACE_ALL = 5;

/** Whether the cells of a block are traced: in all blocks where one more run is a small part, otherwise in the first only. */
export function isTraced({ runs, traced = true }: Protocol, block: number): boolean {
  return traced && (runs >= RUNS_TO_TRACE_ALL || block === 0);
}
