/** Laws of scaling as a result carries them: one fit for each design in each world. `figures/scaling.ts` makes them. */
import type { Cell } from "./cell.ts";

/** A thread count and the items done in a second. */
export interface ScalingPoint {
  readonly threads: number;
  readonly perSecond: number;
}

/** A point of a fitted curve: its threads need not be a whole number. */
export interface Peak {
  readonly threads: number;
  readonly perSecond: number;
}

/** The parameters of a law. */
export interface ScalingLaw {
  /** Throughput of one thread, items a second. */
  readonly lambda: number;
  /** Contention. */
  readonly sigma: number;
  /** Coherency; 0 in Amdahl's law. */
  readonly kappa: number;
}

/** A law with how well it fits. */
export interface FittedLaw extends ScalingLaw {
  /** Share of the variance explained; `null` where there is none: the throughput is the same everywhere. */
  readonly r2: number | null;
  /** Root of the mean square of (fitted / measured − 1). */
  readonly residual: number;
}

/** Why there is no fit, in words. */
export interface Refusal {
  readonly refused: string;
}

/** The Universal Scalability Law, and what follows from it. */
export interface UniversalFit extends FittedLaw {
  /** The maximum of the throughput; `null` if it is beyond twice the threads measured, or nowhere. */
  readonly peak: Peak | null;
  /** Throughput at twice the threads measured, items a second; the law is not used beyond that. */
  readonly ahead: Peak;
}

/** How one design scales with threads. */
export interface Fit extends Pick<Cell, "program" | "world" | "design" | "params"> {
  /** Measured: items a second, from the median time. Threads rising. */
  readonly points: readonly ScalingPoint[];
  readonly universal: UniversalFit | Refusal;
  readonly amdahl: FittedLaw | Refusal;
  /** Serial fraction of Karp and Flatt at each count above one; empty where one thread was not measured. */
  readonly serial: readonly { readonly threads: number; readonly fraction: number }[];
  /** Some threads had no core of their own, so the fit describes the machine as much as the program. */
  readonly oversubscribed: boolean;
}

/** Whether it is a fit. */
export function isFitted<T extends object>(fit: T | Refusal): fit is T {
  return !("refused" in fit);
}

/** A parameter of a law: "0.0277", "1.0e-4", "0". */
export function printParameter(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-6) return "0";
  return size < 1e-3 ? value.toExponential(1) : String(Number(value.toFixed(size < 0.1 ? 4 : 3)));
}

/** "0.0277 at 2, 0.03 at 4": a fraction outside 0 to 1 is none, and is said in words. */
export function serialText({ serial }: Fit): string {
  return serial.map(({ threads, fraction }) => `${fraction < 0 ? "none, faster than the threads," : fraction > 1 ? "none, slower than one thread," : printParameter(fraction)} at ${threads}`).join(", ");
}
