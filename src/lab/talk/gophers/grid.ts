/**
 * Which gophers to measure. Pure: loads no runtime, so that `--help` and a
 * misspelt design are answered at once.
 *
 * `lanes` and `carts` change the designs they mean something to: those that
 * have two lanes (G4 G7 G9 G11), and those whose teams hand carts on (G5 G6 G7
 * G10 G11). The baseline G1 stays what it is, or no gain could be read.
 */
import { DESIGN_IDS, designOf, MAX_CARTS, MAX_LANES, PRESETS, type DesignId } from "../../../../workers/gophers/design.ts";
import type { World } from "../../../../workers/gophers.ts";

export { DESIGN_IDS, designOf, MAX_CARTS, MAX_LANES };
export type { DesignId, World };

/** The three worlds of synthetic books. */
export const WORLDS: readonly World[] = ["cpu", "wait", "mixed"];

/**
 * Length of a step, milliseconds. Where it waits: long enough that the grain of
 * timers, about 1 ms, is a small part of it. Where it only computes there is no
 * such grain, and more and shorter steps make the ends of a run count less.
 */
export const USUAL_UNIT_MS: Readonly<Record<World, number>> = { cpu: 1, wait: 5, mixed: 5 };

/** Which gophers to measure. */
export interface GopherGrid {
  readonly designs: readonly DesignId[];
  /** Without meaning when there is a pile. */
  readonly worlds: readonly World[];
  readonly threads: readonly number[];
  /** Length of a step; `null`: the usual one of the world. */
  readonly unitMs: number | null;
  /** Books in a run; `null`: found. */
  readonly books: number | null;
  readonly lanes: number | null;
  readonly carts: number | null;
  /** Directory of real books; `null`: synthetic ones. */
  readonly pile: string | null;
  readonly seed: number;
}

/** Whether `lanes` changes this design. */
export function takesLanes(design: DesignId): boolean {
  return PRESETS[design].lanes > 1;
}

/** Whether `carts` changes this design. */
export function takesCarts(design: DesignId): boolean {
  return PRESETS[design].team === "trio" || PRESETS[design].team === "quartet";
}
