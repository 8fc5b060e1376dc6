import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { driftFlags, kendallChance, kendallS, slowFirst, trend } from "../../../src/lab/figures/drift.ts";
import type { Sample } from "../../../src/lab/result.ts";

const sample = (block: number, run: number, wallNs: number): Sample => ({ block, run, wallNs, windowNs: wallNs, cpuNs: [], runDelayNs: [] });
const runs = (blocks: number, of: (block: number) => readonly number[]): Sample[] =>
  Array.from({ length: blocks }, (_, block) => of(block).map((wallNs, run) => sample(block, run, wallNs))).flat();

describe("Kendall's S", () => {
  it("counts pairs that rise less pairs that fall", () => {
    expect(kendallS([1, 2, 3, 4])).toBe(6);
    expect(kendallS([4, 3, 2, 1])).toBe(-6);
    expect(kendallS([1, 3, 2, 4])).toBe(4);
    expect(kendallS([1, 1, 2])).toBe(2);
  });

  // One-sided upper tails P(S ≥ s), Kendall, Rank Correlation Methods, appendix table 1.
  it.each([
    [4, 2, 0.375], [4, 4, 0.167], [4, 6, 0.042],
    [5, 6, 0.117], [5, 8, 0.042], [5, 10, 0.0083],
    [6, 9, 0.068], [6, 11, 0.028], [6, 13, 0.0083], [6, 15, 0.0014],
    [8, 16, 0.031], [8, 20, 0.0071], [9, 20, 0.022], [10, 21, 0.036], [10, 29, 0.0046],
  ])("of %d values reaches %d with the published probability %d", (n, s, oneSided) => {
    expect(kendallChance(s, n) / 2).toBeCloseTo(oneSided, oneSided < 0.01 ? 4 : 3);
    expect(kendallChance(-s, n)).toBe(kendallChance(s, n));
  });

  it("is certain to be at least zero", () => expect(kendallChance(0, 7)).toBeCloseTo(1, 12));
});

describe("trend", () => {
  it("is the change along the median slope, in both directions", () => {
    expect(trend([100, 101, 102, 103, 104, 105])).toBeCloseTo(0.05, 3);
    expect(trend([110, 108, 106, 104, 102, 100])).toBeCloseTo(-10 / 110, 3);
    expect(trend([1, 2, 4, 8, 16, 32])).toBeCloseTo(31, 9);
  });

  it("is never a fall of more than everything", () => {
    expect(trend([1000, 300, 100, 30, 10, 3])).toBeCloseTo(-0.997, 3);
    fc.assert(fc.property(fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength: 6, maxLength: 9 }), (values) => {
      expect(trend(values.toSorted((a, b) => b - a)) ?? 0).toBeGreaterThan(-1);
    }));
  });

  it("is none where the order may be chance, the change is small, or there are few values", () => {
    expect(trend([100, 105, 102, 101, 104, 103])).toBeNull();
    expect(trend([1000, 1001, 1002, 1003, 1004, 1005])).toBeNull();
    expect(trend([100, 110, 120, 130])).toBeNull();
    expect(trend([100])).toBeNull();
  });
});

describe("slowFirst", () => {
  it("tells by how much, where the first run is slower in every block", () => {
    expect(slowFirst(runs(6, (block) => [110 + block, 100, 101, 99]))).toBeCloseTo(0.125, 9);
  });

  it("is none where it is not so in nearly every block, by little, or with one run", () => {
    expect(slowFirst(runs(6, (block) => [block % 2 === 0 ? 110 : 95, 100, 100]))).toBeNull();
    expect(slowFirst(runs(6, () => [101, 100, 100]))).toBeNull();
    expect(slowFirst(runs(6, () => [110]))).toBeNull();
    expect(slowFirst([])).toBeNull();
  });
});

describe("driftFlags", () => {
  it("names both", () => {
    const samples = runs(6, (block) => [120 + block, 100 + block, 100 + block]);
    expect(driftFlags([100, 101, 102, 103, 104, 105], samples)).toEqual(["drift:+5%", "slow-first:+20%"]);
    expect(driftFlags([105, 104, 103, 102, 101, 100], [])).toEqual(["drift:-5%"]);
    expect(driftFlags([100, 101, 100, 99, 100, 101], [])).toEqual([]);
  });
});
