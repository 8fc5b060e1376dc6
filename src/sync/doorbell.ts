/**
 * The doorbell of a processor: how it is woken when it sleeps, and left alone
 * when it does not. The protocol and its proof sketch: scheduler/README.md.
 *
 * Who writes what: `state` goes AWAKE → ASLEEP by its owner and back by whoever's
 * compare-and-swap succeeds, who also takes it off `sleepers`; `bell` counts
 * rings and is what the owner waits on.
 */
import { add, cas, load, notify, store, sub, waitAsync } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, superblock } from "../memory/layout.ts";

const AWAKE = 0;
const ASLEEP = 1;

/** Wakes processor `index` if it sleeps. Call after publishing what it shall find. Pairs with `fallAsleep`. */
export function ring(arena: Arena, index: number): void {
  const { i32 } = arena;
  const at = arena.processorAt(index);
  if (load(i32, at + processor.state) === ASLEEP && transitionToAwake(arena, index)) {
    add(i32, at + processor.bell, 1);
    notify(i32, at + processor.bell, 1);
  }
}

/** Whether processor `index` sleeps: a hint, it may be stale. */
export function isAsleep(arena: Arena, index: number): boolean {
  return arena.i32[arena.processorAt(index) + processor.state] === ASLEEP;
}

/** Rings one sleeping thread other than `except`; false if none sleeps. */
export function ringAny(arena: Arena, except: number): boolean {
  const { i32, threads } = arena;
  if (load(i32, superblock.sleepers) === 0) return false;
  for (let k = 1; k <= threads; k++) {
    const index = (except + k) % threads;
    if (index !== except && isAsleep(arena, index)) {
      ring(arena, index);
      return true;
    }
  }
  return false;
}

/** The calling thread's own bell. */
export class Doorbell {
  readonly #arena: Arena;
  readonly #onRing: () => void;
  /** A wait for the next ring is armed. One at a time: it cannot be cancelled, and outlives a wake-up by a timer. */
  #armed = false;

  constructor(arena: Arena, onRing: () => void) {
    this.#arena = arena;
    this.#onRing = onRing;
  }

  /**
   * Marks the calling processor asleep, unless `hasWork`, which is asked after
   * the mark is set: whoever publishes work later sees it. Returns whether it
   * sleeps; `onRing` is called at the next ring. Pairs with `ring`.
   */
  fallAsleep(hasWork: () => boolean): boolean {
    const { i32, here, index, threads } = this.#arena;
    const rings = load(i32, here + processor.bell);
    store(i32, here + processor.state, ASLEEP);
    const sleepers = index < threads ? add(i32, superblock.sleepers, 1) + 1 : 0;
    if (hasWork() || !this.#arm(rings)) {
      transitionToAwake(this.#arena, index);
      return false;
    }
    i32[here + processor.sleeps]++;
    if (sleepers === threads) {
      add(i32, superblock.quiet, 1);
      notify(i32, superblock.quiet, 1);
    }
    return true;
  }

  #arm(rings: number): boolean {
    if (this.#armed) return true;
    const rung = waitAsync(this.#arena.i32, this.#arena.here + processor.bell, rings);
    if (rung === undefined) return false;
    this.#armed = true;
    void rung.then(() => {
      this.#armed = false;
      this.#onRing();
    });
    return true;
  }
}

/** Marks processor `index` awake; true for the one caller that did it. */
export function transitionToAwake(arena: Arena, index: number): boolean {
  const { i32 } = arena;
  if (cas(i32, arena.processorAt(index) + processor.state, ASLEEP, AWAKE) !== ASLEEP) return false;
  if (index < arena.threads) sub(i32, superblock.sleepers, 1);
  return true;
}
