import { describe, expect, it } from "vitest";
import { environmentOf, machineLine, readMachine, readState, type Machine, type Reading } from "../../../src/lab/machine/environment.ts";

const machine: Machine = {
  cpu: "Test CPU", cores: 4, usable: 4, quota: null, affinity: "0-3", caches: { l2: 524_288, llc: 33_554_432 },
  governor: null, platform: "linux 6.1 x64", node: "24.21.0", v8: "13.6",
};
const quiet: Reading = { wallNs: 0, load: 0.1, pressure10: 0, pressureUs: 0, throttledUs: 0, ticks: { all: 0, idle: 0, stolen: 0, own: 0 } };
const after = (changes: Partial<Reading>): Reading => ({ ...quiet, wallNs: 10e9, ticks: { all: 4000, idle: 3000, stolen: 0, own: 990 }, ...changes });

describe("environmentOf", () => {
  it("has no doubts about a quiet machine", () => {
    expect(environmentOf(machine, quiet, after({}), 4)).toMatchObject({ pressure: 0, during: { pressure: 0, throttled: 0, steal: 0, others: expect.closeTo(0.01, 9) }, warnings: [] });
  });

  it.each<[RegExp, Partial<Machine>, Partial<Reading>, Partial<Reading>, number]>([
    [/^the machine is busy: load 3.00 on 4 cores/, {}, { load: 3 }, {}, 1],
    [/^8 threads on 4 cores/, {}, {}, {}, 8],
    [/^2 threads on 1.5 cores.*beyond 1.5/, { usable: 1.5, quota: 1.5 }, {}, {}, 2],
    [/quota of 1.5 cores/, { usable: 1.5, quota: 1.5 }, {}, {}, 1],
    [/governor is "powersave"/, { governor: "powersave" }, {}, {}, 1],
    [/quota stopped the process for 5.0 %/, {}, {}, { throttledUs: 500_000 }, 1],
    [/hypervisor took 10 %/, {}, {}, { ticks: { all: 4000, idle: 2600, stolen: 400, own: 1000 } }, 1],
    [/^other programs used 1.5 cores of 4$/, {}, {}, { ticks: { all: 4000, idle: 1500, stolen: 0, own: 1000 } }, 1],
    [/^processes were waiting for a core 30 % of the time \(PSI\) in the ten seconds before/, {}, { pressure10: 0.3 }, {}, 1],
    [/waited for a core 50 % of the time \(PSI\): this command has more threads/, {}, {}, { pressureUs: 5e6 }, 2],
    [/waited for a core 50 % of the time \(PSI\): something else was running/, {}, {}, { pressureUs: 5e6, ticks: { all: 4000, idle: 1500, stolen: 0, own: 1000 } }, 2],
  ])("warns: %s", (warning, changes, before, later, threads) => {
    const { warnings } = environmentOf({ ...machine, ...changes }, { ...quiet, ...before }, after(later), threads);
    expect(warnings).toContainEqual(expect.stringMatching(warning));
  });

  it("does not take what has ended for a busy machine: the load average lags, and other programs do nothing now", () => {
    const warned = (othersNow: number): readonly string[] => environmentOf(machine, { ...quiet, load: 3, pressure10: 0.5, othersNow }, after({}), 4).warnings;
    expect(warned(0.3)).toEqual([]);
    expect(warned(0.5)).toEqual([expect.stringMatching(/^the machine is busy: load 3/), expect.stringMatching(/^processes were waiting/)]);
  });

  it("knows nothing of the time in between without a second reading", () => {
    expect(environmentOf(machine, quiet, null, 0).during).toEqual({ pressure: null, throttled: null, steal: null, others: null });
  });
});

describe("machineLine", () => {
  it("prints a quota as a fraction", () => {
    const line = machineLine(environmentOf({ ...machine, usable: 1.5, quota: 1.5 }, quiet, null, 0));
    expect(line).toBe("Test CPU · 4 cores, 1.5 usable (quota 1.5) · Node 24.21.0, V8 13.6 · linux 6.1 x64 · load 0.10");
  });
});

describe("readMachine and readState", () => {
  it("read this machine", () => {
    expect(readMachine().cores).toBeGreaterThan(0);
    expect(readState(1).load).toBeGreaterThanOrEqual(0);
  });

  it("count affinity and quota against the processors, and take what is hidden as not known", () => {
    const files: Record<string, string> = {
      "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000", "/proc/self/status": "Cpus_allowed_list:\t0\n",
    };
    expect(readMachine((path) => files[path] ?? null)).toMatchObject({ usable: 1, quota: 1.5, affinity: "0", caches: { l2: null, llc: null } });
  });
});
