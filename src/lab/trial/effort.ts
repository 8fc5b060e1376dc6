/**
 * How many blocks and runs fit into the time that a measurement should take. With six
 * blocks there are intervals, and a value of one block more says more than one run more
 * in each. So one run a block comes first, then up to all blocks, and further runs only
 * after that. If one run of every cell takes longer than all should, no further one is
 * traced. Pure.
 */
import { count, printTime } from "../text.ts";
import { isTraced, type Costs, type Effort, type Protocol } from "./plan.ts";

/** Fewer blocks give no interval, so they may take longer than the budget by this factor. */
const BLOCKS_FOR_INTERVAL = 6;
const TOLERATED = 1.25;

/** All blocks and runs asked for, or as many as fit. */
export function effortFor({ blocks, runs, traced, budget }: Pick<Protocol, "blocks" | "runs" | "traced" | "budget">, costs: Costs): Effort {
  if (budget === undefined) return { blocks, runs, traced };
  const { leastBlocks, leastRuns } = budget;
  const fits = (effort: Effort, factor = 1): boolean => totalNs({ traced, ...effort }, costs) <= factor * budget.ms * 1e6;
  const fitting = largest(leastBlocks, blocks, (some) => fits({ blocks: some, runs: leastRuns }));
  if (fitting === blocks) return { blocks, runs: largest(leastRuns, runs, (some) => fits({ blocks, runs: some })), traced };
  const enough = { blocks: BLOCKS_FOR_INTERVAL, runs: leastRuns };
  if (fitting < BLOCKS_FOR_INTERVAL && blocks >= BLOCKS_FOR_INTERVAL && fits(enough, TOLERATED)) return { ...enough, traced };
  const chosen = { blocks: fitting, runs: leastRuns };
  // what the user has chosen takes the time that it takes
  const isFree = leastBlocks < blocks && leastRuns < runs;
  return { ...chosen, traced: isFree && !fits(chosen, TOLERATED) ? false : traced };
}

/** The largest number from `least` to `most` that fits; `least` if none does. */
function largest(least: number, most: number, fits: (some: number) => boolean): number {
  let some = most;
  while (some > least && !fits(some)) some--;
  return some;
}

function totalNs(effort: Effort, { passNs, blockNs, spentNs }: Costs): number {
  const { blocks, runs } = effort;
  const tracedBlocks = Array.from({ length: blocks }, (_, block) => block).filter((block) => isTraced(effort, block)).length;
  return spentNs + blocks * blockNs + (blocks * runs + tracedBlocks) * passNs;
}

/** What was reduced and why, in one line; `null`: nothing. `cells`: how many. */
export function effortText(asked: Effort, chosen: Effort, costs: Costs, cells: number): string | null {
  if (chosen.blocks === asked.blocks && chosen.runs === asked.runs) return null;
  const what = `${count(chosen.blocks, "block")} of ${count(chosen.runs, "run")}${chosen.traced === asked.traced ? "" : ", none of them traced"}`;
  const why = `one run of ${cells === 1 ? "the cell" : `all ${cells} cells`} takes about ${printTime(costs.passNs)}`;
  return `${what}: ${why}, the whole measurement about ${printTime(totalNs(chosen, costs))} (--blocks and --runs choose otherwise)`;
}
