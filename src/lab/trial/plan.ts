/**
 * What goes into a trial and what comes out of it; `trial.ts` runs it.
 *
 * First the programs: what the lab needs to know about one to measure it. The lab
 * knows nothing else about gophers or vectors; a program knows nothing about
 * statistics. Then the trial, its blocks and where a block is run: the trial knows blocks only as `BlockRunner`, in a process of their
 * own (`process/parent.ts`), or in this process (tests of the protocol).
 */
import type { Cell } from "../cell.ts";
import type { Machine } from "../machine/environment.ts";
import type { Activity, Check, Config, Sample } from "../result.ts";
import type { Runtime } from "../../index.ts";
import type { Region } from "../trace/analyse.ts";

/** What came of a pile of real files: the same in every run, or a check fails. */
export interface PileOutcome {
  /** Files burnt. */
  readonly files: number;
  /** The manifest as the bytes of a file. */
  readonly manifest: Uint8Array;
  /** What could not be read, and what is not a file. */
  readonly problems: readonly { readonly path: string; readonly kind: string; readonly message: string }[];
  readonly skipped: readonly { readonly path: string; readonly kind: string }[];
}

/** What one run of a cell gave. */
export interface CellRun {
  /** Wall time of the timed region, measured by the program, nanoseconds. */
  readonly wallNs: number;
  /** When that was: the part of a trace that is analysed. Absent: the whole trace. */
  readonly region?: Region;
  /** Units of work done. */
  readonly items: number;
  readonly checks: readonly Check[];
  /** A value that must be the same in every run with the same key, whatever the design, schedule or threads. */
  readonly identity?: { readonly key: string; readonly value: string };
  readonly pile?: PileOutcome;
}

/** How much work a run does: found before block 0 and frozen, or given. */
export type Sizing =
  /** Grow from `start` in steps of `step` until the fastest cell of the group takes the minimum time. */
  | { readonly kind: "found"; readonly start: number; readonly step: number; readonly most: number }
  | { readonly kind: "given"; readonly size: number };

/** What a program found out before anything was timed: the same in all blocks. Plain data. */
export type Calibration = Readonly<Record<string, number>>;

/** A model's wall time, nanoseconds; `isBound`: it is only a lower bound. */
export interface Prediction {
  readonly ns: number;
  readonly isBound: boolean;
}

/** The cells of a program and what is known about them without running it. */
export interface CellCatalogue {
  /** "gophers", "dot"; `REFERENCES` in cell.ts names the design that its gains refer to. */
  readonly name: string;
  readonly cells: readonly Cell[];
  /** The same for all cells of a group. */
  sizing(cell: Cell): Sizing;
  /** What the model says of the wall time; `null` or absent where there is no model. */
  predict?(cell: Cell, size: number): Prediction | null;
}

/** A program that can be measured, on the threads of a runtime. */
export interface CellProgram extends CellCatalogue {
  /** Before block 0: finds what every block is to use. At the end of the last block it is called again, for comparison. Absent: nothing is to be found. */
  calibrate?(): Promise<Calibration>;
  /** Takes what was found, before anything is run. `block`: the block that follows; `null` before block 0. */
  use?(calibration: Calibration, block: number | null): void;
  /** Makes every thread work for `ms` or longer, so that its code is compiled. */
  warm(runtime: Runtime, threads: number, ms: number): Promise<void>;
  /** A short run of the cell's design, which is not timed: its own code is compiled too. */
  rehearse(runtime: Runtime, cell: Cell): Promise<CellRun>;
  /** One run of one cell; the lab decides the order of cells and runs. */
  run(runtime: Runtime, cell: Cell, size: number): Promise<CellRun>;
}

/** How often each cell is measured. */
export interface Effort {
  readonly blocks: number;
  readonly runs: number;
  /** How many blocks are traced, the first ones. */
  readonly tracedBlocks: number;
}

/** The time that a measurement should take, and what is measured even if it takes longer. */
export interface Budget {
  readonly ms: number;
  readonly leastBlocks: number;
  readonly leastRuns: number;
}

/** What is known of the times before block 0 (`effort.ts`). */
export interface Costs {
  /** One run of every cell. */
  readonly passNs: number;
  /** What a block takes besides its runs. */
  readonly blockNs: number;
  /** What the preparation has taken. */
  readonly spentNs: number;
}

/** How to measure. Plain data: the process of every block gets it. */
export interface Protocol extends Pick<Effort, "blocks" | "runs"> {
  /** `false`: no run is traced. */
  readonly traced?: boolean | undefined;
  /** `blocks` and `runs` are maxima, of which as many are done as fit; absent: exactly so many. */
  readonly budget?: Budget | undefined;
  readonly warmupMs: number;
  readonly minTimeMs: number;
  readonly seed: number;
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
  /** What the cells have given so far; it grows. */
  readonly cells: readonly CellRecord[];
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

/** What was found before block 0; all blocks use it unchanged. `blocks` and `runs`: how many there are. Plain data. */
export interface Frozen extends Effort {
  /** The size of the work, by group (`groupOf`). */
  readonly sizes: Readonly<Record<string, number>>;
  /** By program, in the plan's order. */
  readonly calibrations: readonly Calibration[];
}

/** What is known before block 0. */
export interface Prepared extends Frozen {
  readonly costs: Costs;
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
  /** Of the last block: the calibrations found at its end, by program, in the plan's order. Otherwise none. */
  readonly atEnd: readonly Calibration[];
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

/** Blocks that are traced where one more run takes much of the time: two, so that a verdict does not rest on one run. */
const TRACED_BLOCKS = 2;

/** How many blocks are traced, the first ones: all where one more run is a small part, otherwise two. */
export function tracedBlocksOf({ blocks, runs, traced = true }: Pick<Protocol, "blocks" | "runs" | "traced">): number {
  if (!traced) return 0;
  return runs >= RUNS_TO_TRACE_ALL ? blocks : Math.min(TRACED_BLOCKS, blocks);
}
