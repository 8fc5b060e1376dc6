import { describe, expect, it } from "vitest";
import { nowNs, threadUse } from "../../../src/lab/machine/clock.ts";

describe("threadUse", () => {
  it("takes differences by thread", () => {
    const before = [{ index: 0, cpuNs: 100, runDelayNs: 5 }, { index: 1, cpuNs: 200, runDelayNs: 7 }];
    const after = [{ index: 0, cpuNs: 150, runDelayNs: 6 }, { index: 1, cpuNs: 400, runDelayNs: 7 }];
    expect(threadUse(before, after)).toEqual({ cpuNs: [50, 200], runDelayNs: [1, 0] });
  });

  it("counts a replaced thread from zero", () => {
    expect(threadUse([{ index: 0, cpuNs: 900, runDelayNs: 9 }], [{ index: 0, cpuNs: 30, runDelayNs: 1 }])).toEqual({ cpuNs: [30], runDelayNs: [1] });
  });

  it("gives nothing where one thread has no source", () => {
    const after = [{ index: 0, cpuNs: 30, runDelayNs: null }, { index: 1, cpuNs: null, runDelayNs: null }];
    expect(threadUse([], after)).toEqual({ cpuNs: [], runDelayNs: [] });
  });
});

describe("nowNs", () => {
  it("is monotonic", () => {
    const first = nowNs();
    expect(nowNs()).toBeGreaterThanOrEqual(first);
  });
});
