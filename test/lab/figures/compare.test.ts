/** The rule of a comparison, and how often it is right when the truth is known. */
import { describe, expect, it } from "vitest";
import { cellKey, compareResults } from "../../../src/lab/figures/compare.ts";
import { LEVEL, outcomeCounts, outcomeOf, regressions, type Judged } from "../../../src/lab/comparison.ts";
import { randomSource } from "../../../src/lab/random.ts";
import { holm, mannWhitney } from "../../../src/lab/figures/significance.ts";
import type { Result } from "../../../src/lab/result.ts";
import { medianRatioInterval } from "../../../src/lab/figures/statistics.ts";
import { fakeResult } from "../../cli/print/fake-result.ts";
import { simulatedResult } from "./simulated-result.ts";

const NAMES = ["old.json", "new.json"] as const;
const compare = (a: Result, b: Result) => compareResults(a, b, { names: NAMES, seed: 1 });

describe("the rule", () => {
  const judged = (changes: Partial<Judged>): Judged => ({ ratio: 1, ci: [0.99, 1.01], p: 1, able: true, ...changes });

  it.each([
    ["equal", { ratio: 1.01, ci: [0.99, 1.028] }, "a difference above 3 % is excluded"],
    ["equal", { ratio: 1.01, ci: [0.99, 1.028], p: 0.001 }, "a difference above 3 % is excluded"],
    ["equal", { ratio: 1.04, ci: [0.98, 1.1] }, "no significant difference; one above 10 % is excluded"],
    ["equal", { ratio: 1.029, ci: [1.01, 1.05], p: 0.001 }, "no significant difference; one above 5 % is excluded"],
    ["slower", { ratio: 1.031, ci: [1.01, 1.05], p: 0.05 }, "significant and above 3 %"],
    ["slower", { ratio: 1.5, ci: [1.1, 2], p: 0.01 }, "significant and above 3 %"],
    ["faster", { ratio: 0.96, ci: [0.95, 0.98], p: 0.01 }, "significant and above 3 %"],
    ["inconclusive", { ratio: 1.04, ci: [0.98, 1.16] }, "too noisy: a difference of 16 % is not excluded"],
    ["inconclusive", { ratio: 0.99, ci: [0.8, 1.02] }, "too noisy: a difference of 25 % is not excluded"],
    ["inconclusive", { ratio: 1.06, ci: [1.04, 1.1], p: 0.06 }, "different, but not significantly so among this many cells"],
    ["inconclusive", { ratio: 1.06, ci: [1.01, 1.1], p: 0.06, able: false }, "too few blocks for this many cells: no difference could be significant"],
    ["inconclusive", { ratio: 2, ci: null, p: 0.01 }, "an interval needs six blocks on both sides"],
  ] as const)("%s: %j", (outcome, changes, why) => expect(outcomeOf(judged(changes))).toEqual({ outcome, why }));

  it("has no side: B against A is the mirror of A against B", () => {
    for (const ratio of [0.7, 0.9, 0.96, 0.98, 1, 1.02, 1.04, 1.3]) {
      for (const width of [1.005, 1.04, 1.12, 1.3]) {
        for (const p of [0.01, 0.5]) {
          const there = outcomeOf({ ratio, ci: [ratio / width, ratio * width], p, able: true });
          const back = outcomeOf({ ratio: 1 / ratio, ci: [1 / ratio / width, width / ratio], p, able: true });
          expect(back.outcome).toBe({ faster: "slower", slower: "faster", equal: "equal", inconclusive: "inconclusive" }[there.outcome]);
        }
      }
    }
  });
});

describe("how often it is right", () => {
  it.each([[0.01, 10], [0.05, 10], [0.07, 20]])("the same times twice, noise %f, %i blocks: equal in 19 of 20 cells or more", { tags: ["deep"] }, async (noise, blocks) => {
    const outcomes = { faster: 0, slower: 0, equal: 0, inconclusive: 0 };
    for (const seed of [1, 2, 3]) {
      const [a, b] = [await simulatedResult({ seed, noise, blocks }), await simulatedResult({ seed: seed + 100, noise, blocks })];
      for (const { outcome } of compare(a, b).cells) outcomes[outcome]++;
    }
    expect(outcomes.equal / 72).toBeGreaterThanOrEqual(0.95);
  });

  it("the same times twice: one comparison in twenty at most calls any cell faster or slower", { tags: ["deep"] }, async () => {
    const source = randomSource(11, "null");
    const series = (): number[] => Array.from({ length: 10 }, () => source.float());
    const wrong = Array.from({ length: 400 }, () => holm(Array.from({ length: 24 }, () => mannWhitney(series(), series()).p))).filter((ps) => Math.min(...ps) <= LEVEL);
    expect(wrong.length / 400).toBeLessThan(LEVEL + 0.02);
    expect(wrong.length).toBeGreaterThan(0);
  });

  it("a slowdown of 10 % under 2 % of noise: found in every cell that has one, and in no other", async () => {
    const a = await simulatedResult({ seed: 1, noise: 0.02 });
    const b = await simulatedResult({ seed: 2, noise: 0.02, slower: (cell) => (cell % 2 === 0 ? 1.1 : 1) });
    const comparison = compare(a, b);
    expect(comparison.cells.map(({ outcome }) => outcome)).toEqual(comparison.cells.map((_, cell) => (cell % 2 === 0 ? "slower" : "equal")));
    expect(outcomeCounts(compare(b, a))).toEqual({ faster: 12, slower: 0, equal: 12, inconclusive: 0 });
    expect(regressions(comparison, 0.05)).toHaveLength(12);
    expect(regressions(comparison, 0.2)).toHaveLength(0);
  });

  it("a very noisy pair: inconclusive, not equal", async () => {
    const { cells } = compare(await simulatedResult({ seed: 1, noise: 0.4 }), await simulatedResult({ seed: 2, noise: 0.4 }));
    expect(cells.filter(({ outcome }) => outcome === "equal")).toHaveLength(0);
  });

  it("six blocks and more than 23 cells: no difference is called equal unless the interval shows it", { tags: ["deep"] }, async () => {
    const [a, b] = [await simulatedResult({ seed: 1, noise: 0.05, blocks: 6 }), await simulatedResult({ seed: 2, noise: 0.05, blocks: 6, slower: () => 1.3 })];
    expect(outcomeCounts(compare(a, b))).toEqual({ faster: 0, slower: 0, equal: 0, inconclusive: 24 });
  });

  it("an interval of the ratio that holds the truth 19 times in 20", { tags: ["deep"] }, () => {
    const source = randomSource(5, "coverage");
    const series = (): number[] => Array.from({ length: 15 }, () => 100 + 10 * (source.float() + source.float() + source.float() - 1.5));
    const held = Array.from({ length: 100 }, (_, run) => medianRatioInterval(series(), series(), randomSource(run))).filter((ci) => ci !== null && ci[0] <= 1 && ci[1] >= 1);
    expect(held.length / 100).toBeGreaterThan(0.9);
  });
});

describe("what is compared with what", () => {
  it("matches cells by program, world, design, threads and parameters, whatever their size", async () => {
    const a = await fakeResult();
    const cells = compare(a, a).cells;
    expect(cells).toHaveLength(a.cells.length);
    expect(new Set(a.cells.map(cellKey)).size).toBe(a.cells.length);
    expect(cells.every(({ ratio, scaled, outcome, cell }) => ratio === 1 && !scaled && outcome === "equal" && cell.params["size"] === undefined)).toBe(true);
    const sized = { ...a, cells: a.cells.map((cell) => ({ ...cell, params: { ...cell.params, size: 7 } })) };
    expect(compare(a, sized).cells).toHaveLength(a.cells.length);
    const other = { ...a, cells: a.cells.map((cell) => ({ ...cell, params: { ...cell.params, unitMs: 9 } })) };
    expect(compare(a, other)).toMatchObject({ cells: [], onlyA: { length: 16 }, onlyB: { length: 16 } });
  });

  it("scales to the same work where the runs did not do the same number of items", async () => {
    const a = await fakeResult({ noise: 0 });
    const b = { ...a, cells: a.cells.map((cell) => ({ ...cell, items: cell.items * 2 })) };
    for (const { ratio, scaled, aNs, bNs } of compare(a, b).cells) {
      expect(scaled).toBe(true);
      expect(ratio).toBeCloseTo(0.5, 12);
      expect(bNs / aNs).toBeCloseTo(ratio, 12);
    }
  });

  it("scales to the same iterations where every step computes, and says so of steps that do in part", { tags: ["deep"] }, async () => {
    const given = (result: Result, iterationsPerMs: number): Result => ({ ...result, config: { ...result.config, calibrations: { gophers: { iterationsPerMs } } } });
    const result = await fakeResult({ noise: 0, worlds: ["cpu", "mixed", "wait"] });
    const { cells, warnings } = compare(given(result, 100_000), given(result, 105_000));
    for (const { cell, ratio } of cells) expect(ratio).toBeCloseTo(cell.world === "cpu" ? 1 / 1.05 : 1, 12);
    expect(warnings).toEqual([expect.stringMatching(/^gophers: a step of computing had 5\.0 % more iterations after; .* mixed world are not/)]);
    expect(compare(given(result, 100_000), result).cells.every(({ ratio }) => ratio === 1)).toBe(true);
  });

  it("lists cells that only one of them has, and gives C and P of both", async () => {
    const a = await fakeResult({ designs: ["G1", "G4"] });
    const b = await fakeResult({ designs: ["G1", "G6"] });
    const { cells, onlyA, onlyB } = compare(a, b);
    expect(cells.map(({ cell }) => cell.design)).toEqual(["G1", "G1", "G1", "G1"]);
    expect(onlyA.map(({ design, world, threads }) => [world, design, threads])).toEqual([["cpu", "G4", 1], ["cpu", "G4", 2], ["wait", "G4", 1], ["wait", "G4", 2]]);
    expect(onlyB.every(({ design }) => design === "G6")).toBe(true);
    const gain = b.gains.find(({ design, threads, world }) => design === "G1" && threads === 2 && world === "cpu");
    expect(cells[1]?.P?.[1]).toBe(gain?.P);
  });

  it("counts a cell without samples as missing, and never calls what is not a time equal", async () => {
    const a = await fakeResult({ designs: ["G1", "G4"], worlds: ["wait"] });
    const emptied = { ...a, cells: a.cells.map((cell, index) => (index === 1 ? { ...cell, samples: [] } : cell)) };
    expect(compare(a, emptied)).toMatchObject({ cells: { length: 3 }, onlyA: [{ design: "G1", threads: 2 }], onlyB: [] });
    expect(compare(emptied, a)).toMatchObject({ cells: { length: 3 }, onlyA: [], onlyB: [{ design: "G1", threads: 2 }] });
    for (const wallNs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = { ...a, cells: a.cells.map((cell) => ({ ...cell, samples: cell.samples.map((sample) => ({ ...sample, wallNs })) })) };
      for (const { cells } of [compare(a, broken), compare(broken, a)]) {
        for (const { outcome, why } of cells) expect([outcome, why]).toEqual(["inconclusive", "a time is not a number above zero"]);
      }
    }
  });

  it("warns where machine, Node, version or protocol differ, and of what is doubtful in one of them", async () => {
    const a = await fakeResult();
    expect(compare(a, a).warnings).toEqual(["before and after are the same measurement"]);
    expect(compare(a, { ...a, config: { ...a.config, startedAt: "2026-01-02T00:00:00.000Z" } }).warnings).toEqual([]);
    const b: Result = {
      ...a,
      tool: { name: "warren", version: "9.9.9" },
      env: { ...a.env, cpu: "Other CPU", node: "26.0.0", warnings: ["the machine is busy"] },
      config: { ...a.config, seed: 2, blocks: 20, runs: 5, warmupMs: 1, minTimeMs: 50, interrupted: true, cpus: "0" },
      checks: [{ name: "each book once", ok: false, detail: "" }],
    };
    expect(compare(a, b).warnings).toEqual([
      "other machine: Test CPU, 2 cores, 2 usable, linux 6.1.0 x64 before, Other CPU, 2 cores, 2 usable, linux 6.1.0 x64 after",
      "Node: 24.21.0 before, 26.0.0 after",
      "version of warren: 0.1.0 before, 9.9.9 after",
      "seed: 1 before, 2 after",
      "blocks: 6 before, 20 after",
      "runs in a block: 1 before, 5 after",
      "warm-up in ms: 250 before, 1 after",
      "minimum time in ms: 100 before, 50 after",
      "--cpus: none before, 0 after",
      "new.json was interrupted after 6 of 20 blocks",
      "new.json has failed checks: each book once",
      "new.json: the machine is busy",
    ]);
  });

  it("is the same for the same seed", async () => {
    const [a, b] = [await simulatedResult({ seed: 1, noise: 0.05, cells: 3 }), await simulatedResult({ seed: 2, noise: 0.05, cells: 3 })];
    expect(compare(a, b)).toEqual(compare(a, b));
  });
});
