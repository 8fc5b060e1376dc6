/**
 * From samples to figures and ratios: pure functions.
 *
 * A figure is the median of its samples, one of each round. Its *range* goes from the
 * smallest to the largest of them, and means this everywhere. A ratio of two figures is
 * that of their medians, over the rounds that both have; its range goes from the smallest
 * to the largest ratio of one round. The ratio always lies in its range.
 */
import { median } from "../../src/lab/figures/statistics.ts";
import type { Interval } from "../../src/lab/text.ts";
import { unitOf, type Unit } from "../rivals/scenarios.ts";
import type { Subject } from "./contestant.ts";

/** What one process found. */
export interface Sample {
  /** From 0. */
  readonly round: number;
  /** Above zero, in the unit of the figure. */
  readonly value: number;
}

/** A configuration and its figure. */
export interface Figure extends Subject {
  readonly unit: Unit;
  /** Median of the samples. */
  readonly value: number;
  /** From the smallest sample to the largest. */
  readonly range: Interval;
  /** At least one, at most one of each round. */
  readonly samples: readonly Sample[];
}

/** How many times as good one figure is as another: above 1, it is better. */
export interface Ratio {
  readonly ratio: number;
  readonly range: Interval;
  /** The ratio of each round that both have. */
  readonly perRound: readonly number[];
}

/** The figure of at least one sample. */
export function figureOf(subject: Subject, samples: readonly Sample[]): Figure {
  const values = samples.map(({ value }) => value);
  return { ...subject, unit: unitOf(subject.scenario), value: median(values), range: rangeOf(values), samples };
}

/** How many times as good `ours` is as `theirs`, which has the same unit; `null` if they have no round in common. */
export function ratioOf(ours: Figure, theirs: Figure): Ratio | null {
  const pairs = ours.samples.flatMap(({ round, value }) => {
    const other = theirs.samples.find((sample) => sample.round === round);
    return other === undefined ? [] : [{ ours: value, theirs: other.value }];
  });
  if (pairs.length === 0) return null;
  const better = (own: number, other: number): number => (ours.unit === "GB/s" ? own / other : other / own);
  const perRound = pairs.map((pair) => better(pair.ours, pair.theirs));
  return { ratio: better(median(pairs.map((pair) => pair.ours)), median(pairs.map((pair) => pair.theirs))), range: rangeOf(perRound), perRound };
}

/** Whether two ranges have a value in common. */
export function overlap([low, high]: Interval, [otherLow, otherHigh]: Interval): boolean {
  return low <= otherHigh && otherLow <= high;
}

function rangeOf(values: readonly number[]): Interval {
  return [Math.min(...values), Math.max(...values)];
}
