/**
 * The tree of contexts in the arena: headers linked to their parents, under one
 * lock for the whole runtime (`superblock.contextLock`).
 *
 * Invariants: all contexts below a cancelled one are cancelled; a context keeps its
 * parent alive (one reference); `cancelled` is written once and last, so a thread that
 * reads it without the lock finds the reason; a freed context is in no list and its
 * generation has changed.
 *
 * A thread can be terminated between any two writes. Only the chain `firstChild` →
 * `nextSibling` counts, and it changes by single writes: a new child is complete before
 * the write that shows it, and one write removes a child. `previousSibling` is a hint
 * that is checked at each use. It is written after the chain for a child that is added,
 * and before the chain for one that is removed, so a wrong hint never passes the check;
 * then the previous child is searched for. `repair` finishes what a dead thread left
 * undone below a cancelled context. Then only a child of a context that was being freed
 * can be in no list, with the contexts below it: all of these are cancelled.
 *
 * Source: Go, context.go (propagateCancel, removeChild). Not done: a lock per context
 * (a subtree would lock downwards while children leave upwards; making, cancelling and
 * freeing are rare compared with reading `cancelled`).
 */
import { add, store, sub } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { header, nextGeneration, superblock } from "../memory/layout.ts";
import { lock, unlock } from "../memory/spin-lock.ts";
import { contextHeader as context, reasonRecord, watchRecord } from "./words.ts";

/** What to do after the lock is released: watch records to pass on, and channels to close. */
export interface News {
  readonly watches: number[];
  readonly dones: { readonly header: number; readonly generation: number }[];
}

/** The memory of freed contexts, to be freed after the lock is released. */
export interface Freed {
  readonly headers: number[];
  readonly reasons: number[];
  /** The records with which their chains of values begin. */
  readonly values: number[];
  /** Channels to which the header had a reference. */
  readonly dones: News["dones"];
}

export class ContextTree {
  readonly #arena: Arena;
  readonly #i32: Int32Array;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#i32 = arena.i32;
  }

  lock(): void {
    lock(this.#i32, superblock.contextLock, this.#arena.owner);
  }

  unlock(): void {
    unlock(this.#i32, superblock.contextLock);
  }

  isCurrent(at: number, generation: number): boolean {
    return this.#arena.hasGeneration(at, generation);
  }

  deadlineOf(at: number): number {
    return this.#arena.f64[(at + context.deadline) >>> 1];
  }

  /** Under the lock: adds a complete context below `parent`, 0 for none. Below a cancelled one it is cancelled. */
  link(at: number, parent: number): void {
    const i32 = this.#i32;
    const list = listOf(parent);
    const first = i32[list];
    i32[at + context.parent] = parent;
    i32[at + context.previousSibling] = 0;
    i32[at + context.nextSibling] = first;
    if (parent !== 0) {
      i32[parent + header.references]++;
      if (i32[parent + context.cancelled] !== 0) {
        i32[at + context.reason] = this.holdReason(parent);
        i32[at + context.cancelled] = i32[parent + context.cancelled];
      }
    }
    i32[list] = at;
    if (first !== 0) i32[first + context.previousSibling] = at;
  }

  #unlink(at: number): void {
    const i32 = this.#i32;
    const list = listOf(i32[at + context.parent]);
    const next = i32[at + context.nextSibling];
    let before = i32[at + context.previousSibling];
    if (before === 0 ? i32[list] !== at : i32[before + context.nextSibling] !== at) {
      before = 0;
      let child = i32[list];
      for (; child !== at && child !== 0; child = i32[child + context.nextSibling]) before = child;
      // Removed by a thread that died before it could add it elsewhere.
      if (child === 0) return;
    }
    if (next !== 0) i32[next + context.previousSibling] = before;
    i32[before === 0 ? list : before + context.nextSibling] = next;
  }

  /** Under the lock: every context, parents first. */
  *all(): Generator<number> {
    const i32 = this.#i32;
    let at = i32[superblock.contextRoots];
    while (at !== 0) {
      yield at;
      at = i32[at + context.firstChild] || this.#after(at, 0);
    }
  }

  /** The next context outside the subtree of `at`, but in that of `top`; 0 if there is none. */
  #after(at: number, top: number): number {
    const i32 = this.#i32;
    for (let node = at; node !== top && node !== 0; node = i32[node + context.parent]) {
      if (i32[node + context.nextSibling] !== 0) return i32[node + context.nextSibling];
    }
    return 0;
  }

  /** Under the lock: cancels a context and all below it, except those that are cancelled already. */
  cancel(at: number, kind: number, reason: number, news: News): void {
    const i32 = this.#i32;
    let node = at;
    while (node !== 0) {
      const isNew = i32[node + context.cancelled] === 0;
      if (isNew) this.#mark(node, kind, reason, news);
      node = (isNew && i32[node + context.firstChild]) || this.#after(node, at);
    }
  }

  #mark(at: number, kind: number, reason: number, news: News): void {
    const i32 = this.#i32;
    if (reason !== 0) add(i32, reason + reasonRecord.references, 1);
    i32[at + context.reason] = reason;
    store(i32, at + context.cancelled, kind);
    this.#collect(at, news);
  }

  /** Adds the watch records and the done channel of a cancelled context to `news`. */
  #collect(at: number, news: News): void {
    const i32 = this.#i32;
    const reason = i32[at + context.reason];
    if (i32[at + context.done] !== 0) news.dones.push({ header: i32[at + context.done], generation: i32[at + context.doneGeneration] });
    for (let record = i32[at + context.watches]; record !== 0; record = i32[record + watchRecord.next]) {
      if (reason !== 0) add(i32, reason + reasonRecord.references, 1);
      i32[record + watchRecord.kind] = i32[at + context.cancelled];
      i32[record + watchRecord.reason] = reason;
      news.watches.push(record);
    }
    i32[at + context.watches] = 0;
  }

  /** Under the lock: finishes what a thread left undone that died in the middle of a cancellation. */
  repair(news: News): void {
    const i32 = this.#i32;
    for (const at of this.all()) {
      const parent = i32[at + context.parent];
      if (i32[at + context.cancelled] !== 0) this.#collect(at, news);
      else if (parent !== 0 && i32[parent + context.cancelled] !== 0) this.#mark(at, i32[parent + context.cancelled], i32[parent + context.reason], news);
    }
  }

  /**
   * Under the lock: frees a context, and each of its parents that has no reference left.
   * Its children, which are cancelled at that time, stay without a parent.
   */
  free(at: number, freed: Freed): void {
    const i32 = this.#i32;
    for (let node = at; node !== 0; ) {
      const parent = i32[node + context.parent];
      for (let child = i32[node + context.firstChild]; child !== 0; child = i32[node + context.firstChild]) {
        this.#unlink(child);
        this.link(child, 0);
      }
      this.#unlink(node);
      i32[node + header.generation] = nextGeneration(i32[node + header.generation]);
      if (i32[node + context.done] !== 0) freed.dones.push({ header: i32[node + context.done], generation: i32[node + context.doneGeneration] });
      if (i32[node + context.reason] !== 0) freed.reasons.push(i32[node + context.reason]);
      if (i32[node + context.value] !== 0) freed.values.push(i32[node + context.value]);
      freed.headers.push(node);
      node = parent !== 0 && --i32[parent + header.references] === 0 ? parent : 0;
    }
  }

  /** Under the lock: the reason of a cancelled context, with one reference for the caller. */
  holdReason(at: number): number {
    const reason = this.#i32[at + context.reason];
    if (reason !== 0) add(this.#i32, reason + reasonRecord.references, 1);
    return reason;
  }

  /** Drops one reference to a reason record; 0 is none. */
  dropReason(reason: number): void {
    const i32 = this.#i32;
    if (reason === 0 || sub(i32, reason + reasonRecord.references, 1) > 1) return;
    this.#arena.free(i32[reason + reasonRecord.payload]);
    this.#arena.free(reason);
  }
}

/** The word that holds the first child of `parent`, or the first context without one. */
function listOf(parent: number): number {
  return parent === 0 ? superblock.contextRoots : parent + context.firstChild;
}
