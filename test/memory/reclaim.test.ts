/** Memory that is free serves any size again: pages come back from every size class, and stale handles notice. */
import { describe, expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { PAGE, header, nextGeneration } from "../../src/memory/layout.ts";
import { CLASS_WORDS, HEADER_CLASS, MAX_SMALL } from "../../src/memory/size-classes.ts";
import { handMadeWorld } from "../wait/hand-made.ts";

/** Allocates blocks of one size, 0 for headers, until the arena is full. */
function fill(arena: Arena, words: number): number[] {
  const blocks: number[] = [];
  try {
    for (;;) blocks.push(words === 0 ? arena.allocHeader(0) : arena.alloc(words));
  } catch (error) {
    expect((error as { code?: string }).code).toBe("ERR_ARENA_FULL");
  }
  return blocks;
}

/** Every class, headers among them, and blocks of more than one page. */
const ALL = [0, ...CLASS_WORDS.slice(1), PAGE, 3 * PAGE];

describe("memory that is free", () => {
  const some = [0, 4, 12, 64, 500, 2048, MAX_SMALL, 3 * PAGE];
  test("serves every size after any other had filled the arena", () => fillInTurn(some));

  test("serves every size after any other had filled the arena: all classes", { tags: ["deep"] }, () => fillInTurn(ALL));

  function fillInTurn(sizes: readonly number[]): void {
    const arena = Arena.create(1, 1_179_648);
    // Half of it, so that filling it is quick.
    arena.alloc(8 * PAGE);
    const { largest } = arena.use();
    const most = sizes.map((words) => {
      const blocks = fill(arena, words);
      for (const block of blocks) arena.free(block);
      return blocks.length;
    });
    for (const [first] of sizes.entries()) {
      for (const [second, words] of sizes.entries()) {
        for (const at of [first, second]) {
          const blocks = fill(arena, sizes[at]);
          if (blocks.length !== most[at]) expect(blocks.length, `${words} words after ${sizes[first]}`).toBe(most[at]);
          for (const block of blocks) arena.free(block);
        }
      }
    }
    arena.reclaim();
    expect(arena.use().largest).toBe(largest);
  }

  test("comes back from other threads' magazines, and pages merge whoever freed their blocks", () => {
    const { main, victim: a, other: b } = handMadeWorld();
    main.arena.reclaim();
    const { largest } = main.arena.use();
    for (let round = 0; round < 30; round++) {
      const threads = [a, b, main].map(({ arena }) => arena);
      const blocks = threads.flatMap((arena, k) => Array.from({ length: 300 }, (_, n) => (n % 5 === 0 ? arena.allocHeader(0) : arena.alloc(1 + Math.floor(((n * 7919 + round * 31 + k) % MAX_SMALL) / (1 + (n % 40)))))));
      for (const [n, block] of blocks.entries()) threads[(n + round) % 3].free(block);
      const most = main.arena.alloc(largest / 4);
      main.arena.free(most);
    }
    expect(main.arena.use().largest).toBe(largest);
  });

  test("a page is free as soon as its last block is in the central list", () => {
    const arena = Arena.create(1, 2_097_152);
    const { reserved } = arena.use();
    const blocks = Array.from({ length: 100 }, () => arena.alloc(1024));
    for (const block of blocks) arena.free(block);
    expect(arena.use().reserved - reserved).toBeLessThanOrEqual(PAGE * 4 * 2);
  });
});

describe("pages of headers", () => {
  test("keep the generations: a stale handle sees another one whatever the page was used for", () => {
    const arena = Arena.create(1, 2_097_152);
    const { i32 } = arena;
    const stale = fill(arena, 0).map((at, k) => ({ at, generation: (i32[at + header.generation] = k % 7) }));
    for (const { at, generation } of stale) {
      i32[at + header.generation] = nextGeneration(generation);
      arena.free(at);
    }
    expect(stale.some(({ at, generation }) => arena.hasGeneration(at, generation))).toBe(false);
    const data = fill(arena, 3 * PAGE);
    // The same number where the generation was.
    for (const { at, generation } of stale) i32[at + header.generation] = generation;
    expect(stale.some(({ at, generation }) => arena.hasGeneration(at, generation) || arena.isHeader(at))).toBe(false);
    for (const block of data) arena.free(block);
    const again = fill(arena, 0);
    expect(again.toSorted((a, b) => a - b)).toEqual(stale.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(stale.some(({ at, generation }) => arena.hasGeneration(at, generation))).toBe(false);
    for (const { at, generation } of stale) expect(i32[at + header.generation]).toBe(nextGeneration(generation));
    expect(CLASS_WORDS[HEADER_CLASS]).toBe(64);
  });

  test("stay while a thread has not answered, and come back when it has", () => {
    const arena = Arena.create(1, 2_097_152);
    const other = Arena.attach(arena.memory, 0);
    for (const at of fill(arena, 0)) arena.free(at);
    const large = arena.use().limit / 2 / 4;
    expect(() => arena.alloc(large)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    expect(() => arena.alloc(large)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    arena.wake = () => other.answer();
    other.answer();
    arena.free(arena.alloc(large));
  });
});

test("ERR_ARENA_FULL says what holds the memory", () => {
  const arena = Arena.create(1, 2_097_152);
  const kept = arena.alloc(3 * PAGE);
  let error: unknown;
  try {
    for (;;) arena.alloc(100);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ details: { byKind: { "large value": 3 * PAGE * 4 }, holders: [{ kind: "large value", bytes: 3 * PAGE * 4 }] } });
  expect((error as Error).message).toMatch(/Bytes by kind: other \d+, large value 196608\. Largest: large value 196608\./);
  arena.free(kept);
});
