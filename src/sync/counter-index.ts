/**
 * An index of the records that wait for a counter: it finds the place for a value in the
 * queue, which is ordered by value, without a search from one end. All under the
 * counter's lock.
 *
 * It is a treap: a binary tree of the records in the order of the queue, in which a
 * record is above others with a larger *rank*, a hash of the address. So the tree has the
 * shape that records in random order would give it, and its depth is logarithmic.
 *
 * Invariants outside the lock: the tree holds the records of the queue and no others, in
 * the order of the queue; each is linked with the one above it in both directions; a rank
 * is smaller than those below it.
 *
 * A thread can die between any two writes. Only the queue counts, because the tree
 * follows from it: `rebuild` makes it again.
 *
 * Source: R. Seidel and C. Aragon, "Randomized search trees" (1996). Not done: a skip
 * list (more words than a record has left); a heap (it would not keep equal values in the
 * order in which they came).
 */
import { counterWaiter, syncHeader, waiter } from "../memory/layout.ts";

const { left: LEFT, right: RIGHT, above: ABOVE } = counterWaiter;

export class CounterIndex {
  readonly #i32: Int32Array;
  readonly #f64: Float64Array;
  readonly #header: number;

  constructor(i32: Int32Array, f64: Float64Array, header: number) {
    this.#i32 = i32;
    this.#f64 = f64;
    this.#header = header;
  }

  #amountOf(record: number): number {
    return this.#f64[(record + counterWaiter.amount) >>> 1];
  }

  /** The last record that waits for at most `n`, or 0. */
  lastUpTo(n: number): number {
    const i32 = this.#i32;
    // Many wait for ever larger values.
    const last = i32[this.#header + syncHeader.waitersLast];
    if (last === 0 || this.#amountOf(last) <= n) return last;
    let found = 0;
    let record = i32[this.#header + syncHeader.root];
    while (record !== 0) {
      if (this.#amountOf(record) <= n) {
        found = record;
        record = i32[record + RIGHT];
      } else record = i32[record + LEFT];
    }
    return found;
  }

  /** Adds a record that is in the queue. */
  add(record: number): void {
    const i32 = this.#i32;
    this.#addBetween(i32[record + waiter.previous], record, i32[record + waiter.next]);
  }

  /** Of two neighbours in the queue, one is below the other in the tree, and has no record on the side of the other. */
  #addBetween(previous: number, record: number, next: number): void {
    const i32 = this.#i32;
    i32[record + LEFT] = 0;
    i32[record + RIGHT] = 0;
    if (previous !== 0 && i32[previous + RIGHT] === 0) {
      i32[previous + RIGHT] = record;
      i32[record + ABOVE] = previous;
    } else {
      if (next === 0) i32[this.#header + syncHeader.root] = record;
      else i32[next + LEFT] = record;
      i32[record + ABOVE] = next;
    }
    while (i32[record + ABOVE] !== 0 && rankOf(record) < rankOf(i32[record + ABOVE])) this.#lift(record);
  }

  remove(record: number): void {
    const i32 = this.#i32;
    let left = i32[record + LEFT];
    let right = i32[record + RIGHT];
    while (left !== 0 && right !== 0) {
      this.#lift(rankOf(left) < rankOf(right) ? left : right);
      left = i32[record + LEFT];
      right = i32[record + RIGHT];
    }
    this.#replace(record, left === 0 ? right : left);
  }

  /** Exchanges a record with the one above it; the order stays the same. */
  #lift(record: number): void {
    const i32 = this.#i32;
    const parent = i32[record + ABOVE];
    const isLeft = i32[parent + LEFT] === record;
    const inner = isLeft ? RIGHT : LEFT;
    const outer = isLeft ? LEFT : RIGHT;
    this.#replace(parent, record);
    const between = i32[record + inner];
    i32[parent + outer] = between;
    if (between !== 0) i32[between + ABOVE] = parent;
    i32[record + inner] = parent;
    i32[parent + ABOVE] = record;
  }

  /** Puts `other`, or nothing, under the record that is above `record`. */
  #replace(record: number, other: number): void {
    const i32 = this.#i32;
    const parent = i32[record + ABOVE];
    if (parent === 0) i32[this.#header + syncHeader.root] = other;
    else if (i32[parent + LEFT] === record) i32[parent + LEFT] = other;
    else i32[parent + RIGHT] = other;
    if (other !== 0) i32[other + ABOVE] = parent;
  }

  /** Makes the tree of the records that are in the queue. */
  rebuild(): void {
    const i32 = this.#i32;
    i32[this.#header + syncHeader.root] = 0;
    let previous = 0;
    for (let record = i32[this.#header + syncHeader.waitersFirst]; record !== 0; record = i32[record + waiter.next]) {
      this.#addBetween(previous, record, 0);
      previous = record;
    }
  }
}

/** The finalizer of MurmurHash3: different addresses have different ranks. */
function rankOf(record: number): number {
  let hash = Math.imul(record ^ (record >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
