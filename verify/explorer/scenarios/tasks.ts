/** Unstarted tasks: pushed, popped and stolen, each started once, and counted so that their end is seen. */
import { store } from "../../../src/memory/atomics.ts";
import { processor, superblock } from "../../../src/memory/layout.ts";
import { hasNoTasks } from "../../../src/scheduler/load.ts";
import type { Scenario } from "../scenario.ts";
import { Crowd } from "./crowd.ts";
import { type World, expect, expectSame, isRaised, raise } from "./world.ts";

/** One thread places and pops, another steals and pops. */
const steals: Scenario<World>[] = [2, 3].map((threads) => ({
  name: `steal against pop with ${threads} threads`,
  threads,
  build(world) {
    const crowd = new Crowd(world, 3);
    world.program(0, "owner", () => {
      for (let k = 0; k < 3; k++) crowd.place(0, 0, k === 1);
      crowd.work(0);
    });
    for (let index = 1; index < threads; index++) {
      world.program(index, "thief", () => {
        crowd.steal(index);
        crowd.work(index);
      });
    }
    world.finally(() => {
      for (let index = 0; index < threads; index++) crowd.work(index);
      expectSame(crowd.started.toSorted(), [0, 1, 2], "tasks started");
      crowd.free();
    });
  },
}));

/** Who looks whether any task lives is right: none does if it says so. */
const ends: Scenario<World> = {
  name: "has no tasks while one is stolen",
  threads: 3,
  build(world) {
    const crowd = new Crowd(world, 2);
    // The thief is looked at before the owner: a task may be missed on its way from the one to the other.
    for (let k = 0; k < 2; k++) crowd.place(2, 2);
    crowd.start(2);
    world.program(0, "watcher", () => {
      if (hasNoTasks(world.arenas[0])) expect(crowd.finished === crowd.placed, `${crowd.placed - crowd.finished} tasks live where there should be none`);
    });
    world.program(1, "thief", () => {
      crowd.steal(1);
      crowd.work(1);
    });
    world.program(2, "owner", () => {
      crowd.end(2);
      crowd.work(2);
    });
    world.finally(() => {
      for (const index of [1, 2]) crowd.work(index);
      expectSame(crowd.started.toSorted(), [0, 1], "tasks started");
      expect(hasNoTasks(world.arenas[0]), "no task lives at the end");
      crowd.free();
    });
  },
};

/** A thread of the reserve takes only from who is held up; what it does not take, the owner starts. */
const reserve: Scenario<World> = {
  name: "the reserve takes tasks of a thread that is held up",
  threads: 3,
  build(world) {
    const crowd = new Crowd(world, 3);
    const { i32 } = world.arenas[0];
    const heldUp = world.arenas[0].here + processor.heldUp;
    i32[superblock.front] = 1;
    for (let k = 0; k < 2; k++) crowd.place(0, 0);
    world.program(0, "owner", () => {
      crowd.place(0, 0);
      crowd.work(0);
    });
    world.program(1, "reserve", () => {
      crowd.steal(1);
      const tookSome = crowd.start(1);
      expect(isRaised(world) || !tookSome, "the reserve took a task of a thread that was not held up");
      if (tookSome) crowd.end(1);
      crowd.work(1);
    });
    world.program(2, "watchdog", () => {
      raise(world);
      store(i32, heldUp, 1);
      store(i32, heldUp, 0);
    });
    world.finally(() => {
      crowd.work(0);
      crowd.work(1);
      expectSame(crowd.started.toSorted(), [0, 1, 2], "tasks started");
      crowd.free();
    });
  },
};

export const scenarios: readonly Scenario<World>[] = [...steals, ends, reserve];
