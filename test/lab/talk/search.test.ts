import { describe, expect, it } from "vitest";
import { searchLaw } from "../../../src/lab/talk/search.ts";
import { seededRandom } from "../../../workers/chance.ts";

describe("the law of the search", () => {
  it("gives the talk's figures", () => {
    expect(searchLaw("1.0").mean).toBe(148.5);
    expect(searchLaw("2.0").mean).toBeCloseTo(74.5, 0);
    expect(searchLaw("2.1").complete).toBeCloseTo(0.512, 9);
    expect(searchLaw("3.0").complete).toBeCloseTo(0.885, 3);
    expect(searchLaw("3.0").mean).toBeCloseTo(53.1, 1);
  });

  it("is what drawing gives", () => {
    const random = seededRandom(11);
    const draw = (): number => Math.floor(100 * random());
    const backends = (one: () => number): number => Math.max(one(), one(), one());
    const drawn = {
      "1.0": () => draw() + draw() + draw(),
      "2.0": () => backends(draw),
      "2.1": () => backends(draw),
      "3.0": () => backends(() => Math.min(draw(), draw())),
    } as const;
    const TRIALS = 100_000;
    for (const [version, one] of Object.entries(drawn) as [keyof typeof drawn, () => number][]) {
      const limit = version === "2.1" || version === "3.0" ? 80 : Infinity;
      const times = Array.from({ length: TRIALS }, one);
      const law = searchLaw(version);
      const capped = times.map((time) => Math.min(time, limit));
      const mean = capped.reduce((sum, time) => sum + time, 0) / TRIALS;
      const deviation = Math.sqrt(capped.reduce((sum, time) => sum + (time - mean) ** 2, 0) / TRIALS);
      expect(Math.abs(mean - law.mean)).toBeLessThan((5 * law.deviation) / Math.sqrt(TRIALS));
      expect(deviation / law.deviation).toBeCloseTo(1, 1);
      expect(times.filter((time) => time < limit).length / TRIALS).toBeCloseTo(law.complete, 2);
    }
  });
});
