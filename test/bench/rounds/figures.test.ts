import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlap, ratioOf } from "../../../bench/rounds/figures.ts";
import { made } from "./made.ts";

describe("a figure", () => {
  test("is the median of its samples, and the range goes from the smallest to the largest", () => {
    const { value, range, unit } = made({}, 3, 1, 2, 9, 4);
    expect([value, range, unit]).toEqual([3, [1, 9], "ns"]);
  });

  test.each([["dot", "GB/s"], ["parked", "B"], ["files", "ms"], ["chameneos", "ns"]])("of %s has the unit %s", (scenario, unit) => {
    expect(made({ scenario }, 1).unit).toBe(unit);
  });
});

describe("a ratio", () => {
  test("says how many times as good ours is, with the range of the rounds", () => {
    expect(ratioOf(made({}, 10, 20, 30), made({ side: "go" }, 10, 10, 60))).toEqual({ ratio: 0.5, range: [0.5, 2], perRound: [1, 0.5, 2] });
  });

  test("turns around where more is better", () => {
    expect(ratioOf(made({ scenario: "dot" }, 20), made({ scenario: "dot", side: "go" }, 10))?.ratio).toBe(2);
  });

  test("counts only the rounds that both have", () => {
    const ours = made({}, 10, 20, 1000);
    const theirs = made({ side: "go" }, 10, 20);
    expect(ratioOf(ours, theirs)).toEqual({ ratio: 1, range: [1, 1], perRound: [1, 1] });
    expect(ratioOf({ ...ours, samples: ours.samples.slice(2) }, theirs)).toBeNull();
  });

  test("of equal drift on both sides has no range", () => {
    const drift = [1, 2, 4, 8, 16];
    expect(ratioOf(made({}, ...drift.map((factor) => 30 * factor)), made({ side: "go" }, ...drift.map((factor) => 60 * factor)))).toMatchObject({ ratio: 2, range: [2, 2] });
  });

  test("lies in its range, and is turned around with its sides", () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })), { minLength: 1, maxLength: 9 });
    fc.assert(fc.property(pairs, (samples) => {
      const ours = made({}, ...samples.map(([own]) => own));
      const theirs = made({ side: "go" }, ...samples.map(([, other]) => other));
      const [found, turned] = [ratioOf(ours, theirs), ratioOf(theirs, ours)];
      if (found === null || turned === null) throw new Error("they have rounds in common");
      const nearly = 1 + 1e-12;
      expect(found.ratio).toBeGreaterThanOrEqual(found.range[0] / nearly);
      expect(found.ratio).toBeLessThanOrEqual(found.range[1] * nearly);
      expect(turned.ratio * found.ratio).toBeCloseTo(1, 9);
      expect(turned.range[0] * found.range[1]).toBeCloseTo(1, 9);
    }));
  });
});

test.each([[[1, 2], [2, 3], true], [[1, 2], [3, 4], false], [[1, 9], [2, 3], true], [[5, 6], [1, 4], false]] as const)("%j and %j overlap: %j", (a, b, expected) => {
  expect([overlap(a, b), overlap(b, a)]).toEqual([expected, expected]);
});
