/** What the operating system knows about a thread: its id, its CPU time and how long it waited for a core. */
import { readFileSync, readIfAllowed, readlinkSync } from "../../host.ts";
import type { ThreadTimes } from "./control.ts";

/** The system's id of this thread, or 0 where the system does not report it. */
export function systemThreadId(): number {
  if (process.platform !== "linux") return 0;
  return Number(readIfAllowed(() => readlinkSync("/proc/thread-self"))?.split("/").at(-1) ?? 0);
}

/** Times of a thread of this process by its system id; `undefined` where the system does not report them. */
export function timesOf(systemId: number): ThreadTimes | undefined {
  return systemId === 0 ? undefined : readSchedstat(`/proc/self/task/${systemId}/schedstat`);
}

/** Whether a thread of this process runs or waits for a core, by its system id, rather than for something else; `false` where the system does not report it. */
export function wantsCore(systemId: number): boolean {
  const line = systemId === 0 ? undefined : readIfAllowed(() => readFileSync(`/proc/self/task/${systemId}/stat`, "latin1"));
  // The name, in brackets, may hold blanks; the state is the field after it.
  return line?.charAt(line.lastIndexOf(")") + 2) === "R";
}

/** Times of the calling thread. */
export function ownTimes(): ThreadTimes {
  const own = process.platform === "linux" ? readSchedstat("/proc/thread-self/schedstat") : undefined;
  if (own !== undefined) return own;
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  // Before Node 23.9 there is only the time of the process.
  const { user, system } = threadCpuUsage?.() ?? process.cpuUsage();
  return { cpuNs: (user + system) * 1000 };
}

/** On-CPU ns, run-queue wait ns, slices (Linux, Documentation/scheduler/sched-stats). */
function readSchedstat(path: string): ThreadTimes | undefined {
  const line = readIfAllowed(() => readFileSync(path, "latin1"));
  if (line === undefined) return undefined;
  const [cpuNs, runDelayNs] = line.split(" ").map(Number);
  return { cpuNs, runDelayNs };
}
