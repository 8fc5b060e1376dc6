import { describe, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { processor } from "../../src/memory/layout.ts";
import { leastLoaded, loadOf } from "../../src/scheduler/load.ts";

function arenaWith(...loads: number[]): Arena {
  const arena = Arena.create(loads.length, 4_194_304);
  for (const [index, load] of loads.entries()) arena.i32[arena.processorAt(index) + processor.held] = load;
  return arena;
}

describe("leastLoaded", () => {
  test.each([
    [[0], 0, 0],
    [[3, 1, 2], 0, 1],
    [[3, 1, 1], 2, 2],
    [[3, 1, 1], 0, 1],
    [[5, 5, 0], 1, 2],
  ])("of %j from %i is %i", (loads, from, expected) => {
    expect(leastLoaded(arenaWith(...loads), from)).toBe(expected);
  });

  test("ties go round, beginning at `from`, which may be beyond the last thread", () => {
    const arena = arenaWith(0, 0, 0);
    expect([0, 1, 2, 3, 4, 5].map((from) => leastLoaded(arena, from))).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test("placing one after another keeps loads within one of each other", () => {
    const arena = arenaWith(0, 0, 0, 0);
    let last = 0;
    for (let k = 0; k < 1001; k++) {
      last = leastLoaded(arena, last + 1);
      arena.i32[arena.processorAt(last) + processor.held]++;
    }
    expect([0, 1, 2, 3].map((index) => loadOf(arena, index)).toSorted()).toEqual([250, 250, 250, 251]);
  });
});
