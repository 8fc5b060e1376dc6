/** A 95 % interval. */
import { printRatio } from "./text.ts";

/** Its lower and upper end. */
export type Interval = readonly [low: number, high: number];

/** Half of an interval's width as a share of `middle`. */
export function halfWidth(middle: number, [low, high]: Interval): number {
  return (high - low) / 2 / middle;
}

/** "1.98–2.01", for ratios; empty without an interval. */
export function printBounds(bounds: Interval | null | undefined): string {
  return bounds ? `${printRatio(bounds[0])}–${printRatio(bounds[1])}` : "";
}
