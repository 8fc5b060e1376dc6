import { describe, expect, it } from "vitest";
import {
  affinityList, cacheBytes, cpuQuota, ownTicks, pressureOfTenSeconds, pressureTotal, processorTicks, quotaOfCpuMax, readText, throttledMicroseconds, throttledTime,
} from "../../../src/lab/machine/kernel-files.ts";

const files = (contents: Record<string, string>) => (path: string) => contents[path] ?? null;

describe("cpuQuota", () => {
  it.each([["150000 100000\n", 1.5], ["max 100000\n", null], ["50000 100000", 0.5], ["", null], [null, null]])("reads cpu.max %j as %j", (text, quota) => {
    expect(quotaOfCpuMax(text)).toBe(quota);
  });

  it("takes the tightest quota from the group to the root (v2)", () => {
    const read = files({
      "/proc/self/cgroup": "0::/pod/box\n",
      "/sys/fs/cgroup/pod/box/cpu.max": "max 100000",
      "/sys/fs/cgroup/pod/cpu.max": "250000 100000",
      "/sys/fs/cgroup/cpu.max": "400000 100000",
    });
    expect(cpuQuota(read)).toBe(2.5);
  });

  it("reads v1, where -1 means none", () => {
    const v1 = { "/proc/self/cgroup": "4:memory:/a\n1:cpu,cpuacct:/a\n", "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000" };
    expect(cpuQuota(files({ ...v1, "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "150000" }))).toBe(1.5);
    expect(cpuQuota(files({ ...v1, "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1" }))).toBeNull();
  });

  it("is not known where there are no such files", () => expect(cpuQuota(() => null)).toBeNull());
});

describe("the other files", () => {
  it("give the pressure total", () => {
    expect(pressureTotal("some avg10=6.31 avg60=1.98 avg300=1.92 total=23611238\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")).toBe(23_611_238);
    expect(pressureTotal(null)).toBeNull();
  });

  it("give the pressure of the last ten seconds", () => {
    expect(pressureOfTenSeconds("some avg10=6.31 avg60=1.98 avg300=1.92 total=23611238\n")).toBeCloseTo(0.0631, 9);
    expect(pressureOfTenSeconds(null)).toBeNull();
  });

  it("give this process's own ticks, whatever its name", () => {
    expect(ownTicks("17 (a) b) R 1 17 17 0 -1 4194304 100 0 0 0 250 30 7 5 20 0 11 0 500 1 2")).toBe(292);
    expect(ownTicks(null)).toBeNull();
    expect(ownTicks("17 (x) R 1")).toBeNull();
  });

  it("give ticks and steal", () => {
    expect(processorTicks("cpu  10 0 20 200 5 0 1 7 0 0\ncpu0 1 2 3\n")).toEqual({ all: 243, idle: 205, stolen: 7 });
    expect(processorTicks("")).toBeNull();
  });

  it("give the throttled time of both cgroup versions in microseconds", () => {
    expect(throttledMicroseconds("nr_throttled 3\nthrottled_usec 1500\n")).toBe(1500);
    expect(throttledMicroseconds("nr_throttled 3\nthrottled_time 1500000\n")).toBe(1500);
    expect(throttledMicroseconds(null)).toBeNull();
  });

  it("give the longest throttling of the group and those around it", () => {
    const v2 = { "/proc/self/cgroup": "0::/pod/box\n", "/sys/fs/cgroup/pod/box/cpu.stat": "throttled_usec 5", "/sys/fs/cgroup/pod/cpu.stat": "throttled_usec 9" };
    expect(throttledTime(files(v2))).toBe(9);
    expect(throttledTime(files({ "/proc/self/cgroup": "1:cpu,cpuacct:/a\n", "/sys/fs/cgroup/cpu/a/cpu.stat": "throttled_time 4000" }))).toBe(4);
    expect(throttledTime(() => null)).toBeNull();
  });

  it("give the affinity and cache sizes", () => {
    expect(affinityList("Cpus_allowed:\t3\nCpus_allowed_list:\t0-1,4\n")).toBe("0-1,4");
    expect([cacheBytes("512K\n"), cacheBytes("32768K"), cacheBytes("2M"), cacheBytes(null)]).toEqual([524_288, 33_554_432, 2_097_152, null]);
  });

  it("are null when absent", () => expect(readText("/no/such/file")).toBeNull());
});
