/** As deaths.ts, in shared maps: a thread vanishes at any step and any plain write; the map works, nothing is free twice, and nobody waits for the dead. */
import { dead } from "../../machine.ts";
import type { Scenario } from "../../scenario.ts";
import { settled, shareMap } from "./maps.ts";
import { type World, expect, expectSame, step } from "../world.ts";

/** A thread vanishes while it sets and deletes in a full map: each key has its value or none. */
const setting: Scenario<World> = {
  name: "death of a thread that sets in a full map",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const on = shareMap(world, 2);
    on(0).store(1, "one");
    on(0).store(2, "two");
    world.program(0, "victim", () => {
      on(0).store(3, "three");
      on(0).store(1, "new");
      on(0).remove(2);
    });
    world.program(1, "other", () => {
      on(1).lookUp(1);
      on(1).store(4, "four");
    });
    world.afterDeath(() => undefined);
    world.finally(() => {
      for (const [k, allowed] of [["one", "new"], ["two"], ["three"], ["four"]].entries()) {
        const value = on(1).lookUp(k + 1);
        expect(value === undefined || allowed.includes(value), `value of ${k + 1}: ${value}`);
      }
      settled(on(1));
    });
  },
};

/** Who runs the loader vanishes: the other gets its value, or runs its own; what is in the map is what it got. */
const loading: Scenario<World> = {
  name: "death of a thread that loads",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const on = shareMap(world, 1);
    const runs = [0, 0];
    const got: unknown[] = [];
    for (const index of [0, 1]) {
      world.program(index, "loader", async () => {
        const value = await on(index).load(1, () => {
          runs[index]++;
          step(world);
          return `of ${index}`;
        });
        if (index === 1) got.push(value);
      });
    }
    world.afterDeath(() => undefined);
    world.finally(() => {
      expect(runs[0] + runs[1] === 1 || (dead !== undefined && runs[0] === 1 && runs[1] === 1), `${runs.join()} runs`);
      // If the dead one had stored its value and not put it into the map, only those that waited have it.
      const inMap = on(1).lookUp(1);
      expect(inMap === got[0] || (dead !== undefined && inMap === undefined && got[0] === "of 0"), `got ${String(got[0])}, in the map: ${inMap}`);
      expectSame(on(1).load(1, () => "again"), inMap ?? "again", "a later load");
      settled(on(1));
    });
  },
};

/** One that waits, or has been granted the value and has not read it, vanishes: the load ends. */
const waiting: Scenario<World>[] = [2, 3].map((threads) => ({
  name: `death of one of ${threads} threads that load`,
  threads,
  bound: threads === 2 ? 1 : 0,
  samples: threads === 2 ? 0 : 20_000,
  victims: [1],
  build(world) {
    const on = shareMap(world, 1);
    const got: unknown[] = [];
    let runs = 0;
    for (let index = 0; index < threads; index++) {
      world.program(index, "loader", async () => {
        const value = await on(index).load(1, () => {
          if (index !== 1) runs++;
          step(world);
          return "loaded";
        });
        if (index !== 1) got.push(value);
      });
    }
    world.afterDeath(() => undefined);
    world.finally(() => {
      expect(runs <= (dead === undefined ? 1 : 2), `${runs} runs`);
      expectSame(got, Array(threads - 1).fill("loaded"), "values");
      expect(on(0).lookUp(1) === "loaded" || dead !== undefined, "nothing is in the map");
      expectSame(on(0).load(1, () => "loaded"), "loaded", "a later load");
      settled(on(0));
    });
  },
}));

export const scenarios: readonly Scenario<World>[] = [setting, loading, ...waiting];
