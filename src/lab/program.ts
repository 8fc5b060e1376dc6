/**
 * What the lab needs to know of a program to measure it. The lab knows nothing
 * else of gophers or vectors; a program knows nothing of blocks or statistics.
 */
import type { Cell, Check } from "./result.ts";

/** What one run of a cell gave. */
export interface CellRun {
  /** Wall time of the timed region, taken inside the pool, nanoseconds. */
  readonly wallNs: number;
  /** Units of work done. */
  readonly items: number;
  readonly checks: readonly Check[];
  /** A value that must be the same in every run with the same key, whatever the design, schedule or threads. */
  readonly identity?: { readonly key: string; readonly value: string };
}

/** How much work a run does: found in block 0 and frozen, or given. */
export type Sizing =
  /** Grow from `start` in steps of `step` until the fastest cell of the group takes the least time. */
  | { readonly kind: "found"; readonly start: number; readonly step: number; readonly most: number }
  | { readonly kind: "given"; readonly size: number };

/** A program that can be measured. `Pool` is what its runs are started on. */
export interface CellProgram<Pool> {
  /** "gophers", "dot"; `baseline.ts` knows the design that its gains refer to. */
  readonly name: string;
  readonly cells: readonly Cell[];
  /** The same for all cells of a group. */
  sizing(cell: Cell): Sizing;
  /** Once, before anything is timed: calibrate, read the pile. */
  prepare(pool: Pool): Promise<void>;
  /** Lets every thread of the pool work for `ms`, so that its code is compiled. */
  warm(pool: Pool, threads: number, ms: number): Promise<void>;
  /** One run of one cell; the order of `cell` and of the runs is the lab's. */
  run(pool: Pool, cell: Cell, size: number): Promise<CellRun>;
  /** The model's wall time, nanoseconds; `null` where there is no model. */
  predict(cell: Cell, size: number): number | null;
}
