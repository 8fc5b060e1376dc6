/** Runs blocks in this process: the protocol itself needs no fresh one. */
import { runBlock } from "../../../src/lab/trial/block.ts";
import type { BlockRunner, CellProgram, Protocol } from "../../../src/lab/trial/plan.ts";
import { prepare } from "../../../src/lab/trial/preparation.ts";
import type { TrialThreads } from "../../../src/lab/trial/threads.ts";

/** Blocks in this process, on the given threads. */
export function inProcess(plan: Protocol & { readonly programs: readonly CellProgram[] }, threads: TrialThreads): BlockRunner {
  const { programs } = plan;
  return {
    isolation: "in-process",
    prepare: async (onProgress, signal) => {
      const frozen = await prepare(programs, threads, plan, onProgress, signal);
      return frozen && { ...frozen, processors: null };
    },
    run: (order, frozen, events, signal) => runBlock({ programs, threads, protocol: plan, frozen }, order, events, signal),
  };
}
