/** Where the words of contexts, their reasons, values and watches lie: offsets in their records in the arena. */
import { header } from "../memory/layout.ts";

/**
 * The header of a context: everything under `superblock.contextLock` (see
 * context/tree.ts), but `cancelled` and `generation` can be read without it.
 * `generation`, `kind`, `references` and `next` are in the same place as in other
 * headers. `capacity` and `buffer` stay 0 for stale handles of channels and arrays.
 */
export const contextHeader = {
  generation: header.generation,
  /** 0, or a REASON. Written once, after `reason`. */
  cancelled: 16,
  /** The reason record, or 0. */
  reason: 17,
  parent: 18,
  firstChild: 19,
  /** The next child of the same parent, and the previous child: only a hint. */
  nextSibling: 20,
  previousSibling: 21,
  /** The channel that closes when the context is cancelled: header and generation, or 0. */
  done: 22,
  doneGeneration: 23,
  /** The newest watch record: a thread to notify of the cancellation. */
  watches: 24,
  /** `processorId` of the thread that has armed the deadline. */
  maker: 25,
  /** In milliseconds since 1970, `Infinity` for none (a double: two words). */
  deadline: 26,
  /** The value record with which its chain of values begins, or 0. */
  value: 28,
} as const;

/** Why a context was cancelled: by `cancel()` without a reason, by its deadline, by disposing it, or by the error in its reason record. */
export const REASON = { cancelled: 1, deadline: 2, disposed: 3, given: 4 } as const;

/** A reason that was given, encoded once for a whole subtree: how many references there are, and its payload. */
export const reasonRecord = { references: 0, payload: 1 } as const;
export const REASON_WORDS = 2;

/** A value of contexts (context/values.ts): how many references there are, the next record of the chain, its number, and the blocks of the key's name and of the value. */
export const valueRecord = { references: 0, next: 1, id: 2, name: 3, payload: 4 } as const;
export const VALUE_WORDS = 5;

/** A thread that must be notified when a context is cancelled. The record then goes to the thread's inbox, with the reason. */
export const watchRecord = {
  record: 0,
  inboxNext: 1,
  /** `processorId` of the thread. */
  owner: 2,
  next: 3,
  /** A REASON, and the reason record, one reference counted. */
  kind: 4,
  reason: 5,
} as const;
export const WATCH_WORDS = 8;
