/**
 * The doorbell of a processor: it wakes a processor that sleeps, and costs one load
 * when the processor is awake. The protocol and its proof sketch: scheduler/README.md.
 *
 * Who writes what: the owner changes `state` from AWAKE to ASLEEP. The thread whose
 * compare-and-swap succeeds changes it back and subtracts 1 from `sleepers`. `bell`
 * counts rings, and the owner waits on it.
 *
 * A thread can die after it has changed a mark and before it has changed the count of
 * sleepers. `processor.counting` is odd in between, and `balanceSleepers` corrects the
 * count. A processor that the dead thread had marked awake but not yet rung is notified
 * of the death and looks for work (`ThreadSide.died`).
 */
import { add, cas, load, notify, store, sub, waitAsync } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, superblock } from "../memory/layout.ts";

const AWAKE = 0;
const ASLEEP = 1;

/** Wakes processor `index` if it sleeps. Call it after publishing the work. Pairs with `fallAsleep`. */
export function ring(arena: Arena, index: number): void {
  const { i32 } = arena;
  const at = arena.processorAt(index);
  if (transitionToAwake(arena, index)) {
    add(i32, at + processor.bell, 1);
    notify(i32, at + processor.bell, 1);
  }
}

/** Whether the processor with the record `there` sleeps, for a thread that has just published work for it: then ring. */
export function isAsleepAt(i32: Int32Array, there: number): boolean {
  return load(i32, there + processor.state) === ASLEEP;
}

/** Whether processor `index` sleeps: a hint, which can be stale. */
export function isAsleep(arena: Arena, index: number): boolean {
  return arena.i32[arena.processorAt(index) + processor.state] === ASLEEP;
}

/** Rings one sleeping thread other than `except`, of those with an index from `from` to `to` − 1 that start tasks; false if none of them sleeps. */
export function ringAny(arena: Arena, except: number, from: number, to: number): boolean {
  if (load(arena.i32, superblock.sleepers) === 0) return false;
  for (let index = from; index < to; index++) {
    if (index !== except && isAsleep(arena, index) && arena.i32[arena.processorAt(index) + processor.heapFull] === 0) {
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
  /** A wait for the next ring is pending. There is at most one, because it cannot be cancelled and outlives a wake-up by a timer. */
  #armed = false;

  constructor(arena: Arena, onRing: () => void) {
    this.#arena = arena;
    this.#onRing = onRing;
  }

  /**
   * Marks the calling processor asleep, unless `hasWork` returns true. `hasWork` is
   * called after the mark is set, so a thread that publishes work later sees the
   * mark. Returns whether the processor sleeps; then `onRing` is called at the next
   * ring. Pairs with `ring`.
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

  /** Ends the wait for the next ring: as long as it is pending, it keeps the whole arena in memory. */
  close(): void {
    notify(this.#arena.i32, this.#arena.here + processor.bell, 1);
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

/** Marks processor `index` awake. Returns true to the one caller that changed the mark. */
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

/** A mark has been counted. The store is atomic, so a thread that reads it sees the count. Pairs with `balanceSleepers`. */
function counted(i32: Int32Array, here: number): void {
  store(i32, here + processor.counting, (i32[here + processor.counting] + 1) | 0);
}

/** After the death of processor `dead`: it no longer sleeps. Then call `balanceSleepers` until it returns true. */
export function repairSleepers(arena: Arena, dead: number): void {
  const { i32 } = arena;
  const at = arena.processorAt(dead);
  if ((i32[at + processor.counting] & 1) === 0) return void transitionToAwake(arena, dead);
  store(i32, at + processor.state, AWAKE);
  counted(i32, at);
}

/**
 * Corrects the count of sleepers by the marks that a dead thread had changed and not
 * counted. Returns false if another thread is between a mark and its count right now;
 * then call it again. Live threads always change mark and count together, so the error
 * found at a moment when no thread is in between stays the same, and can be corrected
 * at any later time.
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

/** Whether a thread is between a mark and its count, or died in between. */
function isCounting(arena: Arena): boolean {
  for (let index = 0; index < arena.threads; index++) if ((load(arena.i32, arena.processorAt(index) + processor.counting) & 1) !== 0) return true;
  return false;
}

function sumOf(arena: Arena, word: number): number {
  let sum = 0;
  for (let index = 0; index < arena.threads; index++) sum = (sum + load(arena.i32, arena.processorAt(index) + word)) | 0;
  return sum;
}
