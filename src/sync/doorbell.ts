/**
 * The doorbell of a processor: how it is woken when it sleeps, and left alone
 * when it does not. The protocol and its proof sketch: scheduler/README.md.
 *
 * Who writes what: `state` goes AWAKE → ASLEEP by its owner and back by whoever's
 * compare-and-swap succeeds, who also takes it off `sleepers`; `bell` counts
 * rings and is what the owner waits on.
 *
 * A thread may die between a mark and the count of sleepers: `processor.counting`
 * says so, and `repairSleepers` counts anew. Whom it had marked awake and not rung
 * hears of the death, and looks for work (`Local.died`).
 */
import { add, cas, load, notify, pause, store, sub, waitAsync } from "../memory/atomics.ts";
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
    i32[here + processor.counting] = 1;
    store(i32, here + processor.state, ASLEEP);
    const sleepers = index < threads ? add(i32, superblock.sleepers, 1) + 1 : 0;
    i32[here + processor.counting] = 0;
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
  i32[here + processor.counting] = 1;
  const isDone = cas(i32, at + processor.state, ASLEEP, AWAKE) === ASLEEP;
  if (isDone && index < arena.threads) sub(i32, superblock.sleepers, 1);
  i32[here + processor.counting] = 0;
  return isDone;
}

/** Looks at the count of sleepers until it stands still. */
const MOST_LOOKS = 1000;

/** After the death of processor `dead`: it sleeps no more, and whoever sleeps is counted. */
export function repairSleepers(arena: Arena, dead: number): void {
  const { i32, threads } = arena;
  const at = arena.processorAt(dead);
  if (i32[at + processor.counting] === 0) return void transitionToAwake(arena, dead);
  i32[at + processor.counting] = 0;
  store(i32, at + processor.state, AWAKE);
  // The others go on marking and counting, in two steps: what stays apart for so long is the dead one's.
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const seen = load(i32, superblock.sleepers);
    let asleep = 0;
    for (let index = 0; index < threads; index++) asleep += load(i32, arena.processorAt(index) + processor.state);
    if (asleep === seen) return;
    if (looks === MOST_LOOKS - 1 && cas(i32, superblock.sleepers, seen, asleep) !== seen) looks = 0;
    else pause();
  }
}
