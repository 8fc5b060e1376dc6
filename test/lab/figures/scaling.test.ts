/** Against the examples of Gunther, Schwartz and Quinn, and scipy 1.17.1 (`scipy.optimize.curve_fit`). */
import { describe, expect, it } from "vitest";
import type { ScalingPoint } from "../../../src/lab/fit.ts";
import { fitAmdahl, fitUniversal, peakOf, serialFraction, throughputAt } from "../../../src/lab/figures/scaling.ts";

const points = (rows: readonly (readonly [threads: number, perSecond: number])[]): ScalingPoint[] => rows.map(([threads, perSecond]) => ({ threads, perSecond }));

/** SPEC SDM91 on a SPARCcenter 2000 (Gunther, Guerrilla Capacity Planning), as in the README of github.com/codahale/usl. */
const SDM91 = points([[1, 65], [18, 996], [36, 1652], [72, 1853], [108, 1829], [144, 1775], [216, 1702]]);

/** Cisco's benchmark (Schwartz, Practical Scalability Analysis with the Universal Scalability Law), as in the tests of github.com/codahale/usl4j. */
const CISCO = points([
  [1, 955.16], [2, 1878.91], [3, 2688.01], [4, 3548.68], [5, 4315.54], [6, 5130.43], [7, 5931.37], [8, 6531.08],
  [9, 7219.8], [10, 7867.61], [11, 8278.71], [12, 8646.7], [13, 9047.84], [14, 9426.55], [15, 9645.37], [16, 9897.24],
  [17, 10097.6], [18, 10240.5], [19, 10532.39], [20, 10798.52], [21, 11151.43], [22, 11518.63], [23, 11806], [24, 12089.37],
  [25, 12075.41], [26, 12177.29], [27, 12211.41], [28, 12158.93], [29, 12155.27], [30, 12118.04], [31, 12140.4], [32, 12074.39],
]);

/** Equal to the published figures to a share of them. */
const near = (value: number | undefined, published: number, share: number): void => expect(Math.abs((value ?? 0) / published - 1)).toBeLessThan(share);

describe("the Universal Scalability Law", () => {
  it("gives Coda Hale's published example: λ = 89.987, σ = 0.02773, κ = 1.043e-4, peak at 96.5 of 1883.8", () => {
    const law = fitUniversal(SDM91);
    near(law.lambda, 89.987, 1e-4);
    near(law.sigma, 0.02773, 1e-4);
    near(law.kappa, 1.043e-4, 5e-4);
    near(peakOf(law)?.threads, 96.5, 5e-4);
    near(peakOf(law)?.perSecond, 1883.8, 5e-5);
    // what the command of the same repository prints for 10, 50, 150, 300
    for (const [threads, perSecond] of [[10, 714.778987], [50, 1721.000603], [150, 1808.481681], [300, 1447.463805]] as const) near(throughputAt(law, threads), perSecond, 2e-5);
    near(law.r2 ?? 0, 0.9896131, 1e-6);
  });

  it("gives the figures of Schwartz's book for Cisco's benchmark: σ = 0.02671591, κ = 7.690945e-4, λ = 995.6486, peak at 35 of 12341", () => {
    const law = fitUniversal(CISCO);
    near(law.sigma, 0.02671591, 1e-5);
    near(law.kappa, 7.690945e-4, 1e-5);
    near(law.lambda, 995.6486, 1e-5);
    expect(Math.floor(peakOf(law)?.threads ?? 0)).toBe(35);
    near(throughputAt(law, 35), 12341.745, 1e-5);
  });

  it.each([
    ["perfect scaling", { lambda: 10, sigma: 0, kappa: 0 }],
    ["contention", { lambda: 10, sigma: 0.2, kappa: 0 }],
    ["nothing gained", { lambda: 10, sigma: 1, kappa: 0 }],
    ["retrograde", { lambda: 1e6, sigma: 0.1, kappa: 0.05 }],
    ["worse from the second thread on", { lambda: 0.01, sigma: 0.9, kappa: 0.4 }],
  ])("finds the law that made the points: %s", (_, law) => {
    const fitted = fitUniversal([1, 2, 3, 4, 6, 8].map((threads) => ({ threads, perSecond: throughputAt(law, threads) })));
    near(fitted.lambda, law.lambda, 1e-5);
    expect(fitted.sigma).toBeCloseTo(law.sigma, 5);
    expect(fitted.kappa).toBeCloseTo(law.kappa, 5);
    expect(fitted.residual).toBeLessThan(1e-5);
  });

  it("never gives a share below nothing, where the linearised form would", () => {
    const law = fitUniversal(points([[1, 10], [2, 21], [3, 32], [4, 44]]));
    expect([law.sigma, law.kappa]).toEqual([0, 0]);
    expect(peakOf(law)).toBeNull();
  });

  it("has no R² where all throughputs are one", () => {
    expect(fitUniversal(points([[1, 5], [2, 5], [3, 5], [4, 5]]))).toMatchObject({ r2: null });
  });
});

describe("Amdahl and Karp–Flatt", () => {
  /** Speed-ups on 2 … 8 processors: Quinn, Parallel Programming in C with MPI and OpenMP, section 7.5. */
  const FIXED = [1.82, 2.5, 3.08, 3.57, 4, 4.38, 4.71];
  const GROWING = [1.87, 2.61, 3.23, 3.73, 4.14, 4.46, 4.71];

  it("gives Quinn's serial fractions: 0.1 throughout, and 0.07 growing to 0.1", () => {
    for (const [index, speedUp] of FIXED.entries()) expect(serialFraction(speedUp, index + 2)).toBeCloseTo(0.1, 2);
    const published = [0.07, 0.075, 0.08, 0.085, 0.09, 0.095, 0.1];
    for (const [index, speedUp] of GROWING.entries()) expect(Math.abs(serialFraction(speedUp, index + 2) - (published[index] as number))).toBeLessThan(0.001);
  });

  it("fits a serial share of 0.1 to the first of them; the second is told by its coherency", () => {
    const series = (speedUps: readonly number[]): ScalingPoint[] => points([[1, 1], ...speedUps.map((speedUp, index) => [index + 2, speedUp] as const)]);
    const amdahl = fitAmdahl(series(FIXED));
    expect(amdahl.sigma).toBeCloseTo(0.1, 3);
    expect(amdahl).toMatchObject({ kappa: 0 });
    expect(fitUniversal(series(FIXED)).kappa).toBeLessThan(2e-4);
    expect(fitUniversal(series(GROWING)).kappa).toBeGreaterThan(2e-3);
    expect(peakOf(amdahl)).toBeNull();
  });

  it("gives the limits: nothing serial, all serial, more than p times as fast", () => {
    expect(serialFraction(4, 4)).toBe(0);
    expect(serialFraction(1, 4)).toBe(1);
    expect(serialFraction(5, 4)).toBeLessThan(0);
  });
});
