/** The threads of the lab: one runtime for each block and number of threads, and the clocks that the protocol reads. */
import { formatDump, runtimes, start, type Runtime, type Trace } from "../../index.ts";
import { nowNs, type ThreadTimes } from "../machine/clock.ts";

/** How the protocol gets threads and reads clocks; tests bring their own. */
export interface TrialThreads {
  open(threads: number): Promise<Runtime>;
  close(runtime: Runtime): Promise<void>;
  times(runtime: Runtime): Promise<readonly ThreadTimes[]>;
  /** CPU time of the process so far. */
  processNs(): number;
  /** Monotonic wall time. */
  nowNs(): number;
  /** Traces what the threads do until `stop`. Absent: no run is traced. */
  trace?(runtime: Runtime): Promise<{ stop(): Promise<Trace> }>;
}

/** Those of warren. */
export const THREADS: TrialThreads = {
  open: (threads) => start({ threads, cores: threads }),
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

/** A dump of each runtime that is open in this process. */
export function dumps(): Promise<string[]> {
  return Promise.all(runtimes().map(async (runtime) => {
    try {
      return formatDump(await runtime.dump(), await runtime.stats());
    } catch (error) {
      // It has stopped in the meantime.
      return `no dump: ${error instanceof Error ? error.message : String(error)}`;
    }
  }));
}
