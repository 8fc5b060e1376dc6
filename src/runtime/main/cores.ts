/** Cores that the process may use: what Node says, no more than the cgroup's CPU quota. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** CPUs' worth of the cgroup quota (`cpu.max`), or `Infinity` without one. */
function quotaCores(): number {
  if (process.platform !== "linux") return Infinity;
  try {
    const [quota, period] = readFileSync("/sys/fs/cgroup/cpu.max", "latin1").trim().split(" ");
    return quota === "max" ? Infinity : Number(quota) / Number(period);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EACCES") return Infinity;
    throw error;
  }
}

/** Default number of threads: at least 1. */
export function usableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.round(quotaCores())));
}
