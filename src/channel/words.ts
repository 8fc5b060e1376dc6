/**
 * Lock, state and position of one side of a channel in one word, so that the
 * common operation is one compare-and-swap and one store:
 *
 *   bits 0–6   owner of the lock, 0 free
 *   bit  7     a waiter of the *other* side: take the slow path
 *   bit  8     closed
 *   bits 9–31  position: values sent or received so far, modulo 2²³
 *
 * Positions are compared by subtraction, so they can wrap.
 */
import { cas, load, store } from "../memory/atomics.ts";
import { header } from "../memory/layout.ts";
import { backOff } from "../memory/spin-lock.ts";

/** The two queues of a channel's waiters, as offsets in its header: see wait/wait-queue.ts. */
export const RECEIVERS = header.receiversFirst;
export const SENDERS = header.sendersFirst;
export type Queue = typeof RECEIVERS | typeof SENDERS;

export const OWNER = 0x7f;
const WAITED_FOR = 0x80;
export const CLOSED_BIT = 0x100;
/** Any of these bits: not the fast path. */
export const SLOW = OWNER | WAITED_FOR | CLOSED_BIT;
/** One value further. */
export const STEP = 0x200;
const POSITION = ~0x1ff;
const SHIFT = 9;

/** Takes the lock in the word at `at`; returns the word as it was before, without the lock. */
export function lockWord(i32: Int32Array, at: number, owner: number): number {
  let word = i32[at];
  for (let spins = 0; ; spins++) {
    if ((word & OWNER) === 0) {
      const seen = cas(i32, at, word, word | owner);
      if (seen === word) return word;
      word = seen;
    } else {
      backOff(i32, at, word, spins);
      word = load(i32, at);
    }
  }
}

/** Releases the lock by writing the unlocked word. Pairs with `lockWord` and the fast paths of array.ts. */
export function unlockWord(i32: Int32Array, at: number, word: number): void {
  store(i32, at, word);
}

/** The position bits alone. */
export function positionOf(word: number): number {
  return word & POSITION;
}

/** Values between two positions (words without other bits). */
export function distance(tail: number, head: number): number {
  return (tail - head) >>> SHIFT;
}

/** `word` with the waited-for bit as given. */
export function withWaited(word: number, waited: boolean): number {
  return waited ? word | WAITED_FOR : word & ~WAITED_FOR;
}

export function isClosed(word: number): boolean {
  return (word & CLOSED_BIT) !== 0;
}

/** The lock id of the thread that holds the lock in a word, 0 for none. */
export function ownerOf(word: number): number {
  return word & OWNER;
}
