/** Pages that are given back: those of a small class between two threads, and those of headers beside a stale handle. */
import { openChannel } from "../../../src/channel/make-channel.ts";
import type { Arena } from "../../../src/memory/arena.ts";
import { ABSENT, PAGE, header, processor, superblock } from "../../../src/memory/layout.ts";
import { i32 } from "../../../src/wire/scalars.ts";
import { imageFor } from "../image.ts";
import type { Scenario } from "../scenario.ts";
import { blockUntil } from "../seam.ts";
import { type World, checkPages, expect, step } from "./world.ts";

/** The generation of the stale handle; its header has another one. */
const STALE = 5;

/** Each thread holds more blocks than its magazine does, two to a page: no two threads have one block, and all pages come back. */
const passes: Scenario<World> = {
  name: "pages cut and given back by two threads",
  threads: 2,
  build(world) {
    for (const index of [0, 1]) world.program(index, "worker", () => takeAndFree(world.arenas[index]));
    world.finally(() => checkPages(world.arenas));
  },
};

/** Takes more blocks than a magazine holds, and frees them. */
export function takeAndFree(arena: Arena): void {
  const blocks: number[] = [];
  for (let k = 0; k < 5; k++) {
    const block = arena.alloc(8192);
    arena.i32[block] = arena.owner;
    blocks.push(block);
  }
  for (const block of blocks) {
    expect(arena.i32[block] === arena.owner, "a block has two owners");
    arena.free(block);
  }
}

/**
 * A page of free headers becomes a block of another thread's data, which looks like an
 * open channel of the stale handle. The handle sees that it is stale, and writes nothing.
 */
const stale: Scenario<World> = {
  name: "a page of headers given back beside a stale handle",
  threads: 2,
  build(world) {
    const at = imageFor(2).freeHeaders * PAGE;
    const isOver = answering(world, 1, at);
    world.program(0, "reclaimer", () => {
      const [arena] = world.arenas;
      arena.reclaim();
      const block = arena.alloc(PAGE);
      expect(block === at, "the page of headers is the first that is free");
      arena.i32[at + header.generation] = STALE;
      step(world);
      expect(arena.i32[at + header.send] === 0, "a stale handle has written to another's memory");
      arena.free(block);
      isOver.now = true;
    });
    world.finally(() => checkPages(world.arenas));
  },
};

/** Thread `index` uses a stale handle of the header at `at`, and answers until it is over. Main touches no header. */
export function answering(world: World, index: number, at: number): { now: boolean } {
  const isOver = { now: false };
  const arena = world.arenas[index];
  const words = arena.i32;
  words[arena.processorAt(arena.threads) + processor.answered] = ABSENT;
  world.program(index, "holder", () => {
    const channel = openChannel(world.loops[index].waiters, at, STALE, i32);
    for (let k = 0; k < 3; k++) {
      expect(!channel.lock(), "a stale handle seems to be live");
      arena.answer();
    }
    while (!isOver.now) {
      blockUntil(() => isOver.now || words[superblock.round] !== words[arena.here + processor.answered]);
      arena.answer();
    }
  });
  return isOver;
}

export const scenarios: readonly Scenario<World>[] = [passes, stale];
