/** The spin lock, and the table of names under it. */
import { superblock } from "../../../src/memory/layout.ts";
import { Names } from "../../../src/memory/names.ts";
import { lock, unlock } from "../../../src/memory/spin-lock.ts";
import type { Scenario } from "../scenario.ts";
import { type World, expectSame, step } from "./world.ts";

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

export const scenarios: readonly Scenario<World>[] = [...counts, names];
