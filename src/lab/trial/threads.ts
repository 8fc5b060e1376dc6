/** The lab's threads: a runtime of warren's for each block and thread count. */
import { start, type Runtime } from "../../index.ts";
import { nowNs } from "../machine/clock.ts";
import type { TrialMachine } from "./plan.ts";

/** Starts runtimes, reads their threads' clocks and records what they do. */
export const RUNTIMES: TrialMachine<Runtime> = {
  open: (threads) => start({ threads }),
  close: async (runtime) => {
    await runtime[Symbol.asyncDispose]();
  },
  nowNs,
  processNs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1000;
  },
  times: async (runtime) => (await runtime.stats()).threads.map(({ index, cpuNs, runDelayNs }) => ({ index, cpuNs, runDelayNs: runDelayNs ?? null })),
  trace: (runtime) => runtime.trace(),
};
