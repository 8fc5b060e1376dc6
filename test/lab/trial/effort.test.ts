import { describe, expect, test } from "vitest";
import { effortFor, effortText } from "../../../src/lab/trial/effort.ts";
import type { Costs, Protocol } from "../../../src/lab/trial/plan.ts";

const budget = { ms: 55_000, leastBlocks: 1, leastRuns: 1 };
const usual = { blocks: 10, runs: 5, traced: true, budget };
/** In seconds. */
const costs = (pass: number, block = 1.5, spent = 3): Costs => ({ passNs: pass * 1e9, blockNs: block * 1e9, spentNs: spent * 1e9 });
const seconds = (chosen: Pick<Protocol, "blocks" | "runs">, { passNs, blockNs, spentNs }: Costs): number => (spentNs + chosen.blocks * (blockNs + chosen.runs * passNs) + (chosen.runs >= 5 ? chosen.blocks : 1) * passNs) / 1e9;

describe("how many blocks and runs fit into a minute", () => {
  test("all, where the cells are few", () => {
    expect(effortFor(usual, costs(0.5))).toMatchObject({ blocks: 10, runs: 5, traced: true });
  });

  test("first fewer runs, then fewer blocks", () => {
    expect(effortFor(usual, costs(1.3))).toMatchObject({ blocks: 10, runs: 2, traced: true });
    expect(effortFor(usual, costs(4))).toMatchObject({ blocks: 8, runs: 1, traced: true });
    for (const pass of [0.1, 1, 2, 3, 4, 5]) expect(seconds(effortFor(usual, costs(pass)), costs(pass))).toBeLessThanOrEqual(55);
  });

  test("six blocks, which give an interval, may take a quarter longer", () => {
    expect(effortFor(usual, costs(7.8))).toMatchObject({ blocks: 6, runs: 1, traced: true });
    expect(effortFor(usual, costs(12))).toMatchObject({ blocks: 2, runs: 1, traced: true });
  });

  test("one block, if one pass takes longer than all may", () => {
    expect(effortFor(usual, costs(100))).toEqual({ blocks: 1, runs: 1, traced: false });
    expect(effortFor(usual, costs(28))).toEqual({ blocks: 1, runs: 1, traced: true });
  });

  test("what the user gives is obeyed, and without a budget everything", () => {
    expect(effortFor({ ...usual, budget: { ...budget, leastBlocks: 10 } }, costs(100))).toMatchObject({ blocks: 10, runs: 1, traced: true });
    expect(effortFor({ ...usual, budget: { ...budget, leastRuns: 5 } }, costs(4))).toMatchObject({ blocks: 2, runs: 5, traced: true });
    expect(effortFor({ ...usual, budget: undefined }, costs(100))).toMatchObject({ blocks: 10, runs: 5, traced: true });
  });
});

test("no traced run is left out of what the user has chosen", () => {
  expect(effortFor({ ...usual, blocks: 1, runs: 1 }, costs(100)).traced).toBe(true);
  expect(effortFor({ ...usual, traced: false }, costs(1)).traced).toBe(false);
});

test("what was reduced is said in one line, with the reason", () => {
  const pile = costs(12);
  expect(effortText(usual, effortFor(usual, pile), pile, 4)).toBe("2 blocks of 1 run: one run of all 4 cells takes about 12.0 s, the whole measurement about 42.0 s (--blocks and --runs choose otherwise)");
  expect(effortText(usual, { ...usual, runs: 1 }, costs(2), 1)).toBe("10 blocks of 1 run: one run of the cell takes about 2.00 s, the whole measurement about 40.0 s (--blocks and --runs choose otherwise)");
  expect(effortText(usual, { blocks: 1, runs: 1, traced: false }, costs(100), 8)).toMatch(/^1 block of 1 run, none of them traced: one run of all 8 cells takes about 100 s/);
  expect(effortText(usual, usual, costs(2), 4)).toBeNull();
});
