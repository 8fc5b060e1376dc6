import { describe, expect, test } from "vitest";
import { effortFor, effortText } from "../../../src/lab/trial/effort.ts";
import type { Costs, Effort } from "../../../src/lab/trial/plan.ts";

const budget = { ms: 55_000, leastBlocks: 1, leastRuns: 1 };
const usual = { blocks: 10, runs: 5, budget };
/** In seconds. */
const costs = (pass: number, block = 1.5, spent = 3): Costs => ({ passNs: pass * 1e9, blockNs: block * 1e9, spentNs: spent * 1e9 });
const seconds = ({ blocks, runs, tracedBlocks }: Effort, { passNs, blockNs, spentNs }: Costs): number => (spentNs + blocks * (blockNs + runs * passNs) + tracedBlocks * passNs) / 1e9;

describe("how many blocks and runs fit into a minute", () => {
  test("all, where the cells are few", () => {
    expect(effortFor(usual, costs(0.5))).toEqual({ blocks: 10, runs: 5, tracedBlocks: 10 });
  });

  test("first fewer runs, then fewer blocks", () => {
    expect(effortFor(usual, costs(1.3))).toEqual({ blocks: 10, runs: 2, tracedBlocks: 2 });
    expect(effortFor(usual, costs(4))).toEqual({ blocks: 8, runs: 1, tracedBlocks: 2 });
    for (const pass of [0.1, 1, 2, 3, 4, 5]) expect(seconds(effortFor(usual, costs(pass)), costs(pass))).toBeLessThanOrEqual(55);
  });

  test("six blocks, which give an interval, may take a little longer; then one of them is traced", () => {
    expect(effortFor(usual, costs(6.3))).toEqual({ blocks: 6, runs: 1, tracedBlocks: 2 });
    expect(effortFor(usual, costs(7.8))).toEqual({ blocks: 6, runs: 1, tracedBlocks: 1 });
    expect(effortFor(usual, costs(12))).toEqual({ blocks: 2, runs: 1, tracedBlocks: 1 });
  });

  test("one block, if one pass takes longer than all should, and then none is traced", () => {
    expect(effortFor(usual, costs(28))).toEqual({ blocks: 1, runs: 1, tracedBlocks: 1 });
    expect(effortFor(usual, costs(100))).toEqual({ blocks: 1, runs: 1, tracedBlocks: 0 });
  });

  test("what the user gives is obeyed, and without a budget everything", () => {
    expect(effortFor({ ...usual, budget: { ...budget, leastBlocks: 10 } }, costs(100))).toEqual({ blocks: 10, runs: 1, tracedBlocks: 2 });
    expect(effortFor({ ...usual, budget: { ...budget, leastRuns: 5 } }, costs(4))).toEqual({ blocks: 2, runs: 5, tracedBlocks: 1 });
    expect(effortFor({ ...usual, budget: { ...budget, leastRuns: 5 } }, costs(100))).toEqual({ blocks: 1, runs: 5, tracedBlocks: 1 });
    expect(effortFor({ blocks: 1, runs: 1, budget: { ...budget, leastBlocks: 1, leastRuns: 1 } }, costs(100))).toEqual({ blocks: 1, runs: 1, tracedBlocks: 1 });
    expect(effortFor({ ...usual, budget: undefined }, costs(100))).toEqual({ blocks: 10, runs: 5, tracedBlocks: 10 });
    expect(effortFor({ ...usual, traced: false }, costs(1)).tracedBlocks).toBe(0);
  });
});

test("what was reduced is said in one line, with the reason", () => {
  const said = (pass: number, cells: number): string | null => effortText(usual, effortFor(usual, costs(pass)), costs(pass), cells);
  expect(said(12, 4)).toBe("2 blocks of 1 run: one run of all 4 cells takes about 12.0 s, the whole measurement about 42.0 s (--blocks and --runs choose otherwise)");
  expect(said(2, 1)).toBe("10 blocks of 1 run: one run of the cell takes about 2.00 s, the whole measurement about 42.0 s (--blocks and --runs choose otherwise)");
  expect(said(100, 8)).toMatch(/^1 block of 1 run, none of them traced: one run of all 8 cells takes about 100 s/);
  expect(said(0.5, 4)).toBeNull();
});
