/**
 * The lab's clocks. Wall time is `process.hrtime`: monotonic, in nanoseconds,
 * and the same on every thread (`performance.now` starts at another moment on
 * each). CPU time and run-queue wait of the worker threads come from the
 * runtime's statistics, which each thread reads for itself.
 *
 * CPU clocks step by about 4 ms: differences over less than 100 ms say little.
 */

/** One thread's clocks at one moment, both counted from the thread's start. */
export interface ThreadTimes {
  readonly index: number;
  /** Time on a processor, nanoseconds; `null` where there is no source. */
  readonly cpuNs: number | null;
  /** Time runnable without a processor, nanoseconds (Linux schedstat, field 2); `null` where there is no source. */
  readonly runDelayNs: number | null;
}

/** What the threads used between two readings, by thread index; empty where there is no source. */
export interface ThreadUse {
  readonly cpuNs: readonly number[];
  readonly runDelayNs: readonly number[];
}

/** Monotonic wall time, nanoseconds. A double holds it exactly for 104 days of uptime. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/**
 * The difference of two readings. A thread that was replaced in between starts
 * from zero: its use is what it has done since. A source that one thread lacks
 * is given for none: a sum over some of the threads would be a wrong number.
 */
export function threadUse(before: readonly ThreadTimes[], after: readonly ThreadTimes[]): ThreadUse {
  const earlier = new Map(before.map((times) => [times.index, times]));
  const used = (field: "cpuNs" | "runDelayNs"): number[] => {
    const differences: number[] = [];
    for (const times of after) {
      const end = times[field];
      const start = earlier.get(times.index)?.[field] ?? 0;
      if (end === null) return [];
      differences.push(end >= start ? end - start : end);
    }
    return differences;
  };
  return { cpuNs: used("cpuNs"), runDelayNs: used("runDelayNs") };
}
