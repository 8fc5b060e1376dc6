/**
 * What Linux tells in text files about the machine and its state, as pure
 * parsers, so that they are tested on samples of the files. Elsewhere, or in a
 * container that hides a file, the answer is `null`: not known.
 *
 * Sources: proc(5), Documentation/admin-guide/cgroup-v2.rst,
 * Documentation/accounting/psi.rst, Documentation/scheduler/sched-bwc.rst.
 */
import { readFileSync } from "node:fs";

/** A file's text, or `null` if it cannot be read. */
export type ReadText = (path: string) => string | null;

/** Reads the real files. */
export const readText: ReadText = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // not Linux, or hidden from this container: not known
  }
};

/** A CPU quota in processors (1.5 = one and a half), from cgroup v2's `cpu.max`: "150000 100000" or "max 100000". */
export function quotaOfCpuMax(text: string | null): number | null {
  const [quota, period] = (text ?? "").trim().split(/\s+/);
  const processors = Number(quota) / Number(period ?? "100000");
  return quota === undefined || quota === "" || quota === "max" || !(processors > 0) ? null : processors;
}

/**
 * The tightest CPU quota on the way from this process's group to the root, in
 * processors; `null` when there is none. Reads cgroup v2 (also where it is
 * mounted under `unified`) and v1 (`cpu.cfs_quota_us`, −1 for none).
 */
export function cpuQuota(read: ReadText): number | null {
  const found = ownGroups(read).map((group) => (group.isV2 ? quotaOfCpuMax(group.file("cpu.max")) : quotaV1(group.file))).filter((quota) => quota !== null);
  return found.length === 0 ? null : Math.min(...found);
}

/** This process's control groups for processor time, and those around them, each with a reader of its files. */
function ownGroups(read: ReadText): { isV2: boolean; file: ReadText }[] {
  return (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers !== "" && !controllers.split(",").includes("cpu")) return [];
    const isV2 = controllers === "";
    return withParents(path).map((folder) => ({ isV2, file: (name) => (isV2 ? (read(`/sys/fs/cgroup${folder}/${name}`) ?? read(`/sys/fs/cgroup/unified${folder}/${name}`)) : read(`/sys/fs/cgroup/cpu${folder}/${name}`)) }));
  });
}

function quotaV1(file: ReadText): number | null {
  const [quota, period] = [file("cpu.cfs_quota_us"), file("cpu.cfs_period_us")];
  return quota === null || Number(quota) <= 0 ? null : Number(quota) / Number(period ?? "100000");
}

/** "/a/b" → "/a/b", "/a", "" */
function withParents(path: string): string[] {
  const folders: string[] = [];
  for (let folder = path.replace(/\/+$/, ""); folder !== ""; folder = folder.slice(0, folder.lastIndexOf("/"))) folders.push(folder);
  return [...folders, ""];
}

/** The total of "some" in a pressure file, microseconds in which at least one task waited. */
export function pressureTotal(text: string | null): number | null {
  const total = /^some .*total=(\d+)/m.exec(text ?? "")?.[1];
  return total === undefined ? null : Number(total);
}

/** The share of the last ten seconds in which at least one task waited for a processor, 0…1. */
export function pressureOfTenSeconds(text: string | null): number | null {
  const percent = /^some avg10=([\d.]+)/m.exec(text ?? "")?.[1];
  return percent === undefined ? null : Number(percent) / 100;
}

/** Clock ticks of all processors from the first line of /proc/stat: all of them, those with nothing to do, and those a hypervisor took away. */
export function processorTicks(text: string | null): { all: number; idle: number; stolen: number } | null {
  const fields = /^cpu\s+(.*)$/m.exec(text ?? "")?.[1]?.split(/\s+/).map(Number);
  if (fields === undefined || fields.length < 8) return null;
  // user nice system idle iowait irq softirq steal (guest time is already in user)
  const [idle, waiting, , , stolen] = fields.slice(3) as [number, number, number, number, number];
  return { all: fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0), idle: idle + waiting, stolen };
}

/** Clock ticks of this process and of the processes it has started that have ended, from /proc/self/stat. */
export function ownTicks(text: string | null): number | null {
  // the name, in brackets, may hold blanks; then state is field 3, and utime, stime, cutime, cstime are fields 14 to 17
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number);
  return fields?.length === 4 ? fields.reduce((sum, ticks) => sum + ticks, 0) : null;
}

/** Microseconds for which a quota has stopped this process's group or one around it: the longest of them. */
export function throttledTime(read: ReadText): number | null {
  const found = ownGroups(read).map(({ file }) => throttledMicroseconds(file("cpu.stat"))).filter((time) => time !== null);
  return found.length === 0 ? null : Math.max(...found);
}

/** Microseconds for which a quota stopped the group, from `cpu.stat` (v2 `throttled_usec`, v1 `throttled_time` in ns). */
export function throttledMicroseconds(text: string | null): number | null {
  const v2 = /^throttled_usec (\d+)/m.exec(text ?? "")?.[1];
  if (v2 !== undefined) return Number(v2);
  const v1 = /^throttled_time (\d+)/m.exec(text ?? "")?.[1];
  return v1 === undefined ? null : Number(v1) / 1000;
}

/** The processors this process may use, as Linux lists them ("0-3,8"). */
export function affinityList(text: string | null): string | null {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(text ?? "")?.[1] ?? null;
}

/** A cache size as sysfs prints it ("512K", "32768K", "1M"), in bytes. */
export function cacheBytes(text: string | null): number | null {
  const [, digits, unit] = /^(\d+)([KMG]?)/.exec((text ?? "").trim()) ?? [];
  if (digits === undefined) return null;
  return Number(digits) * ({ K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit ?? ""] ?? 1);
}
