/** As deaths.ts, while pages are cut, given back, and taken from headers. */
import { PAGE } from "../../../src/memory/layout.ts";
import { imageFor } from "../image.ts";
import type { Scenario } from "../scenario.ts";
import { answering, takeAndFree } from "./pages.ts";
import { type World, checkPages } from "./world.ts";

/** A thread vanishes while it cuts pages or gives them back: no page is left in between, and the other goes on. */
const passes: Scenario<World> = {
  name: "death of a thread that cuts and gives back pages",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    for (const index of [0, 1]) world.program(index, "worker", () => takeAndFree(world.arenas[index]));
    world.afterDeath(() => undefined);
    world.finally(() => checkPages(world.arenas));
  },
};

/** A thread vanishes while it takes a page from headers: the page is free or holds headers. */
const reclaimer: Scenario<World> = {
  name: "death of a thread that gives back headers",
  threads: 2,
  bound: 0,
  victims: [0],
  build(world) {
    const isOver = answering(world, 1, imageFor(2).freeHeaders * PAGE);
    world.program(0, "reclaimer", () => {
      world.arenas[0].reclaim();
      isOver.now = true;
    });
    world.afterDeath(() => {
      isOver.now = true;
    });
    world.finally(() => checkPages(world.arenas));
  },
};

export const scenarios: readonly Scenario<World>[] = [passes, reclaimer];
