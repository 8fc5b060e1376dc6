/** What the actors of a random program write down, in shared memory: it outlives the thread that dies. */
import type { SharedArray } from "../../src/index.ts";

/** What became of a value. */
export const FATE = { none: 0, tried: 1, sent: 2, refused: 3 } as const;

/** Cells of an actor. */
export const ACTOR_CELLS = 4;
export const actorCell = {
  /** How many values may be in its hands: taken from a channel, and not yet written down. */
  hands: 0,
  /** Steps done. */
  done: 1,
  /** 1 + the lock that it is inside of. */
  inside: 2,
} as const;

/** Cells of a lock, after those of the actors. */
export const LOCK_CELLS = 4;
export const lockCell = {
  /** Who is inside now: writers of a lock, holders of permits. */
  inside: 0,
  readers: 1,
  /** Counted without atomics by those who are inside alone, and with atomics. */
  plain: 2,
  exact: 3,
} as const;

export interface Ledger {
  /** By value: its fate, and how often it was received. */
  readonly fates: SharedArray<"u8">;
  readonly received: SharedArray<"u8">;
  readonly cells: SharedArray<"i32">;
}

export const lockAt = (actors: number, lock: number, cell: number): number => actors * ACTOR_CELLS + lock * LOCK_CELLS + cell;
