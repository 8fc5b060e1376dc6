import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gainsOf, type BlockTimes } from "../../../src/lab/figures/gains.ts";
import { randomSource } from "../../../src/lab/random.ts";

const source = (name: string) => randomSource(1, name);
const times = (values: readonly number[]): BlockTimes => new Map(values.map((value, block) => [block, value]));
const wall = fc.double({ min: 1e6, max: 1e12, noNaN: true });
const block = fc.tuple(wall, wall, wall, wall);

describe("gainsOf", () => {
  it("holds S = C·P and P = P0·I for each block and for the averages, to 1e-9", () => {
    fc.assert(fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
      const series = (column: number): BlockTimes => times(blocks.map((values) => values[column] as number));
      const gains = gainsOf({ base: series(0), single: series(1), cell: series(2), control: series(3) }, source);
      if (gains?.I === undefined || gains.P0 === undefined) throw new Error("all series are there");
      const { C, P, S, P0, I } = gains;
      expect(Math.abs(S.value / (C.value * P.value) - 1)).toBeLessThan(1e-9);
      expect(Math.abs(P.value / (P0.value * I.value) - 1)).toBeLessThan(1e-9);
      for (const [position, ratio] of S.perBlock.entries()) {
        expect(Math.abs(ratio / ((C.perBlock[position] as number) * (P.perBlock[position] as number)) - 1)).toBeLessThan(1e-9);
      }
    }), { numRuns: 50 });
  });

  it("pairs the values of one block: a drift of the machine cancels", () => {
    const drift = [1, 1.5, 2, 3, 2.5, 1.2];
    const series = (ms: number): BlockTimes => times(drift.map((factor) => ms * factor));
    const gains = gainsOf({ base: series(800), single: series(200), cell: series(100) }, source);
    expect(gains?.C.value).toBeCloseTo(4, 12);
    expect(gains?.P.value).toBeCloseTo(2, 12);
    expect(gains?.S.ci?.[0]).toBeCloseTo(8, 9);
    expect(gains?.S.ci?.[1]).toBeCloseTo(8, 9);
  });

  it("uses only blocks that have every value, and says nothing without one", () => {
    const partial = new Map([[1, 100], [2, 100]]);
    const gains = gainsOf({ base: times([400, 400, 800]), single: times([200, 200, 200]), cell: partial }, source);
    expect(gains?.C.perBlock).toEqual([2, 4]);
    expect(gainsOf({ base: new Map(), single: partial, cell: partial }, source)).toBeNull();
  });

  it("leaves out the control where the baseline was not run on as many threads", () => {
    const series = times([100]);
    expect(gainsOf({ base: series, single: series, cell: series }, source)).not.toHaveProperty("I");
  });
});
