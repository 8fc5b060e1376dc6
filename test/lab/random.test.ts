import { describe, expect, it } from "vitest";
import { randomSource, shuffled } from "../../src/lab/random.ts";

function drawn(stream: string): number[] {
  const source = randomSource(7, stream);
  return Array.from({ length: 8 }, () => source.float());
}

describe("randomSource", () => {
  it("gives the published output of mt19937 (seed 5489: first 3499211612, ten-thousandth 4123659995)", () => {
    const source = randomSource(5489);
    const outputs = Array.from({ length: 10_000 }, () => (source.below(2 ** 32) + 2 ** 31) % 2 ** 32);
    expect(outputs[0]).toBe(3_499_211_612);
    expect(outputs[9999]).toBe(4_123_659_995);
  });

  it("gives one sequence for one seed and stream, another for another", () => {
    expect(drawn("a")).toEqual(drawn("a"));
    expect(drawn("a")).not.toEqual(drawn("b"));
  });
});

describe("shuffled", () => {
  it("keeps every value once and leaves its argument alone", () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const order = shuffled(values, randomSource(3));
    expect(order).not.toEqual(values);
    expect(order.toSorted()).toEqual(values);
    expect(values).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("puts each of three values first equally often (χ², 1 %)", () => {
    const source = randomSource(11);
    const counts = [0, 0, 0];
    for (let trial = 0; trial < 3000; trial++) {
      const first = shuffled([0, 1, 2], source)[0] as number;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(9.21);
  });
});
