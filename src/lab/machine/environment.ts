/**
 * The machine on which a result was measured, its state during the measurement,
 * and what makes the result unreliable. Everything is read and nothing is assumed:
 * what cannot be read is `null`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { availableParallelism, cpus, loadavg, release } from "node:os";
import { LIMITS } from "../../limits.ts";
import { processorsIn } from "./affinity.ts";
import { nowNs } from "./clock.ts";
import {
  affinityList, cacheBytes, cpuQuota, ownTicks, pressureOfTenSeconds, pressureTotal, processorTicks, readText, throttledTime, type ReadText,
} from "./kernel-files.ts";

/** Most threads of a runtime, and so of a cell. */
export const MOST_THREADS = LIMITS.threads;

/** 1, 2, 4, … below `most`, and `most`. */
export function doubledTo(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

/** The machine and the versions: what does not change during a run. */
export interface Machine {
  readonly cpu: string;
  /** Processors that exist. */
  readonly cores: number;
  /** Processors that this process may use: affinity and cgroup quota counted; 1.5 is one and a half. */
  readonly usable: number;
  /** cgroup quota in processors; `null`: none. */
  readonly quota: number | null;
  /** Processors of the affinity mask as Linux lists them. */
  readonly affinity: string | null;
  /** Cache sizes in bytes: L2 of the first processor, and the last level. */
  readonly caches: { readonly l2: number | null; readonly llc: number | null };
  readonly governor: string | null;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
}

/** Counters of one moment; two of them tell what happened in between. */
export interface Reading {
  readonly wallNs: number;
  /** Load average over one minute. */
  readonly load: number;
  /** Share of the last ten seconds in which some task waited for a processor. */
  readonly pressure10: number | null;
  /** Pressure: microseconds in which some task waited for a processor. */
  readonly pressureUs: number | null;
  readonly throttledUs: number | null;
  /** Clock ticks of all processors; `own`: of this process and of those it started that have ended. */
  readonly ticks: { readonly all: number; readonly idle: number; readonly stolen: number; readonly own: number | null } | null;
  /** Cores that other programs used just now. Absent: nobody looked, or it is not known. */
  readonly othersNow?: number;
}

/** `env` of a result: the machine, its state from start to end, the doubts. */
export interface Environment extends Machine {
  /** One-minute load average before the first block. */
  readonly load: number;
  /** Share of the ten seconds before the first block in which some task waited for a processor; `null`: not known. */
  readonly pressure: number | null;
  /**
   * Shares of the wall time between the two readings, 0…1; `null`: not known, or no second reading.
   * `others`: processors that other programs used.
   */
  readonly during: { readonly pressure: number | null; readonly throttled: number | null; readonly steal: number | null; readonly others: number | null };
  readonly warnings: readonly string[];
}

/** Reads the machine. */
export function readMachine(read: ReadText = readText): Machine {
  const processors = cpus();
  const quota = cpuQuota(read);
  const cores = processors.length;
  const usable = availableParallelism();
  return {
    cpu: processors[0]?.model.trim().replaceAll(/\s+/g, " ") || "unknown processor",
    cores,
    // libuv may round the quota up or down to whole processors: the fraction is the truth
    usable: quota === null ? usable : Math.min(quota, affinityCount(read) ?? cores),
    quota,
    affinity: affinityList(read("/proc/self/status")),
    caches: readCaches(read),
    governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")?.trim() ?? null,
    platform: `${process.platform} ${release()} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/** The machine for a process that is confined to `cpus`; all of it for `null`. */
export function confined(machine: Machine, cpus: string | null): Machine {
  if (cpus === null) return machine;
  const count = processorsIn(cpus)?.length ?? machine.cores;
  return { ...machine, affinity: cpus, usable: machine.quota === null ? count : Math.min(machine.quota, count) };
}

/** Reads the state of the machine now. */
export function readState(wallNs: number, read: ReadText = readText): Reading {
  const ticks = processorTicks(read("/proc/stat"));
  return {
    wallNs,
    load: loadavg()[0] ?? 0,
    pressure10: pressureOfTenSeconds(read("/proc/pressure/cpu")),
    pressureUs: pressureTotal(read("/proc/pressure/cpu")),
    throttledUs: throttledTime(read),
    ticks: ticks && { ...ticks, own: ownTicks(read("/proc/self/stat")) },
  };
}

/** Joins machine and readings. `threads`: the maximum of any cell; 0 if nothing is measured. */
export function environmentOf(machine: Machine, before: Reading, after: Reading | null, threads: number): Environment {
  const during = { pressure: null, throttled: null, steal: null, others: null, ...(after && sharesBetween(before, after, machine.cores)) };
  return { ...machine, load: before.load, pressure: before.pressure10, during, warnings: doubts(machine, before, during, threads) };
}

/** The environment before a measurement: what `--strict` can refuse immediately. */
export interface Surroundings {
  readonly machine: Machine;
  readonly before: Reading;
  readonly warnings: readonly string[];
}

/** Reads the machine and its state. `threads`: the maximum of any cell; `cpus`: the cores that they are pinned to. */
export async function surroundings(threads: number, cpus: string | null = null): Promise<Surroundings> {
  const machine = confined(readMachine(), cpus);
  const before = await stateNow(machine);
  return { machine, before, warnings: environmentOf(machine, before, null, threads).warnings };
}

/** How long other programs are watched. */
const LOOK_MS = 250;

/**
 * The state of the machine. The load average still shows for a minute what has ended, for
 * example an installation or the measurement before. So if it or the pressure is high, it
 * is looked at what other programs do now.
 */
async function stateNow(machine: Machine): Promise<Reading> {
  const first = readState(nowNs());
  if (!isHigh(first, machine)) return first;
  await sleep(LOOK_MS);
  const { others } = ticksBetween(first.ticks, readState(nowNs()).ticks, machine.cores);
  return others === null ? first : { ...first, othersNow: others };
}

function isHigh({ load, pressure10 }: Reading, { cores }: Pick<Machine, "cores">): boolean {
  return load > 0.5 * cores || (pressure10 ?? 0) > 0.2;
}

function sharesBetween(before: Reading, after: Reading, cores: number): Environment["during"] {
  const wallUs = (after.wallNs - before.wallNs) / 1000;
  const share = (from: number | null, to: number | null): number | null => (from === null || to === null || wallUs <= 0 ? null : (to - from) / wallUs);
  return {
    pressure: share(before.pressureUs, after.pressureUs),
    throttled: share(before.throttledUs, after.throttledUs),
    ...ticksBetween(before.ticks, after.ticks, cores),
  };
}

/** Where the time of the cores went: taken by a hypervisor (a share), used by other programs (in cores). */
function ticksBetween(before: Reading["ticks"], after: Reading["ticks"], cores: number): Pick<Environment["during"], "steal" | "others"> {
  const all = before === null || after === null ? 0 : after.all - before.all;
  if (before === null || after === null || all <= 0) return { steal: null, others: null };
  const stolen = after.stolen - before.stolen;
  const busy = all - (after.idle - before.idle) - stolen;
  // the kernel rounds both to ticks, so the difference can be slightly negative
  const others = before.own === null || after.own === null ? null : Math.max(0, ((busy - (after.own - before.own)) / all) * cores);
  return { steal: stolen / all, others };
}

/** One line for each thing that makes measurements on this machine unreliable. */
function doubts(machine: Machine, before: Reading, during: Environment["during"], threads: number): string[] {
  const found: string[] = [];
  const isOver = before.othersNow !== undefined && before.othersNow <= 0.1 * machine.cores;
  if (!isOver && before.load > 0.5 * machine.cores) found.push(`the machine is busy: load ${before.load.toFixed(2)} on ${printProcessors(machine.cores)} before the first measurement`);
  if (!isOver && (before.pressure10 ?? 0) > 0.2) found.push(`processes were waiting for a core ${percent(before.pressure10 as number)} of the time (PSI) in the ten seconds before the first measurement`);
  if (threads > machine.usable) found.push(`${threads} threads on ${printProcessors(machine.usable)}: they take turns, so no speed-up beyond ${machine.usable} can show`);
  if (machine.quota !== null && !Number.isInteger(machine.quota)) found.push(`a cgroup quota of ${machine.quota} cores throttles in bursts`);
  if (machine.governor !== null && machine.governor !== "performance") found.push(`the CPU governor is "${machine.governor}": the clock rate varies`);
  if ((during.throttled ?? 0) > 0.01) found.push(`the cgroup quota stopped the process for ${percent(during.throttled as number)} of the time`);
  if ((during.steal ?? 0) > 0.02) found.push(`the hypervisor took ${percent(during.steal as number)} of the CPU time`);
  if ((during.others ?? 0) > 0.1 * machine.cores) found.push(`other programs used ${printProcessors(during.others as number)} of ${machine.cores}`);
  if (threads <= machine.usable && (during.pressure ?? 0) > 0.2) {
    const isOwn = during.others !== null && during.others <= 0.1 * machine.cores;
    found.push(`processes waited for a core ${percent(during.pressure as number)} of the time (PSI): ${isOwn ? "this command has more threads than there are cores, such as those that read files" : "something else was running"}`);
  }
  return found;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** "2 cores", "1.5 cores", "1 core". */
export function printProcessors(count: number): string {
  const shown = Number(count.toFixed(2));
  return `${shown} core${shown === 1 ? "" : "s"}`;
}

/** The machine in one line, for the head of a table. */
export function machineLine(env: Environment): string {
  const limits = env.usable === env.cores ? "" : `, ${Number(env.usable.toFixed(2))} usable${env.quota === null ? "" : ` (quota ${Number(env.quota.toFixed(2))})`}`;
  return `${env.cpu} · ${env.cores} core${env.cores === 1 ? "" : "s"}${limits} · Node ${env.node}, V8 ${env.v8} · ${env.platform} · load ${env.load.toFixed(2)}`;
}

function affinityCount(read: ReadText): number | null {
  const list = affinityList(read("/proc/self/status"));
  return list === null ? null : (processorsIn(list)?.length ?? null);
}

function readCaches(read: ReadText): Machine["caches"] {
  const sizes = new Map<number, number>();
  for (let index = 0; index < 8; index++) {
    const folder = `/sys/devices/system/cpu/cpu0/cache/index${index}`;
    const bytes = cacheBytes(read(`${folder}/size`));
    if (bytes !== null && read(`${folder}/type`)?.trim() !== "Instruction") sizes.set(Number(read(`${folder}/level`)), bytes);
  }
  const last = Math.max(0, ...sizes.keys());
  return { l2: sizes.get(2) ?? null, llc: last > 1 ? (sizes.get(last) ?? null) : null };
}
