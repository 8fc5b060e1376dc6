/**
 * Seeded pauses between operations, so that threads meet in ever other places: most
 * of the time none, else some turns of a loop, a microtask, or a turn of the thread.
 */
import { yieldNow } from "../../src/index.ts";

const SPINS = 400;

export class Jitter {
  #state: number;

  constructor(seed: number, stream: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0 || 1;
  }

  /** A whole number in [0, below): xorshift, for it is called between all operations. */
  below(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % below;
  }

  /** A pause, or none. */
  pause(): void | Promise<void> {
    const what = this.below(64);
    if (what > 2) return;
    if (what === 2) return yieldNow();
    if (what === 1) return Promise.resolve();
    for (let left = this.below(SPINS); left > 0; left--) spun++;
  }
}

/** Read nowhere: what a loop adds to it keeps the loop. */
let spun = 0;
