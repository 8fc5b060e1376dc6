/** Shared objects in scenarios: a view for each thread, and what must hold at the end. */
import { syncHeader } from "../../../src/memory/layout.ts";
import type { SharedObject } from "../../../src/sync/shared-object.ts";
import type { Waiters } from "../../../src/wait/waiter.ts";
import { type World, expectSame, step } from "./world.ts";

/** One object as each thread sees it. */
export function share<O extends SharedObject>(world: World, Shared: new (waiters: Waiters, at: number, generation: number) => O, at: number): (index: number) => O {
  const generation = world.arenas[0].i32[at + syncHeader.generation];
  const views = world.loops.map(({ waiters }) => new Shared(waiters, at, generation));
  return (index) => views[index];
}

/** Nobody waits and nobody is inside at the end; gives the memory back. */
export function settled(object: SharedObject): void {
  const words = object.waiters.arena.i32;
  const at = object.header;
  expectSame([syncHeader.waitersFirst, syncHeader.root, syncHeader.waiting, syncHeader.lock].map((word) => words[at + word]), [0, 0, 0, 0], "first in the queue, root of its index, number of those who wait, lock");
  object.free();
}

/** Nothing is on its way to a task, and nobody holds the lock. */
export function isFree(object: SharedObject): boolean {
  const words = object.waiters.arena.i32;
  return words[object.header + syncHeader.leases] === 0 && words[object.header + syncHeader.holder] === 0;
}

/** Who is inside, and whether ever too many were. */
export class Room {
  readonly #world: World;
  #inside = 0;
  most = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Comes in, stays for a step, and goes. */
  visit(amount = 1): void {
    this.#inside += amount;
    this.most = Math.max(this.most, this.#inside);
    step(this.#world);
    this.#inside -= amount;
  }
}
