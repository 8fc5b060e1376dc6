/** Against published output of R, published tables and scipy 1.17.1 (`scipy.stats.mannwhitneyu`). */
import { describe, expect, it } from "vitest";
import { holm, leastP, mannWhitney } from "../../../src/lab/figures/significance.ts";

/** Ozone in New York, R's data set `airquality`, in May and in August. */
const MAY = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37];
const AUGUST = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85];

describe("mannWhitney", () => {
  it("gives R's exact result for the permeability data (Hollander and Wolfe, 1973, p. 69; help page of wilcox.test)", () => {
    const term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.90, 0.74, 1.21];
    const { U, p, exact } = mannWhitney(term, early);
    // published one-sided: 0.1272
    expect([U, exact]).toEqual([35, true]);
    expect(p).toBeCloseTo(0.2544122544, 10);
  });

  it("gives R's exact result for lactate in two groups (published: W = 48, p-value = 0.01923)", () => {
    const { U, p } = mannWhitney([5.79, 4.60, 4.20, 1.65, 2.38, 5.67, 12.60, 3.40, 7.57, 2.48, 4.36], [3.18, 2.52, 1.40, 2.26, 1.61]);
    expect(U).toBe(48);
    expect(p).toBeCloseTo(0.019230769, 9);
  });

  it("gives R's result with ties for ozone in May and August (help page of wilcox.test: W = 127.5, p-value = 0.0001208)", () => {
    const { U, p, exact } = mannWhitney(MAY, AUGUST);
    expect([U, exact]).toEqual([127.5, false]);
    expect(p).toBeCloseTo(0.00012080783, 9);
    expect(mannWhitney(AUGUST, MAY).p).toBeCloseTo(p, 12);
  });

  // two-tailed at 5 %: the greatest U that is significant (Mann and Whitney 1947; Siegel, Nonparametric Statistics, table K)
  it.each([[4, 4, 0], [5, 5, 2], [6, 6, 5], [8, 8, 13], [10, 10, 23], [12, 12, 37], [20, 20, 127], [10, 20, 55]])(
    "agrees with the table of critical values for %i and %i: %i",
    (n, m, critical) => {
      const p = (u: number): number => mannWhitney(...seriesWith(u, n, m)).p;
      expect(p(critical)).toBeLessThanOrEqual(0.05);
      expect(p(critical + 1)).toBeGreaterThan(0.05);
    },
  );

  it("goes over to the normal distribution without a jump", () => {
    const p = (n: number): number => mannWhitney(...seriesWith(Math.round(0.38 * n * n), n, n)).p;
    expect(p(49)).toBeCloseTo(p(50), 2);
  });

  it("says nothing of series that are all one value, and 1 of equal ones", () => {
    expect(mannWhitney([3, 3, 3], [3, 3, 3])).toEqual({ U: 4.5, p: 1, exact: false });
    expect(mannWhitney([1, 4], [2, 3]).p).toBe(1);
  });
});

describe("leastP", () => {
  it("is 2 / C(n + m, n): with six blocks each no more than 23 cells can be told apart", () => {
    expect(leastP(6, 6)).toBeCloseTo(2 / 924, 15);
    expect(leastP(10, 10)).toBeCloseTo(2 / 184_756, 15);
    expect(leastP(6, 6) * 23).toBeLessThan(0.05);
    expect(leastP(6, 6) * 24).toBeGreaterThan(0.05);
  });
});

describe("holm", () => {
  it("gives the adjusted values of R's p.adjust, in the order given", () => {
    // the example of the Wikipedia article on the Holm–Bonferroni method: only the first and the fourth are rejected at 5 %
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

/** Two series without ties of which U is `u`: the first `a` of whole numbers, moved up until U fits. */
function seriesWith(u: number, n: number, m: number): [number[], number[]] {
  const above = Array.from({ length: n }, (_, index) => Math.max(0, Math.min(m, u - index * m)));
  // a value with k values of the other series below it lies between the k-th and the next
  return [above.map((count, index) => count + 0.5 + index / 1000), Array.from({ length: m }, (_, index) => index + 1)];
}
