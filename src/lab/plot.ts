/**
 * A picture as data: what was measured, with intervals, over what was predicted.
 * The terminal draws it.
 */
import type { Interval } from "./text.ts";

/** One axis. */
export interface PlotAxis {
  /** "carts", "speed-up over G1" */
  readonly label: string;
  /** `log`: equal ratios at equal distances. `names`: the values 0, 1, … mean `names`. */
  readonly scale: "linear" | "log" | "names";
  readonly names?: readonly string[];
}

/** One value, with its interval where it has one. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly interval: Interval | null;
}

/** Measured points are marks; a prediction is a curve through its points, or over names a level at each name. */
export interface PlotSeries {
  readonly name: string;
  readonly kind: "measured" | "predicted";
  readonly points: readonly PlotPoint[];
}

/** One picture. The y axis begins at 0. */
export interface Plot {
  readonly title: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly series: readonly PlotSeries[];
}

/** A curve of a function over `at`; a value that is not a number leaves a gap. */
export function curve(name: string, at: readonly number[], of: (x: number) => number): PlotSeries {
  const points = at.map((x): PlotPoint => ({ x, y: of(x), interval: null }));
  return { name, kind: "predicted", points: points.filter(({ y }) => Number.isFinite(y)) };
}

/** Measured values at each of `at`. */
export function marks<X>(name: string, at: readonly X[], of: (x: X, index: number) => { readonly value: number; readonly interval: Interval | null }): PlotSeries {
  return { name, kind: "measured", points: at.map((x, index) => {
    const { value, interval } = of(x, index);
    return { x: typeof x === "number" ? x : index, y: value, interval };
  }) };
}
