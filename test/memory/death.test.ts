/**
 * The death of a thread before every write of the allocator: no lock stays taken,
 * no block is handed out twice, and what is lost is within bounds.
 */
import { describe, expect, test, vi } from "vitest";
import type { Arena } from "../../src/memory/arena.ts";
import { centralOf } from "../../src/memory/central.ts";
import { PAGE, central, superblock } from "../../src/memory/layout.ts";
import { Names } from "../../src/memory/names.ts";
import { BATCH, CLASS_WORDS, INSIDE, classOf } from "../../src/memory/size-classes.ts";
import { type HandMadeThread, freshMemory, handMadeWorld } from "../wait/hand-made.ts";

vi.mock("../../src/memory/atomics.ts", async (original) => (await import("../wait/mortal-memory.ts")).mortalAtomics(await original()));

const WORDS = 1024;
const LARGE = 2 * PAGE + 1;

interface Scene {
  readonly main: HandMadeThread;
  readonly victim: HandMadeThread;
  readonly other: HandMadeThread;
}

/** Takes and frees blocks, so that the magazines and the central list hold some. */
function stir(arena: Arena, count: number, words = WORDS): void {
  for (const block of Array.from({ length: count }, () => arena.alloc(words))) arena.free(block);
}

function freePages({ main: { arena } }: Scene): number {
  const { i32 } = arena;
  let free = 0;
  for (let page = i32[superblock.pages]; page < i32[superblock.pageCount]; page++) if (i32[i32[superblock.pageMap] + page] === 0) free++;
  return free;
}

/** The arena can be used up: every block once, whole pages and the lists counted right. */
function checkArena(scene: Scene, words: number): number {
  const { main: { arena } } = scene;
  const { i32 } = arena;
  for (let k = 0; k < CLASS_WORDS.length; k++) {
    const at = centralOf(k) + central.lock;
    if (i32[at] !== 0) expect(i32[at], `lock of class ${k}`).toBe(0);
  }
  expect([i32[superblock.pageLock], i32[superblock.namesLock], i32[superblock.reclaimLock]]).toEqual([0, 0, 0]);
  const end = i32[superblock.pageCount];
  expect(i32[superblock.pagesUsed]).toBe(end - freePages(scene));
  for (let page = i32[superblock.pages]; page < end; page++) {
    const mark = i32[i32[superblock.pageMap] + page];
    if (mark < 0) for (let k = 1; k < -mark; k++) expect(i32[i32[superblock.pageMap] + page + k]).toBe(INSIDE);
    if (mark < -1) page += -mark - 1;
    else expect(mark, "a page that belongs to no run").not.toBe(INSIDE);
  }
  const blocks: number[] = [];
  try {
    for (;;) blocks.push((blocks.length % 2 === 0 ? scene.main : scene.other).arena.alloc(words));
  } catch (error) {
    expect((error as { code?: string }).code).toBe("ERR_ARENA_FULL");
  }
  const sorted = blocks.toSorted((a, b) => a - b);
  for (let k = 1; k < sorted.length; k++) if (sorted[k] - sorted[k - 1] < words) expect(sorted[k] - sorted[k - 1], "blocks overlap").toBeGreaterThanOrEqual(words);
  return blocks.length;
}

type Case = readonly [name: string, words: number, before: (scene: Scene) => (() => unknown)];
const CASES: readonly Case[] = [
  ["cutting a fresh page", WORDS, ({ victim }) => () => victim.arena.alloc(WORDS)],
  ["filling the magazine from the central list", WORDS, ({ victim, other }) => (stir(other.arena, 4 * BATCH[classOf(WORDS)]), () => victim.arena.alloc(WORDS))],
  ["taking from the magazine", WORDS, ({ victim }) => (stir(victim.arena, 2), () => victim.arena.alloc(WORDS))],
  ["freeing, with a batch to the central list", WORDS, ({ victim }) => {
    const count = 2 * BATCH[classOf(WORDS)];
    const blocks = Array.from({ length: 3 * count }, () => victim.arena.alloc(WORDS));
    return () => {
      for (const block of blocks) victim.arena.free(block);
    };
  }],
  ["taking pages", LARGE, ({ victim }) => () => victim.arena.alloc(LARGE)],
  ["freeing pages", LARGE, ({ victim, other }) => {
    const [block] = [victim.arena.alloc(LARGE), other.arena.alloc(LARGE)];
    return () => victim.arena.free(block);
  }],
];
const GIVING_BACK: Case = ["giving pages back, cut ones and those of headers", PAGE, ({ victim }) => {
  // The headers are in the magazines of the three.
  stir(victim.arena, 2);
  return () => victim.arena.reclaim();
}];

describe("a thread that dies", () => {
  test.each(CASES)("in %s", (_name, words, before) => dieEverywhere(words, before));

  test(`in ${GIVING_BACK[0]}`, { tags: ["deep"] }, () => dieEverywhere(GIVING_BACK[1], GIVING_BACK[2]));

  function dieEverywhere(words: number, before: Case[2]): void {
    let most = 0;
    let fewest = Infinity;
    let isAlive = false;
    for (let death = 0; !isAlive; death++) {
      const scene = handMadeWorld(true, false, freshMemory());
      const run = before(scene);
      isAlive = !scene.victim.die(death, run);
      scene.main.repairAfter(0, [scene.main, scene.other]);
      const count = checkArena(scene, words);
      most = Math.max(most, count);
      fewest = Math.min(fewest, count);
      expect(death).toBeLessThan(4000);
    }
    // A batch or a block between two lists, which keeps its page; or what it had in its hands: `free`'s are all its blocks.
    const bound = words === WORDS ? 7 * BATCH[classOf(WORDS)] : 2;
    expect(most - fewest).toBeLessThanOrEqual(bound);
  }

  test("in naming something: others can, and a name is the same for all", () => {
    let isAlive = false;
    for (let death = 0; !isAlive; death++) {
      const scene = handMadeWorld(true);
      stir(scene.victim.arena, 1, 8);
      const [onMain, onOther] = [new Names(scene.main.arena), new Names(scene.other.arena)];
      onMain.intern("first");
      isAlive = !scene.victim.die(death, () => new Names(scene.victim.arena).intern("of the victim"));
      scene.main.repairAfter(0, [scene.main, scene.other]);
      const ids = ["of the victim", "next", "first"].map((name) => onOther.intern(name));
      expect(ids).toEqual(["of the victim", "next", "first"].map((name) => onMain.intern(name)));
      expect(new Set(ids).size).toBe(3);
      expect(ids.map((id) => onMain.text(id))).toEqual(["of the victim", "next", "first"]);
    }
  });
});
