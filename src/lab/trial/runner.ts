/**
 * Where a block is run. The trial knows blocks only through this: in a process
 * of its own (`block-processes.ts`), or in this one (tests of the protocol).
 */
import type { Machine } from "../machine/environment.ts";
import type { Calibration } from "./program.ts";
import type { Check, Config, Sample } from "../result.ts";
import type { TracedRun } from "./plan.ts";

/** What was found before block 0; all blocks use it unchanged. Plain data. */
export interface Frozen {
  /** The size of the work, by group (`groupOf`). */
  readonly sizes: Readonly<Record<string, number>>;
  /** By program, in the plan's order. */
  readonly calibrations: readonly Calibration[];
}

/** What is known before block 0. */
export interface Prepared extends Frozen {
  /** The processors that the threads of the blocks may use; `null`: those of this process. */
  readonly processors: Pick<Machine, "affinity" | "usable"> | null;
}

/** What a block is to run. Cells are named by their index among all cells, program after program. */
export interface BlockOrder {
  readonly block: number;
  /** Cells not to run: done already, or broken. */
  readonly skip: readonly number[];
  readonly traced: boolean;
}

/** What came of one cell in one block. */
export interface CellOutcome {
  readonly cell: number;
  /** Complete runs only. */
  readonly samples: readonly Sample[];
  readonly items: number;
  /** Of every run, the traced one too. */
  readonly checks: readonly Check[];
  readonly identities: readonly { readonly key: string; readonly value: string }[];
  readonly traced: TracedRun | null;
  /** Why a run did not complete; `null`: all did. */
  readonly failure: string | null;
}

/** Told while a block runs. */
export interface BlockEvents {
  /** A cell comes next. Nothing is timed before this has been answered. */
  next(cell: number): void | Promise<void>;
  done(outcome: CellOutcome): void;
}

/** What a block leaves besides its cells. */
export interface BlockEnd {
  /** What each program found besides times. */
  readonly found: readonly unknown[];
  /** What it warned of or printed. */
  readonly notes: readonly string[];
}

/** Runs blocks. An aborted signal ends what goes on after the current run; that is no error. */
export interface BlockRunner {
  readonly isolation: Config["isolation"];
  /** Calibrates the programs and finds the sizes; calls `onProgress` now and then. `null` if it was stopped. */
  prepare(onProgress: () => void, signal: AbortSignal): Promise<Prepared | null>;
  /** Runs a block. A run that fails is an outcome; if the block itself breaks off, this rejects. */
  run(order: BlockOrder, frozen: Frozen, events: BlockEvents, signal: AbortSignal): Promise<BlockEnd>;
}
