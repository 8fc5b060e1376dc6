/**
 * How many blocks and runs fit into the time that a measurement should take. With six
 * blocks there are intervals, and a value of one block more says more than one run more
 * in each. So one run a block comes first, then up to all blocks, and further runs only
 * after that. If six blocks do not fit with two traced ones, one is traced; if a single
 * block does not fit, none. Pure.
 */
import { count, printTime } from "../text.ts";
import { tracedBlocksOf, type Costs, type Effort, type Protocol } from "./plan.ts";

/** Fewer blocks give no interval, so these may take longer than the budget by a factor; for a second traced block by less. */
const BLOCKS_FOR_INTERVAL = 6;
const TOLERATED = 1.25;
const TOLERATED_FOR_TRACES = 1.15;

/** All blocks and runs asked for, or as many as fit. */
export function effortFor({ blocks, runs, traced, budget }: Pick<Protocol, "blocks" | "runs" | "traced" | "budget">, costs: Costs): Effort {
  const effort = (someBlocks: number, someRuns: number, most = Infinity): Effort => (
    { blocks: someBlocks, runs: someRuns, tracedBlocks: Math.min(most, tracedBlocksOf({ blocks: someBlocks, runs: someRuns, traced })) }
  );
  if (budget === undefined) return effort(blocks, runs);
  const { leastBlocks, leastRuns } = budget;
  const fits = (some: Effort, factor = 1): boolean => totalNs(some, costs) <= factor * budget.ms * 1e6;
  if (fits(effort(blocks, leastRuns))) return effort(blocks, largest(leastRuns, runs, (some) => fits(effort(blocks, some))));
  // what the user has chosen takes the time that it takes
  if (leastBlocks === blocks) return effort(blocks, leastRuns);
  const fitting = effort(largest(leastBlocks, blocks, (some) => fits(effort(some, leastRuns))), leastRuns);
  if (fitting.blocks >= BLOCKS_FOR_INTERVAL) return fitting;
  if (blocks >= BLOCKS_FOR_INTERVAL) {
    const [twice, once] = [effort(BLOCKS_FOR_INTERVAL, leastRuns), effort(BLOCKS_FOR_INTERVAL, leastRuns, 1)];
    if (fits(twice, TOLERATED_FOR_TRACES)) return twice;
    if (fits(once, TOLERATED)) return once;
  }
  const once = effort(largest(leastBlocks, blocks, (some) => fits(effort(some, leastRuns, 1))), leastRuns, 1);
  return fits(once, TOLERATED) || leastRuns === runs ? once : effort(once.blocks, leastRuns, 0);
}

/** The largest number from `least` to `most` that fits; `least` if none does. */
function largest(least: number, most: number, fits: (some: number) => boolean): number {
  let some = most;
  while (some > least && !fits(some)) some--;
  return some;
}

function totalNs({ blocks, runs, tracedBlocks }: Effort, { passNs, blockNs, spentNs }: Costs): number {
  return spentNs + blocks * blockNs + (blocks * runs + tracedBlocks) * passNs;
}

/** What was reduced and why, in one line; `null`: nothing. `cells`: how many. */
export function effortText(asked: Pick<Protocol, "blocks" | "runs" | "traced">, chosen: Effort, costs: Costs, cells: number): string | null {
  if (chosen.blocks === asked.blocks && chosen.runs === asked.runs) return null;
  const what = `${count(chosen.blocks, "block")} of ${count(chosen.runs, "run")}${chosen.tracedBlocks === 0 && asked.traced !== false ? ", none of them traced" : ""}`;
  const why = `one run of ${cells === 1 ? "the cell" : `all ${cells} cells`} takes about ${printTime(costs.passNs)}`;
  return `${what}: ${why}, the whole measurement about ${printTime(totalNs(chosen, costs))} (--blocks and --runs choose otherwise)`;
}
