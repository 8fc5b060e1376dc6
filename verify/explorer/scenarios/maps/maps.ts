/** The shared map of src/shared-map: every key has a value that was put there, whoever removes what at the time; one loader runs at a time. */
import { headersOf } from "../../../../src/memory/headers.ts";
import { KIND, syncHeader } from "../../../../src/memory/layout.ts";
import { mapEntry, mapHeader } from "../../../../src/shared-map/words.ts";
import { Names } from "../../../../src/memory/names.ts";
import { LoadingMap } from "../../../../src/shared-map/loading-map.ts";
import { Entries } from "../../../../src/shared-map/entry.ts";
import { utf8 } from "../../../../src/wire/blobs.ts";
import { i32 } from "../../../../src/wire/scalars.ts";
import type { Scenario } from "../../scenario.ts";
import { type World, codeOf, expect, expectSame, step } from "../world.ts";

export type TextMap = LoadingMap<number, string>;

/** A map of strings as each thread sees it. Its values are in blocks of their own. */
export function shareMap(world: World, max: number): (index: number) => TextMap {
  const { i32: words } = world.arenas[0];
  const at = LoadingMap.make(world.loops[0].waiters, { max });
  const generation = words[at + syncHeader.generation];
  const views = world.loops.map(({ waiters, arena }) => new LoadingMap(waiters, at, generation, new Entries(waiters, new Names(arena)), i32, utf8));
  // Every thread knows the name of the type: it stays in use.
  for (const [index, map] of views.entries()) {
    map.store(0, `of ${index}`);
    map.remove(0);
  }
  world.keep(4);
  return (index) => views[index];
}

/** Count, list and chains are of one mind, and no load is left; gives the memory back. */
export function settled(map: TextMap): void {
  const words = map.waiters.arena.i32;
  const at = map.header;
  const chains: number[] = [];
  for (let bucket = 0; bucket <= words[at + mapHeader.mask]; bucket++) {
    for (let entry = words[words[at + mapHeader.table] + bucket]; entry !== 0; entry = words[entry + mapEntry.next]) if (words[entry + mapEntry.load] === 0) chains.push(entry);
  }
  const list: number[] = [];
  for (let entry = words[at + mapHeader.oldest]; entry !== 0 && list.length <= chains.length; entry = words[entry + mapEntry.newer]) list.push(entry);
  const backwards: number[] = [];
  for (let entry = words[at + mapHeader.newest]; entry !== 0 && backwards.length <= chains.length; entry = words[entry + mapEntry.older]) backwards.unshift(entry);
  expectSame([list.toSorted(), backwards, words[at + mapHeader.count], words[at + syncHeader.lock]], [chains.toSorted(), list, chains.length, 0], "list, list backwards, count, lock");
  expect(chains.length <= words[at + mapHeader.max], `${chains.length} entries`);
  for (const header of headersOf(map.waiters.arena)) expect(words[header + syncHeader.kind] !== KIND.load, "a load is left");
  map.free();
  expect(words[at + syncHeader.kind] !== KIND.map, "the header is free");
}

/** One sets a key again and again while another reads: a value that was there, whole. */
const reading: Scenario<World> = {
  name: "map whose value is replaced while another reads",
  threads: 2,
  build(world) {
    const on = shareMap(world, 2);
    const got: (string | undefined)[] = [];
    world.program(0, "setter", () => {
      for (const value of ["one", "two"]) on(0).store(1, value);
    });
    world.program(1, "reader", () => {
      for (let k = 0; k < 2; k++) got.push(on(1).lookUp(1));
    });
    world.finally(() => {
      const order = got.map((value) => [undefined, "one", "two"].indexOf(value));
      expect(order[0] >= 0 && order[0] <= order[1], `read ${got.join()}`);
      expectSame([on(0).lookUp(1), on(0).size], ["two", 1], "at the end");
      settled(on(0));
    });
  },
};

/** Two fill a map of one entry and delete from it: never two entries, and a value is that of its key. */
const evicting: Scenario<World> = {
  name: "map of one entry that two threads fill",
  threads: 2,
  build(world) {
    const on = shareMap(world, 1);
    for (const index of [0, 1]) {
      world.program(index, "setter", () => {
        const map = on(index);
        map.store(index, `of ${index}`);
        expect([undefined, `of ${index}`].includes(map.lookUp(index)), "the value of another key");
        expect([undefined, `of ${1 - index}`].includes(map.lookUp(1 - index)), "the value of another key");
        if (index === 1) map.remove(0);
      });
    }
    world.finally(() => {
      expect(on(0).size <= 1, `${on(0).size} entries`);
      settled(on(0));
    });
  },
};

/** Freed while another uses it: that fails, or is done. */
const freed: Scenario<World> = {
  name: "map freed while another uses it",
  threads: 2,
  build(world) {
    const on = shareMap(world, 1);
    on(0).store(1, "one");
    world.program(0, "owner", () => on(0).free());
    world.program(1, "user", () => {
      try {
        expectSame(on(1).lookUp(1), "one", "value");
        on(1).store(2, "two");
      } catch (error) {
        expectSame(codeOf(error), "ERR_STALE_HANDLE", "error");
      }
    });
    world.finally(() => expect(world.arenas[0].i32[on(0).header + syncHeader.kind] !== KIND.map, "the header is free"));
  },
};

/** Several load one key: one loader runs, and all get its value, or its error. */
const loading: Scenario<World>[] = [2, 3].flatMap((threads) => [false, true].map((fails) => ({
  name: `map that ${threads} threads load${fails ? ", the first loader fails" : ""}`,
  threads,
  bound: threads === 2 ? 2 : 1,
  build(world: World) {
    const on = shareMap(world, 1);
    let runs = 0;
    let failures = 0;
    const got: unknown[] = [];
    for (let index = 0; index < threads; index++) {
      world.program(index, "loader", async () => {
        try {
          got.push(
            await on(index).load(1, () => {
              runs++;
              step(world);
              if (fails && runs === 1) throw Object.assign(new Error("broken"), { stack: "" });
              return "loaded";
            }),
          );
        } catch (error) {
          expectSame((error as Error).message, "broken", "error");
          failures++;
        }
      });
    }
    world.finally(() => {
      // A call that came after the failure has loaded anew.
      expect(fails ? failures > 0 && runs === (failures === threads ? 1 : 2) : runs === 1, `${runs} runs, ${failures} failures`);
      expectSame(got, Array(threads - failures).fill("loaded"), "values");
      expectSame(on(0).lookUp(1), failures === threads ? undefined : "loaded", "value in the map");
      // The name of the type of errors.
      if (fails) world.keep(8);
      settled(on(0));
    });
  },
})));

/** The key is set while it is being loaded: the map keeps what was set. */
const overtaken: Scenario<World> = {
  name: "map whose key is set while it is loaded",
  threads: 2,
  build(world) {
    const on = shareMap(world, 1);
    let hasBegun = false;
    let hasEnded = false;
    let overlapped = false;
    const got: unknown[] = [];
    world.program(0, "loader", async () => {
      got.push(
        await on(0).load(1, () => {
          hasBegun = true;
          step(world);
          return "loaded";
        }),
      );
      hasEnded = true;
    });
    world.program(1, "setter", () => {
      on(1).store(1, "set");
      overlapped = hasBegun && !hasEnded;
    });
    world.finally(() => {
      expect(got[0] === "loaded" || (got[0] === "set" && !hasBegun), `got ${String(got[0])}`);
      expectSame(on(0).lookUp(1), "set", `value in the map${overlapped ? ", set during the load" : ""}`);
      settled(on(0));
    });
  },
};

export const scenarios: readonly Scenario<World>[] = [reading, evicting, freed, ...loading, overtaken];
