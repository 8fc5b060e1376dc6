/**
 * A lock for a few plain words: 0 free, else the owner's id (index + 1).
 *
 * Critical sections are some ten instructions without allocation, so a
 * contender spins; if the holder was taken off its core it dozes for 50 µs at a
 * time. Not done: a queue of waiters (MCS), because nothing here is held long
 * enough to need fairness.
 */
import { cas, doze, pause, store } from "./atomics.ts";

const SPINS = 2000;
const DOZE_MS = 0.05;

/** Takes the lock at `at` for `owner` (non-zero). */
export function lock(words: Int32Array, at: number, owner: number): void {
  let spins = 0;
  let seen: number;
  while ((seen = cas(words, at, 0, owner)) !== 0) backOff(words, at, seen, spins++);
}

/** Gives the lock back. Pairs with `lock`: everything written before is seen after. */
export function unlock(words: Int32Array, at: number): void {
  store(words, at, 0);
}

/** One step of waiting for a word to change from `seen`. */
export function backOff(words: Int32Array, at: number, seen: number, spins: number): void {
  if (spins < SPINS) pause();
  else doze(words, at, seen, DOZE_MS);
}
