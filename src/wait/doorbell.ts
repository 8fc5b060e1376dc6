/**
 * The doorbell of a processor: how it is woken when it sleeps, and left alone
 * when it does not. The protocol and its proof sketch: scheduler/README.md.
 *
 * Who writes what: `state` goes AWAKE → ASLEEP by its owner and back by whoever's
 * compare-and-swap succeeds, who also takes it off `sleepers`; `bell` counts
 * rings and is what the owner waits on.
 *
 * A thread may die between a mark and the count of sleepers: `processor.counting`,
 * which is odd in between, says so, and `balanceSleepers` adds what is missing.
 * Whom it had marked awake and not rung hears of the death, and looks for work
 * (`ThreadSide.died`).
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
  if (transitionToAwake(arena, index)) {
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
    i32[here + processor.counting]++;
    store(i32, here + processor.state, ASLEEP);
    const sleepers = index < threads ? add(i32, superblock.sleepers, 1) + 1 : 0;
    counted(i32, here);
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
  const { i32, here } = arena;
  const at = arena.processorAt(index);
  if (load(i32, at + processor.state) !== ASLEEP) return false;
  i32[here + processor.counting]++;
  const isDone = cas(i32, at + processor.state, ASLEEP, AWAKE) === ASLEEP;
  if (isDone && index < arena.threads) sub(i32, superblock.sleepers, 1);
  counted(i32, here);
  return isDone;
}

/** A mark has been counted. Atomic: who reads it sees the count. Pairs with `balanceSleepers`. */
function counted(i32: Int32Array, here: number): void {
  store(i32, here + processor.counting, (i32[here + processor.counting] + 1) | 0);
}

/** After the death of processor `dead`: it sleeps no more. Then `balanceSleepers`, until it is done. */
export function repairSleepers(arena: Arena, dead: number): void {
  const { i32 } = arena;
  const at = arena.processorAt(dead);
  if ((i32[at + processor.counting] & 1) === 0) return void transitionToAwake(arena, dead);
  store(i32, at + processor.state, AWAKE);
  counted(i32, at);
}

/**
 * Adds to the count of sleepers what a dead thread had marked and not counted.
 * False if some other thread is between the two right now: then it is to be called
 * again. The others' marks and counts go together, so what is amiss at one moment
 * when nobody is in between stays amiss by as much, and may be added at any time.
 */
export function balanceSleepers(arena: Arena): boolean {
  const { i32 } = arena;
  const before = sumOf(arena, processor.counting);
  if (isCounting(arena)) return false;
  const missing = sumOf(arena, processor.state) - load(i32, superblock.sleepers);
  if (sumOf(arena, processor.counting) !== before) return false;
  if (missing !== 0) add(i32, superblock.sleepers, missing);
  return true;
}

/** Whether some thread is between a mark and its count, or died there. */
function isCounting(arena: Arena): boolean {
  for (let index = 0; index < arena.threads; index++) if ((load(arena.i32, arena.processorAt(index) + processor.counting) & 1) !== 0) return true;
  return false;
}

function sumOf(arena: Arena, word: number): number {
  let sum = 0;
  for (let index = 0; index < arena.threads; index++) sum = (sum + load(arena.i32, arena.processorAt(index) + word)) | 0;
  return sum;
}
