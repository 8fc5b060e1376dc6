/**
 * A lock for a few plain words: 0 free, else the owner's id (index + 1).
 *
 * Critical sections are some ten instructions without allocation, so a
 * contender spins; if the holder was taken off its core it dozes for 50 µs at a
 * time. Not done: a queue of waiters (MCS), because nothing here is held long
 * enough to need fairness.
 */
import { WarrenError } from "../errors.ts";
import { cas, doze, pause, store } from "./atomics.ts";

const SPINS = 2000;
const DOZE_MS = 0.05;
/** Dozes of the main thread before a lock counts as lost: some 5 s, where a critical section takes less than a microsecond. */
const MOST_DOZES = 50_000;

/** Dozes between two looks at whether the holder still lives: some milliseconds. */
const LOOK_EVERY = 40;

const watchers = new WeakMap<Int32Array, (owner: number) => void>();

/** Has `look` called with the holder's id while this thread waits long for a lock in `words`; it may free the lock of a dead one. */
export function watchLocks(words: Int32Array, look: (owner: number) => void): void {
  watchers.set(words, look);
}

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

/**
 * One step of waiting for a lock word to change from `seen`. If the holder has
 * died, the main thread gives the lock back in its place, also from in here. A
 * thread waits for that as long as it takes: it may hold other locks itself.
 * @throws ERR_THREAD_DIED on the main thread, where the system does not tell who lives
 */
export function backOff(words: Int32Array, at: number, seen: number, spins: number): void {
  if (spins < SPINS) return pause();
  doze(words, at, seen, DOZE_MS);
  if ((spins - SPINS) % LOOK_EVERY !== LOOK_EVERY - 1) return;
  const look = watchers.get(words);
  look?.(seen & 0x7f);
  if (look !== undefined && spins > SPINS + MOST_DOZES) throw new WarrenError("ERR_THREAD_DIED", `a lock is still held by thread ${(seen & 0x7f) - 1}, which ended in the middle of an operation`);
}
