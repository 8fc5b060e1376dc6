/** The grain map: which steps are looked at, what is predicted of them, and what a sweep over them says. */
import type { Estimate } from "./measurements.ts";

/** Lengths of a step, milliseconds. The first one is what handing over is judged by. */
export const COMPUTING_UNITS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2] as const;
export const WAITING_UNITS = [0.25, 0.5, 1, 2, 4, 8] as const;

/** A gain counts as reached at this share of it. */
export const REACHED = 0.9;

/** What handing over costs a load, in milliseconds of all threads together. */
export interface Overheads {
  readonly single: number;
  readonly shared: number;
}

/** Parallelism gain on `threads` of steps of `unitMs`. */
export function predictedGain(unitMs: number, threads: number, { single, shared }: Overheads): number {
  return (threads * (4 * unitMs + single)) / (4 * unitMs + shared);
}

/** The shortest step for which that gain is at least 0.9 of the threads; 0 where all do. */
export function predictedGrain({ single, shared }: Overheads): number {
  return Math.max(0, (REACHED * shared - single) / (4 * (1 - REACHED)));
}

/** The shortest length from which on every gain is at least `level`, between two lengths by the logarithm; `NaN` where the longest does not reach it. */
export function reachedFrom(units: readonly number[], gains: readonly number[], level: number): number {
  const below = gains.findLastIndex((gain) => gain < level);
  if (below === gains.length - 1) return Number.NaN;
  if (below === -1) return units[0] as number;
  const [x0, x1] = [Math.log(units[below] as number), Math.log(units[below + 1] as number)];
  const [y0, y1] = [gains[below] as number, gains[below + 1] as number];
  return Math.exp(x0 + ((x1 - x0) * (level - y0)) / (y1 - y0));
}

/** What was measured of the cpu world on one number of threads. */
export interface ComputingGrain {
  readonly threads: number;
  readonly gains: readonly Estimate[];
  readonly overheads: Overheads;
  readonly grainMs: number;
  /** Share of their running time in which the threads waited for a processor. */
  readonly waited: number;
}

/** What was measured of the wait world. */
export interface WaitingGrain {
  readonly gains: readonly Estimate[];
  /** How much longer than asked a load of one gopher took, as a share. */
  readonly excess: readonly number[];
  readonly grainMs: number;
  /** The shortest step that takes no more than a ninth longer than asked. */
  readonly trueMs: number;
}
