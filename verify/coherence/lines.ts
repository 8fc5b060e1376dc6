/**
 * Which thread's cache holds which line: a simulation of MESI with caches that never
 * evict, so that a miss has one cause only, a write by another thread.
 *
 *   read miss   the line was written by another thread since this one held it
 *   transfer    a write to a line that other threads hold: theirs become invalid
 *
 * A miss is *false* sharing if the word itself was not touched by another thread since:
 * only its neighbours on the line were. The first access of a thread to a line is counted
 * as well, if another thread has written the line.
 */
import { sites } from "../explorer/rewriting/sites.ts";

/** Words in a line of 64 bytes, as a shift. */
export const LINE_SHIFT = 4;
const NEVER = -1;

/** What an access has cost. */
export const HIT = 0;
const MISS = 1;
export type Access = typeof HIT | typeof MISS;

/** What was counted of one word. */
class WordCount {
  writes = 0;
  readMisses = 0;
  transfers = 0;
  /** Of both, those in which only other words of the line had been touched. */
  falseMisses = 0;
  /** By thread. */
  readonly writesBy: Int32Array;
  /** Functions that write it. */
  readonly within = new Set<string>();

  constructor(threads: number) {
    this.writesBy = new Int32Array(threads);
  }}

export class Lines {
  readonly counts = new Map<number, WordCount>();
  readonly #threads: number;
  /** By line: the thread that may write it without asking, −1 for none. */
  readonly #owner: Int16Array;
  /** By line: who wrote it last, −1 for nobody. */
  readonly #wroteLast: Int16Array;
  /** By line and thread: whether its cache holds the line, and when it used the line last. */
  readonly #holds: Uint8Array;
  readonly #holders: Uint8Array;
  readonly #usedAt: Int32Array;
  /** By word: the thread that touched (wrote) it last and when, and when a thread other than that one did. */
  readonly #touched: Touches;
  readonly #written: Touches;
  #now = 0;
  isCounting = false;

  constructor(words: number, threads: number) {
    const lines = (words >>> LINE_SHIFT) + 1;
    this.#threads = threads;
    this.#owner = new Int16Array(lines).fill(NEVER);
    this.#wroteLast = new Int16Array(lines).fill(NEVER);
    this.#holds = new Uint8Array(lines * threads);
    this.#holders = new Uint8Array(lines);
    this.#usedAt = new Int32Array(lines * threads);
    this.#touched = new Touches(words);
    this.#written = new Touches(words);
  }

  read(thread: number, at: number): Access {
    const line = at >>> LINE_SHIFT;
    const mine = line * this.#threads + thread;
    let cost: Access = HIT;
    if (this.#holds[mine] === 0) {
      const wasWritten = this.#wroteLast[line] !== NEVER && this.#wroteLast[line] !== thread;
      if (wasWritten) {
        cost = MISS;
        if (this.isCounting) {
          const count = this.#countOf(at);
          count.readMisses++;
          if (this.#written.byOthers(at, thread) <= this.#usedAt[mine]) count.falseMisses++;
        }
      }
      this.#holds[mine] = 1;
      this.#holders[line]++;
      if (this.#owner[line] !== thread) this.#owner[line] = NEVER;
    }
    this.#touch(thread, at, mine);
    return cost;
  }

  /** @param changes false for a compare-and-swap that fails: it takes the line from others just the same */
  write(thread: number, at: number, site: number, changes = true): Access {
    const line = at >>> LINE_SHIFT;
    const mine = line * this.#threads + thread;
    let cost: Access = HIT;
    if (this.isCounting && changes) {
      const count = this.#countOf(at);
      count.writes++;
      count.writesBy[thread]++;
      if (site >= 0) count.within.add(sites[site].within);
    }
    if (this.#owner[line] !== thread) {
      const others = this.#holders[line] - this.#holds[mine];
      if (others > 0) {
        cost = MISS;
        if (this.isCounting) {
          const count = this.#countOf(at);
          count.transfers++;
          if (this.#touched.byOthers(at, thread) <= this.#usedAt[mine]) count.falseMisses++;
        }
        this.#holds.fill(0, line * this.#threads, (line + 1) * this.#threads);
      }
      this.#holds[mine] = 1;
      this.#holders[line] = 1;
      this.#owner[line] = thread;
    }
    this.#wroteLast[line] = thread;
    this.#touch(thread, at, mine);
    this.#written.note(at, thread, this.#now);
    return cost;
  }

  #touch(thread: number, at: number, mine: number): void {
    this.#usedAt[mine] = ++this.#now;
    this.#touched.note(at, thread, this.#now);
  }

  #countOf(at: number): WordCount {
    let count = this.counts.get(at);
    if (count === undefined) this.counts.set(at, (count = new WordCount(this.#threads)));
    return count;
  }
}

/** By word: which thread did something last and when, and when last a thread other than that one. */
class Touches {
  readonly #by: Int16Array;
  readonly #at: Int32Array;
  readonly #otherAt: Int32Array;

  constructor(words: number) {
    this.#by = new Int16Array(words).fill(NEVER);
    this.#at = new Int32Array(words);
    this.#otherAt = new Int32Array(words);
  }

  note(word: number, thread: number, now: number): void {
    if (this.#by[word] !== thread) this.#otherAt[word] = this.#at[word];
    this.#by[word] = thread;
    this.#at[word] = now;
  }

  /** When a thread other than `thread` did it last, 0 for never. */
  byOthers(word: number, thread: number): number {
    return this.#by[word] === thread ? this.#otherAt[word] : this.#at[word];
  }
}
