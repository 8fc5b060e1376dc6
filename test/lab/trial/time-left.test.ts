import { describe, expect, it } from "vitest";
import { TimeLeft } from "../../../src/lab/trial/trial.ts";

describe("TimeLeft", () => {
  it("knows nothing before a tenth of a block is done", () => {
    const times = new TimeLeft(20, 2);
    expect(times.left).toBeNull();
    times.took(3, 10);
    expect(times.left).toBeNull();
    times.took(4, 10);
    expect(times.left).toBe(38 * 10);
  });

  it("takes each cell at its own pace, and one that was not run yet at that of the others", () => {
    const times = new TimeLeft(3, 4);
    times.took(0, 100);
    times.took(1, 20);
    expect(times.left).toBe(3 * 100 + 3 * 20 + 4 * 60);
    times.took(2, 30);
    times.took(0, 200);
    expect(times.left).toBe(2 * 150 + 3 * 20 + 3 * 30);
  });

  it("is nothing at the end", () => {
    const times = new TimeLeft(1, 1);
    times.took(0, 5);
    expect(times.left).toBe(0);
  });
});
