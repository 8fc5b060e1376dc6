import { describe, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { processor, superblock } from "../../src/memory/layout.ts";
import { placeFor, loadOf } from "../../src/scheduler/load.ts";

function arenaWith(...loads: number[]): Arena {
  const arena = Arena.create(loads.length, 4_194_304);
  for (const [index, load] of loads.entries()) arena.i32[arena.processorAt(index) + processor.held] = load;
  return arena;
}

/** Places `count` tasks one after the other; returns where. */
function placeAll(arena: Arena, count: number): number[] {
  const places: number[] = [];
  for (let last = 0; places.length < count; places.push(last)) {
    last = placeFor(arena, last);
    arena.i32[arena.processorAt(last) + processor.held]++;
    arena.i32[arena.here + processor.placed]++;
  }
  return places;
}

describe("placeFor", () => {
  test.each([
    [[0], 0, 0],
    [[3, 1, 2], 0, 1],
    [[3, 1, 1], 2, 1],
    [[3, 1, 1], 0, 1],
    [[5, 5, 0], 1, 2],
    [[0, 0, 0], 2, 2],
    [[0, 0, 0], 7, 1],
  ])("of %j after %i is %i", (loads, last, expected) => {
    expect(placeFor(arenaWith(...loads), last)).toBe(expected);
  });

  test("four tasks on two threads are two and two", () => {
    const arena = arenaWith(0, 0);
    placeAll(arena, 4);
    expect([0, 1].map((index) => loadOf(arena, index))).toEqual([2, 2]);
  });

  test("placing many one after another keeps loads within an eighth of each other, and most tasks beside the one before", () => {
    const arena = arenaWith(0, 0, 0, 0);
    const places = placeAll(arena, 1001);
    const loads = [0, 1, 2, 3].map((index) => loadOf(arena, index));
    expect(Math.max(...loads)).toBeLessThanOrEqual(Math.min(...loads) * 1.125 + 1);
    expect(places.filter((place, k) => place !== places[k - 1]).length).toBeLessThan(200);
  });

  test("few tasks on many threads are spread evenly: each thread gets its first before one gets its second", () => {
    const arena = arenaWith(...Array.from({ length: 32 }, () => 0));
    placeAll(arena, 32);
    expect(Array.from({ length: 32 }, (_, index) => loadOf(arena, index))).toEqual(Array.from({ length: 32 }, () => 1));
  });

  test("many tasks on many threads: none gets a quarter more than another, whatever the loads were", () => {
    const arena = arenaWith(...Array.from({ length: 32 }, (_, index) => index));
    placeAll(arena, 3200);
    const loads = Array.from({ length: 32 }, (_, index) => loadOf(arena, index));
    expect(Math.max(...loads)).toBeLessThanOrEqual(Math.min(...loads) * 1.25);
  });

  test("the only thread that starts tasks gets them, wherever it is among many", () => {
    const arena = arenaWith(...Array.from({ length: 32 }, () => 5));
    for (let index = 0; index < 32; index++) if (index !== 20) arena.i32[arena.processorAt(index) + processor.heapFull] = 1;
    expect(placeAll(arena, 5)).toEqual([20, 20, 20, 20, 20]);
  });

  test("the reserve gets none, unless no thread in front starts tasks", () => {
    const arena = arenaWith(9, 9, 0, 0);
    arena.i32[superblock.front] = 2;
    expect(placeAll(arena, 20).every((place) => place < 2)).toBe(true);
    for (const index of [0, 1]) arena.i32[arena.processorAt(index) + processor.heapFull] = 1;
    expect(placeFor(arena, 0)).toBe(2);
  });
});
