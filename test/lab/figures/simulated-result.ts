/** Results whose block times are drawn from a distribution: to see how often a comparison is right. */
import { randomSource, type RandomSource } from "../../../src/lab/random.ts";
import type { CellResult, Result } from "../../../src/lab/result.ts";
import { median } from "../../../src/lab/figures/statistics.ts";
import { fakeResult } from "../../cli/print/fake-result.ts";

/** What is drawn. */
export interface Simulation {
  readonly seed: number;
  readonly cells?: number;
  readonly blocks?: number;
  /** Standard deviation of the logarithm of a block's time. */
  readonly noise: number;
  /** Times of a cell, as a factor. */
  readonly slower?: (cell: number) => number;
}

/** `cells` cells of 200 ms, each measured once in each block. */
export async function simulatedResult({ seed, cells = 24, blocks = 10, noise, slower = () => 1 }: Simulation): Promise<Result> {
  const result = await fakeResult({ worlds: ["cpu"], designs: ["G1"], threads: [1] });
  const model = result.cells[0] as CellResult;
  return {
    ...result,
    config: { ...result.config, blocks, blocksDone: blocks },
    gains: [],
    cells: Array.from({ length: cells }, (_, cell): CellResult => {
      const source = randomSource(seed, "simulated", cell);
      const samples = Array.from({ length: blocks }, (_, block) => {
        const wallNs = 2e8 * slower(cell) * Math.exp(noise * normal(source));
        return { block, run: 0, wallNs, windowNs: wallNs, cpuNs: [], runDelayNs: [] };
      });
      return { ...model, design: `D${cell}`, samples, summary: { ...model.summary, medianNs: median(samples.map(({ wallNs }) => wallNs)), n: blocks } };
    }),
  };
}

/** Box and Muller. */
function normal(source: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - source.float())) * Math.cos(2 * Math.PI * source.float());
}
