/**
 * A lock for a few plain words: 0 when free, else the owner's id (index + 1).
 *
 * Critical sections are about ten instructions without allocation, so a thread that
 * wants the lock spins. If the holder was taken off its core, the thread dozes for
 * 50 µs at a time. Not done: a queue of waiters (MCS), because these locks are never
 * held long enough to need fairness.
 */
import { WarrenError } from "../errors.ts";
import { cas, doze, pause, store } from "./atomics.ts";

/**
 * Steps of waiting before the first doze: about 2000 pauses. A step has twice as many as the
 * one before, at most 2⁶: if all that wait look after each pause, every release moves the
 * lock's line to all of them, which slows its holder (docs/performance.md, "What was changed").
 */
const SPINS = 36;
const MOST_PAUSES_SHIFT = 6;
const DOZE_MS = 0.05;
/** Dozes of the main thread before a lock counts as lost: about 5 s, while a critical section takes less than a microsecond. */
const MOST_DOZES = 50_000;

/** Dozes between two checks which threads are still alive: a few milliseconds. */
const LOOK_EVERY = 40;

const watchers = new WeakMap<Int32Array, (owner: number) => void>();

/** While this thread waits long for a lock in `words`, `look` is called with the holder's id. It can release the locks of dead threads: of the holder, or of one that the holder waits for. */
export function watchLocks(words: Int32Array, look: (owner: number) => void): void {
  watchers.set(words, look);
}

/** Takes the lock at `at` for `owner` (non-zero). */
export function lock(words: Int32Array, at: number, owner: number): void {
  let spins = 0;
  let seen: number;
  while ((seen = cas(words, at, 0, owner)) !== 0) backOff(words, at, seen, spins++);
}

/** Releases the lock. Pairs with `lock`: the next holder sees everything that was written before. */
export function unlock(words: Int32Array, at: number): void {
  store(words, at, 0);
}

/**
 * One step of waiting for a lock word to change from `seen`, by the thread with the lock
 * id `holder`, 0 if it is for no lock. If the holder has died, or waits for a thread that has,
 * the main thread releases the dead one's locks, even while it waits in this function.
 * Other threads wait for that as long as it takes, because they may hold locks, too.
 * @throws ERR_THREAD_DIED on the main thread, if the system does not say which threads live
 */
export function backOff(words: Int32Array, at: number, seen: number, spins: number, holder = seen & 0x7f): void {
  if (spins < SPINS) {
    const pauses = 1 << Math.min(spins, MOST_PAUSES_SHIFT);
    for (let k = 0; k < pauses; k++) pause();
    return;
  }
  doze(words, at, seen, DOZE_MS);
  if ((spins - SPINS) % LOOK_EVERY !== LOOK_EVERY - 1) return;
  const look = watchers.get(words);
  look?.(holder);
  if (look !== undefined && spins > SPINS + MOST_DOZES) throw new WarrenError("ERR_THREAD_DIED", `a lock is still held by thread ${holder - 1}, which ended in the middle of an operation, or waits for one that did`);
}
