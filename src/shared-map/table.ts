/**
 * The table of a shared map: chains of entries by the hash of their keys, and a list of
 * the entries that have a value, in the order in which they go. All under the lock of the
 * map's header. An entry either has a value, or stands for a load in progress.
 *
 * Invariants: the chains decide. A key is in at most one entry, in the chain of its hash;
 * an entry is complete before the write that shows it, and its key and value never
 * change. `count` and the list follow from the chains: outside the lock, they have each
 * entry with a value once. `count` is at most `max`.
 *
 * A thread can die between any two writes. One write adds an entry, replaces it or
 * removes it, so every key is there or is not. `rebuild` makes count and list anew; then
 * the order is that of the table.
 *
 * Source: second chance, Corbató, A Paging Experiment with the Multics System (1968): the
 * oldest entry goes, unless it was used since it became the oldest or was added; then it
 * becomes the newest. At most `MOST_SPARED` are spared at a time, because the lock is
 * held. Not done: exact least recently used, in which every `get` changes the list, so
 * that reading threads exchange the cache lines of three entries and not of one.
 */
import type { Arena } from "../memory/arena.ts";
import type { Key } from "./key.ts";
import { mapEntry, mapHeader } from "./words.ts";

const MOST_SPARED = 32;

export class Table {
  readonly #i32: Int32Array;
  /** The map's header. */
  readonly #at: number;

  constructor({ i32 }: Arena, at: number) {
    this.#i32 = i32;
    this.#at = at;
  }

  get isFull(): boolean {
    return this.#i32[this.#at + mapHeader.count] >= this.#i32[this.#at + mapHeader.max];
  }

  get buckets(): number {
    return this.#i32[this.#at + mapHeader.mask] + 1;
  }

  /** The word that names the entry of a key; 0 is in it if there is none. Valid until the next change. */
  linkOf({ words, at, length, hash }: Key): number {
    const i32 = this.#i32;
    let link = this.#bucketOf(hash);
    for (let entry = i32[link]; entry !== 0; entry = i32[link]) {
      if (i32[entry + mapEntry.hash] === hash && i32[entry + mapEntry.keyWords] === length && isSame(i32, entry + i32[entry + mapEntry.key], words, at, length)) return link;
      link = entry + mapEntry.next;
    }
    return link;
  }

  #bucketOf(hash: number): number {
    return this.#i32[this.#at + mapHeader.table] + (hash & this.#i32[this.#at + mapHeader.mask]);
  }

  /** Puts an entry where `link` says, in place of the one that is there. Returns that one, or 0. */
  put(link: number, entry: number): number {
    const i32 = this.#i32;
    const before = i32[link];
    i32[entry + mapEntry.next] = before === 0 ? 0 : i32[before + mapEntry.next];
    i32[link] = entry;
    if (before !== 0) this.#unlist(before);
    this.#enlist(entry);
    return before;
  }

  /** Removes the entry that `link` names, and returns it. */
  take(link: number): number {
    const i32 = this.#i32;
    const entry = i32[link];
    i32[link] = i32[entry + mapEntry.next];
    this.#unlist(entry);
    return entry;
  }

  /** The entry was used: it is spared once. */
  use(entry: number): void {
    // Mostly it is set already: then no cache line moves.
    if (this.#i32[entry + mapEntry.used] === 0) this.#i32[entry + mapEntry.used] = 1;
  }

  /** Removes the entry that is due, and returns it; 0 if there is none. */
  evict(): number {
    const i32 = this.#i32;
    for (let spared = 0; ; spared++) {
      const entry = i32[this.#at + mapHeader.oldest];
      if (entry === 0) return 0;
      if (i32[entry + mapEntry.used] === 0 || spared === MOST_SPARED) return this.take(this.#linkTo(entry));
      i32[entry + mapEntry.used] = 0;
      this.#unlist(entry);
      this.#enlist(entry);
    }
  }

  /** The word that names `entry`. */
  #linkTo(entry: number): number {
    const i32 = this.#i32;
    let link = this.#bucketOf(i32[entry + mapEntry.hash]);
    while (i32[link] !== entry) link = i32[link] + mapEntry.next;
    return link;
  }

  /** The first bucket from `bucket` on that has an entry; `end` if none before that has. */
  nextUsed(bucket: number, end: number): number {
    const table = this.#i32[this.#at + mapHeader.table];
    while (bucket < end && this.#i32[table + bucket] === 0) bucket++;
    return bucket;
  }

  /** Removes the first entry of a bucket, and returns it; 0 if there is none. */
  takeFirst(bucket: number): number {
    const link = this.#i32[this.#at + mapHeader.table] + bucket;
    return this.#i32[link] === 0 ? 0 : this.take(link);
  }

  #enlist(entry: number): void {
    const i32 = this.#i32;
    if (i32[entry + mapEntry.load] !== 0) return;
    const newest = i32[this.#at + mapHeader.newest];
    i32[entry + mapEntry.older] = newest;
    i32[entry + mapEntry.newer] = 0;
    i32[newest === 0 ? this.#at + mapHeader.oldest : newest + mapEntry.newer] = entry;
    i32[this.#at + mapHeader.newest] = entry;
    i32[this.#at + mapHeader.count]++;
  }

  #unlist(entry: number): void {
    const i32 = this.#i32;
    if (i32[entry + mapEntry.load] !== 0) return;
    const older = i32[entry + mapEntry.older];
    const newer = i32[entry + mapEntry.newer];
    i32[older === 0 ? this.#at + mapHeader.oldest : older + mapEntry.newer] = newer;
    i32[newer === 0 ? this.#at + mapHeader.newest : newer + mapEntry.older] = older;
    i32[this.#at + mapHeader.count]--;
  }

  /** After the death of the thread that held the lock, which stays taken. */
  rebuild(): void {
    const i32 = this.#i32;
    i32[this.#at + mapHeader.oldest] = 0;
    i32[this.#at + mapHeader.newest] = 0;
    i32[this.#at + mapHeader.count] = 0;
    const table = i32[this.#at + mapHeader.table];
    if (table === 0) return;
    for (let bucket = 0; bucket < this.buckets; bucket++) {
      for (let entry = i32[table + bucket]; entry !== 0; entry = i32[entry + mapEntry.next]) this.#enlist(entry);
    }
  }
}

function isSame(i32: Int32Array, at: number, words: Int32Array, from: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (i32[at + k] !== words[from + k]) return false;
  return true;
}
