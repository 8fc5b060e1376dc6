/** The arena under several threads: the spin lock, the table of names, and pages that are given back. */
import { openChannel } from "../../../src/channel/make-channel.ts";
import type { Arena } from "../../../src/memory/arena.ts";
import { ABSENT, PAGE, header, processor, superblock } from "../../../src/memory/layout.ts";
import { findNamed, namedRecords, publishNamed } from "../../../src/memory/named-records.ts";
import { Names } from "../../../src/memory/names.ts";
import { lock, unlock } from "../../../src/memory/spin-lock.ts";
import { i32 as int32 } from "../../../src/wire/scalars.ts";
import { imageFor } from "../image.ts";
import type { Scenario } from "../scenario.ts";
import { blockUntil } from "../seam.ts";
import { type World, checkPages, expect, expectSame, step } from "./world.ts";

const counts: Scenario<World>[] = [2, 3].map((threads) => ({
  name: `spin lock with ${threads} threads`,
  threads,
  build(world) {
    let inside = 0;
    let most = 0;
    for (let index = 0; index < threads; index++) {
      world.program(index, "locker", () => {
        const { i32, owner } = world.arenas[index];
        for (let k = 0; k < 2; k++) {
          lock(i32, superblock.namesLock, owner);
          inside++;
          most = Math.max(most, inside);
          step(world);
          inside--;
          unlock(i32, superblock.namesLock);
        }
      });
    }
    world.finally(() => {
      expectSame(most, 1, "most inside at once");
    });
  },
}));

/** Two threads name the same and different things: one number for each text on both. */
const names: Scenario<World> = {
  name: "names interned by two threads",
  threads: 2,
  build(world) {
    const ids: number[][] = [[], []];
    const texts: string[][] = [[], []];
    const tables = world.arenas.map((arena) => new Names(arena));
    for (const index of [0, 1]) {
      world.program(index, "interner", () => {
        for (const text of index === 0 ? ["a", "b"] : ["b", "c"]) ids[index].push(tables[index].intern(text));
      });
    }
    world.finally(() => {
      for (const index of [0, 1]) for (const id of [1, 2, 3]) texts[index].push(tables[index].text(id));
      expectSame(texts[0].toSorted(), ["a", "b", "c"], "texts");
      expectSame(texts[0], texts[1], "texts of the other thread");
      expectSame(ids[0][1], ids[1][0], "the number of b");
      world.keep(3 * 4);
    });
  },
};

/** Two threads publish objects under the same and under different names: one object for each name, the same on both. */
const published: Scenario<World> = {
  name: "objects published under names by two threads",
  threads: 2,
  build(world) {
    const got: number[][] = [[], []];
    for (const index of [0, 1]) {
      world.program(index, "publisher", () => {
        for (const name of index === 0 ? [1, 2] : [2, 3]) got[index].push(publish(world.arenas[index], name));
      });
    }
    world.finally(() => {
      expect(got[0][1] === got[1][0], "two objects stand under one name");
      expectSame(namedRecords(world.arenas[0]).map(({ name }) => name).toSorted(), [1, 2, 3], "names");
      world.keep(3 * 8);
    });
  },
};

/** Publishes an object of this thread under a name, or finds that of another; the header that stands there. */
export function publish(arena: Arena, name: number): number {
  const own = 100 * arena.owner + name;
  const known = findNamed(arena, name) ?? publishNamed(arena, { name, type: 1, site: 1, header: own, generation: 0 });
  return known?.header ?? own;
}

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
    const channel = openChannel(world.loops[index].waiters, at, STALE, int32);
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

export const scenarios: readonly Scenario<World>[] = [...counts, names, published, passes, stale];
