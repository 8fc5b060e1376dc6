/**
 * What the lab needs to know of a program to measure it. The lab knows nothing
 * else of gophers or vectors; a program knows nothing of blocks or statistics.
 */
import type { Cell, Check } from "../result.ts";
import type { Region } from "../trace/view.ts";

/** What one run of a cell gave. */
export interface CellRun {
  /** Wall time of the timed region, taken inside the pool, nanoseconds. */
  readonly wallNs: number;
  /** When that was: what a trace is looked at for. Absent: the whole trace. */
  readonly region?: Region;
  /** Units of work done. */
  readonly items: number;
  readonly checks: readonly Check[];
  /** A value that must be the same in every run with the same key, whatever the design, schedule or threads. */
  readonly identity?: { readonly key: string; readonly value: string };
}

/** How much work a run does: found before block 0 and frozen, or given. */
export type Sizing =
  /** Grow from `start` in steps of `step` until the fastest cell of the group takes the least time. */
  | { readonly kind: "found"; readonly start: number; readonly step: number; readonly most: number }
  | { readonly kind: "given"; readonly size: number };

/** What a program found out before anything was timed: the same in all blocks. Plain data. */
export type Calibration = Readonly<Record<string, number>>;

/** What can be measured of a program, known without running it. */
export interface CellCatalogue {
  /** "gophers", "dot"; `baseline.ts` knows the design that its gains refer to. */
  readonly name: string;
  readonly cells: readonly Cell[];
  /** The same for all cells of a group. */
  sizing(cell: Cell): Sizing;
  /** The model's wall time, nanoseconds; `null` where there is no model. */
  predict(cell: Cell, size: number): number | null;
  /** Whether {@link predict} gives only the least that the time may be. */
  isBound(cell: Cell): boolean;
}

/** A program that can be measured. `Pool` is what its runs are started on. */
export interface CellProgram<Pool> extends CellCatalogue {
  /** Once, before block 0: finds what every block is to use. */
  calibrate(pool: Pool): Promise<Calibration>;
  /** Takes on what was found, before anything is run. */
  use(calibration: Calibration): void;
  /** Lets every thread of the pool work for `ms` or longer, so that its code is compiled. */
  warm(pool: Pool, threads: number, ms: number): Promise<void>;
  /** A short run of the cell's design, which is not timed: its own code is compiled too. */
  rehearse(pool: Pool, cell: Cell): Promise<CellRun>;
  /** One run of one cell; the order of `cell` and of the runs is the lab's. */
  run(pool: Pool, cell: Cell, size: number): Promise<CellRun>;
  /** What it has found besides times once cells were run: plain data for who asked for the measurement, or `null`. */
  found(): unknown;
}
