/** Runs blocks in this process: for tests of the protocol, which need no fresh one. */
import { runBlock } from "./block.ts";
import type { BlockEnd, BlockEvents, BlockOrder, BlockRunner, Frozen } from "./runner.ts";
import { prepare } from "./preparation.ts";
import type { CellProgram } from "./program.ts";
import type { Protocol, TrialMachine } from "./plan.ts";

/** A plan whose programs can be run here. */
interface RunnablePlan<Pool> extends Protocol {
  readonly programs: readonly CellProgram<Pool>[];
}

/** Blocks in this process, on the threads of `machine`. */
export function inProcess<Pool>(plan: RunnablePlan<Pool>, machine: TrialMachine<Pool>): BlockRunner {
  const { programs } = plan;
  return {
    isolation: "in-process",
    prepare: async (onProgress: () => void, signal: AbortSignal) => {
      const frozen = await prepare(programs, machine, plan, onProgress, signal);
      return frozen && { ...frozen, processors: null };
    },
    run: (order: BlockOrder, frozen: Frozen, events: BlockEvents, signal: AbortSignal): Promise<BlockEnd> =>
      runBlock({ programs, machine, protocol: plan, frozen }, order, events, signal),
  };
}
