/**
 * What the lab needs to know about a program to measure it. The lab knows nothing
 * else about gophers or vectors; a program knows nothing about statistics.
 */
import type { Cell } from "../cell.ts";
import type { Runtime } from "../../index.ts";
import type { Check } from "../result.ts";
import type { Region } from "../trace/view.ts";

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
  /** Once, before block 0: finds what every block is to use. Absent: nothing is to be found. */
  calibrate?(runtime: Runtime): Promise<Calibration>;
  /** Takes what was found, before anything is run. `block`: the block that follows; `null` before block 0. */
  use?(calibration: Calibration, block: number | null): void;
  /** Makes every thread work for `ms` or longer, so that its code is compiled. */
  warm(runtime: Runtime, threads: number, ms: number): Promise<void>;
  /** A short run of the cell's design, which is not timed: its own code is compiled too. */
  rehearse(runtime: Runtime, cell: Cell): Promise<CellRun>;
  /** One run of one cell; the lab decides the order of cells and runs. */
  run(runtime: Runtime, cell: Cell, size: number): Promise<CellRun>;
}
