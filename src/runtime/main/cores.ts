/** Cores that the process can use: as many as Node reports, but not more than the CPU quota of the cgroup. */
import { readFileSync, readIfAllowed } from "../../host.ts";
import { availableParallelism } from "node:os";

/** The cgroup's quota (`cpu.max`) in cores, or `Infinity` without a quota. */
function quotaCores(): number {
  if (process.platform !== "linux") return Infinity;
  const [quota = "max", period] = readIfAllowed(() => readFileSync("/sys/fs/cgroup/cpu.max", "latin1"))?.trim().split(" ") ?? [];
  return quota === "max" ? Infinity : Number(quota) / Number(period);
}

/** Default number of threads: at least 1. */
export function usableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.round(quotaCores())));
}
