import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gainsOf, type BlockTimes } from "../../../src/lab/figures/gains.ts";
import { median } from "../../../src/lab/figures/statistics.ts";
import { randomSource } from "../../../src/lab/random.ts";

const times = (values: readonly number[]): BlockTimes => new Map(values.map((value, block) => [block, value]));
const wall = fc.double({ min: 1e6, max: 1e12, noNaN: true });
const block = fc.tuple(wall, wall, wall, wall);

describe("gainsOf", () => {
  it("is the quotient of the medians, and S = C·P and P = P0·I to 1e-12", () => {
    fc.assert(fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
      const series = (column: number): BlockTimes => times(blocks.map((values) => values[column] as number));
      const all = { base: series(0), single: series(1), cell: series(2), control: series(3) };
      const gains = gainsOf(all, randomSource(1));
      if (gains?.I === undefined || gains.P0 === undefined) throw new Error("all series are there");
      const { C, P, S, P0, I } = gains;
      const middle = (its: BlockTimes): number => median([...its.values()]);
      expect(C.value).toBe(middle(all.base) / middle(all.single));
      expect(P.value).toBe(middle(all.single) / middle(all.cell));
      expect(Math.abs(S.value / (C.value * P.value) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(P.value / (P0.value * I.value) - 1)).toBeLessThan(1e-12);
    }), { numRuns: 50 });
  });

  it("keeps the pairing in its interval: what slows a whole block cancels", () => {
    const drift = [1, 1.5, 2, 3, 2.5, 1.2, 4];
    const series = (ms: number): BlockTimes => times(drift.map((factor) => ms * factor));
    const gains = gainsOf({ base: series(800), single: series(200), cell: series(100) }, randomSource(1));
    expect(gains?.C.value).toBeCloseTo(4, 12);
    expect(gains?.P.value).toBeCloseTo(2, 12);
    expect(gains?.S.ci?.[0]).toBeCloseTo(8, 9);
    expect(gains?.S.ci?.[1]).toBeCloseTo(8, 9);
  });

  it("holds the true gain in its interval in about 95 of 100 measurements of six blocks, with and without blocks that were disturbed", () => {
    const source = randomSource(7, "coverage");
    const normal = (): number => Array.from({ length: 12 }, () => source.float()).reduce((sum, value) => sum + value, -6);
    for (const disturbed of [0, 0.1]) {
      let held = 0;
      for (let trial = 0; trial < 300; trial++) {
        const blocks = Array.from({ length: 6 }, () => Math.exp(0.05 * normal()));
        const measured = (ns: number): BlockTimes => times(blocks.map((factor) => ns * factor * Math.exp(0.03 * normal()) * (source.float() < disturbed ? 1.5 : 1)));
        const [base, cell] = [measured(200), measured(100)];
        const [low, high] = gainsOf({ base, single: base, cell }, randomSource(trial))?.P.ci ?? [0, 0];
        if (low <= 2 && high >= 2) held++;
      }
      expect(held / 300).toBeGreaterThan(0.9);
    }
  });

  it("has no interval if a time of it was measured in fewer than six blocks", () => {
    const [six, five] = [[6, 7, 8, 9, 10, 11], [1, 2, 3, 4, 5]].map(times) as [BlockTimes, BlockTimes];
    const gains = gainsOf({ base: six, single: six, cell: five }, randomSource(1));
    expect(gains?.C.ci).toEqual([1, 1]);
    expect(gains?.P).toEqual({ value: 8.5 / 3, ci: null });
  });

  it("resamples blocks that only some cells were run in", () => {
    const late = new Map([4, 5, 6, 7, 8, 9].map((block) => [block, 100]));
    const gains = gainsOf({ base: times([400, 400, 400, 400, 400, 400]), single: late, cell: late }, randomSource(1));
    expect(gains?.C).toEqual({ value: 4, ci: [4, 4] });
  });

  it("says nothing without the reference", () => {
    expect(gainsOf({ base: new Map(), single: times([1]), cell: times([1]) }, randomSource(1))).toBeNull();
  });

  it("leaves out the control where the reference was not run on as many threads", () => {
    const series = times([100]);
    expect(gainsOf({ base: series, single: series, cell: series }, randomSource(1))).not.toHaveProperty("I");
  });
});
