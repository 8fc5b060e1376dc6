/** How many operations go on before the clock is read, with times that the test makes. */
import { describe, expect, test } from "vitest";
import { MOST, Pace } from "../../src/scheduler/pace.ts";

/** Operations before each read, in one endless slice in which each takes `each(k)` milliseconds. */
function play(pace: Pace, reads: number, each: (operation: number) => number): number[] {
  let nowMs = 1000;
  let operation = 0;
  pace.begin(nowMs);
  return Array.from({ length: reads }, () => {
    const { operations } = pace;
    for (let k = 0; k < operations; k++) nowMs += each(operation++);
    pace.read(nowMs, Infinity);
    return operations;
  });
}

describe("the pace", () => {
  test("begins with 8, and doubles up to 64 where operations are quick", () => {
    expect(play(new Pace(), 6, () => 0.0001)).toEqual([8, 16, 32, 64, 64, 64]);
    expect(play(new Pace(), 3, () => 0)).toEqual([8, 16, 32]);
  });

  test("is one where they take longer than half a millisecond", () => {
    expect(play(new Pace(), 4, () => 3)).toEqual([8, 1, 1, 1]);
  });

  test("is what takes half a millisecond in between", () => {
    expect(play(new Pace(), 4, () => 0.125)).toEqual([8, 4, 4, 4]);
  });

  test("one quick operation among slow ones does not hide these", () => {
    const later = play(new Pace(), 20, (k) => (k % 2 === 0 ? 3 : 0)).slice(1);
    expect(Math.max(...later)).toBe(2);
  });

  test("time outside a slice does not count, nor what follows its end", () => {
    const pace = new Pace();
    play(pace, 3, () => 0);
    expect(pace.operations).toBe(MOST);
    pace.rest();
    pace.read(5000, 1002);
    expect(pace.operations).toBe(MOST);
    pace.begin(6000);
    // The slice was over at 6002; a read after that is the last that counts.
    pace.read(6064, 6002);
    expect(pace.operations).toBe(1);
    pace.read(6064, 6002);
    expect(pace.operations).toBe(1);
  });
});
