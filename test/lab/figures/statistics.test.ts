import { describe, expect, it } from "vitest";
import { halfWidth } from "../../../src/lab/text.ts";
import { randomSource } from "../../../src/lab/random.ts";
import { bootstrapMedians, mean, median, medianInterval, medianRanks, medianRatioInterval, noiseGrade, outlierCount, pairedMedians } from "../../../src/lab/figures/statistics.ts";

/** Survival of seven treated mice, days: Efron and Tibshirani, table 2.1. */
const MICE = [94, 197, 16, 38, 99, 141, 23];

describe("medianRanks", () => {
  // the table of 95 % intervals for a median (Conover; Hollander and Wolfe)
  it.each([
    [6, 1, 6, 0.969], [7, 1, 7, 0.984], [8, 1, 8, 0.992], [9, 2, 8, 0.961], [10, 2, 9, 0.979],
    [12, 3, 10, 0.961], [15, 4, 12, 0.965], [20, 6, 15, 0.959], [25, 8, 18, 0.957], [30, 10, 21, 0.957],
  ])("n = %i: ranks %i to %i, confidence %f", (n, low, high, confidence) => {
    const ranks = medianRanks(n);
    expect([ranks?.low, ranks?.high]).toEqual([low, high]);
    expect(ranks?.confidence).toBeCloseTo(confidence, 3);
  });

  it.each([0, 1, 5])("has no 95 %% interval for n = %i", (n) => expect(medianRanks(n)).toBeNull());
});

describe("medianInterval and noiseGrade", () => {
  it("takes the values at the ranks, whatever their order", () => {
    expect(medianInterval([9, 1, 8, 2, 7, 3, 6, 4, 5, 10])).toEqual([2, 9]);
    expect(medianInterval(MICE)).toEqual([16, 197]);
    expect(medianInterval([1, 2, 3])).toBeNull();
  });

  it.each([[[98, 102], "A"], [[96, 104.1], "B"], [[91, 109], "C"], [[89, 112], "D"]] as const)("grades %j as %s", (interval, grade) => {
    expect(noiseGrade(100, interval)).toBe(grade);
  });

  it("grades nothing without an interval", () => expect(noiseGrade(100, null)).toBeNull());
  it("measures half the width against the middle", () => expect(halfWidth(200, [190, 210])).toBeCloseTo(0.05, 12));
});

describe("means and medians", () => {
  it("give the published mean and median of the mice", () => {
    expect(mean(MICE)).toBeCloseTo(86.86, 2);
    expect(median(MICE)).toBe(94);
  });

});

describe("bootstrap", () => {
  it("gives the published standard error of the median of the mice (table 2.2, ideal bootstrap: 37.83)", () => {
    const medians = bootstrapMedians(MICE, 20_000, randomSource(1));
    const middle = mean([...medians]);
    const error = Math.sqrt(medians.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (medians.length - 1));
    expect(error).toBeGreaterThan(37.2);
    expect(error).toBeLessThan(38.4);
    expect(new Set(medians)).toEqual(new Set(MICE));
  });

  it("takes the mean of the two middle values where there is an even number", () => {
    expect(new Set(bootstrapMedians([1, 3], 200, randomSource(1)))).toEqual(new Set([1, 2, 3]));
  });

  it("gives the interval of the ratio of two independent medians, and none below six values", () => {
    expect(medianRatioInterval([2, 2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3], randomSource(1))).toEqual([1.5, 1.5]);
    expect(medianRatioInterval([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], randomSource(1))).toBeNull();
    const [low, high] = medianRatioInterval([98, 99, 100, 100, 101, 102, 97], [108, 109, 110, 110, 111, 112, 107], randomSource(1)) ?? [0, 0];
    expect(low).toBeGreaterThan(1.05);
    expect(high).toBeLessThan(1.15);
  });

  it("draws the same blocks for series that share them, and the same again for the same seed", () => {
    const [series, twice] = [1, 2].map((factor) => new Map([5, 1, 4, 2, 3, 9, 7].map((value, at) => [at, factor * value]))) as [Map<number, number>, Map<number, number>];
    const [medians, doubled] = pairedMedians([series, twice], randomSource(3), 500) as [Float64Array, Float64Array];
    expect(doubled).toEqual(medians.map((value) => 2 * value));
    expect(pairedMedians([series, twice], randomSource(3), 500)).toEqual([medians, doubled]);
    expect(new Set(medians).size).toBeGreaterThan(3);
  });

  it("ends where a value is not a number", () => {
    const [medians] = pairedMedians([new Map([[0, Number.NaN], [1, 2]])], randomSource(3), 10) as [Float64Array];
    expect(medians).toHaveLength(10);
  });

  it("draws again where a series has no value in any of the blocks drawn", () => {
    const [all, one] = pairedMedians([new Map([[0, 1], [1, 2], [2, 3]]), new Map([[2, 5]])], randomSource(3), 500) as [Float64Array, Float64Array];
    expect(new Set(one)).toEqual(new Set([5]));
    expect(all).toHaveLength(500);
  });
});

describe("outlierCount", () => {
  it("counts what lies beyond Tukey's fences", () => {
    expect(outlierCount([10, 11, 10, 12, 11, 10, 30])).toBe(1);
    expect(outlierCount([10, 11, 10, 12, 11, 10, 12])).toBe(0);
    expect(outlierCount([1, 100])).toBe(0);
  });
});
