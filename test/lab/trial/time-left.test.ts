import { describe, expect, it } from "vitest";
import { TimeLeft } from "../../../src/lab/trial/time-left.ts";

const AROUND = 80e6;
const unknown = (cells: number): null[] => Array.from({ length: cells }, () => null);

describe("TimeLeft", () => {
  it("expects what is known before anything was run: each run of each cell, and what is around it", () => {
    const times = new TimeLeft({ runNs: [100e6, 20e6], runs: [2, 2, 1] });
    expect(times.left).toBe(5 * (120e6 + 2 * AROUND));
  });

  it("knows nothing without an expectation, before a tenth of a block is done", () => {
    const times = new TimeLeft({ runNs: unknown(20), runs: [1, 1] });
    expect(times.left).toBeNull();
    times.took(3, 0, 10);
    expect(times.left).toBeNull();
    times.took(4, 0, 10);
    expect(times.left).toBe(38 * 10);
  });

  it("takes each cell at its own pace, and one that was not run yet at that of the others", () => {
    const times = new TimeLeft({ runNs: unknown(3), runs: [1, 1, 1, 1] });
    times.took(0, 0, 100);
    times.took(1, 0, 20);
    expect(times.left).toBe(3 * 100 + 3 * 20 + 4 * 60);
    times.took(2, 0, 30);
    times.took(0, 1, 200);
    expect(times.left).toBe(2 * 150 + 3 * 20 + 3 * 30);
  });

  it("scales the expectation of a cell that was not run yet by what the others took", () => {
    const times = new TimeLeft({ runNs: [920e6, 420e6], runs: [1] });
    times.took(0, 0, 2e9);
    expect(times.left).toBeCloseTo(1e9, 3);
  });

  it("counts a block with a traced run as longer: the blocks without one are not taken for as long", () => {
    const times = new TimeLeft({ runNs: unknown(1), runs: [2, 1, 1] });
    times.took(0, 0, 2e9);
    expect(times.left).toBe(2e9);
  });

  it("is nothing at the end", () => {
    const times = new TimeLeft({ runNs: [1], runs: [1] });
    times.took(0, 0, 5);
    expect(times.left).toBe(0);
  });
});
