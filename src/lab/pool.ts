/** The lab's threads: a runtime of warren's for each block and thread count. */
import { start, type Runtime } from "../index.ts";
import { nowNs } from "./clock.ts";
import type { TrialMachine } from "./trial-plan.ts";

/** Starts runtimes and reads their threads' clocks. */
export const RUNTIMES: TrialMachine<Runtime> = {
  open: (threads) => start({ threads }),
  close: async (runtime) => {
    await runtime[Symbol.asyncDispose]();
  },
  nowNs,
  times: async (runtime) => (await runtime.stats()).threads.map(({ index, cpuNs, runDelayNs }) => ({ index, cpuNs, runDelayNs: runDelayNs ?? null })),
};
