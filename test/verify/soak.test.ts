// @module-tag deep
/** The soak for some seconds, with threads that are killed; the line through its samples. */
import { describe, expect, test } from "vitest";
import { soak } from "../../verify/soak/soak.ts";
import { fitLine, medians } from "../../verify/soak/slope.ts";

test("a mixed load loses nothing, doubles nothing and leaves the arena as it was", async () => {
  const { lines, passed } = await soak({ minutes: 0.05, threads: 2, lanes: 4, seed: Date.now() % 1_000_000, recycleSeconds: 0 });
  expect(passed, lines.join("\n")).toBe(true);
});

describe("the line through samples", () => {
  test("is exact where they lie on one", () => {
    const { slope, error } = fitLine([[0, 1], [1, 3], [2, 5], [4, 9]]);
    expect(slope).toBeCloseTo(2, 12);
    expect(error).toBeCloseTo(0, 12);
  });

  test("has the standard error of the textbook", () => {
    // Anscombe's first set: y = 3.00 + 0.500 x, standard error of the slope 0.118.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const { slope, error } = fitLine(x.map((each, k) => [each, y[k]] as const));
    expect(slope).toBeCloseTo(0.5, 3);
    expect(error).toBeCloseTo(0.118, 3);
  });

  test("has no standard error with two samples", () => {
    expect(fitLine([[0, 0], [1, 1]]).error).toBeNaN();
  });
});

describe("the medians of runs", () => {
  test("are those of consecutive samples", () => {
    const samples = [5, 1, 9, 20, 22, 21].map((y, x) => [x, y] as const);
    expect(medians(samples, 2)).toEqual([[1, 5], [4, 21]]);
  });

  test("are the samples if there are fewer", () => {
    expect(medians([[0, 3], [1, 4]], 12)).toEqual([[0, 3], [1, 4]]);
  });

  test("do not take a slow rise and fall for a slope", () => {
    const samples = Array.from({ length: 720 }, (_, k) => [k / 1800, 360 + 6 * Math.sin(k / 40)] as const);
    const all = fitLine(samples);
    const steady = fitLine(medians(samples, 12));
    expect(Math.abs(all.slope)).toBeGreaterThan(2 * all.error);
    expect(Math.abs(steady.slope)).toBeLessThan(2 * steady.error);
  });
});
