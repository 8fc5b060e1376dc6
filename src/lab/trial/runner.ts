/**
 * Where a block is run. The trial knows blocks only through this: in a process
 * of its own (`process/parent.ts`), or in this process (tests of the protocol).
 */
import type { Machine } from "../machine/environment.ts";
import type { Calibration, PileOutcome } from "./program.ts";
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

/** What a block leaves besides its cells. */
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
