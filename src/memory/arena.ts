/**
 * The arena: one shared WebAssembly.Memory that every thread of a runtime maps,
 * and the allocator in it.
 *
 * Small blocks come from per-thread magazines, without an atomic operation. Magazines
 * are filled in batches from the central lists (central.ts), and these by cutting up
 * pages of 64 KiB. Large blocks are runs of pages (pages.ts). Any thread can free a
 * block; it goes to that thread's magazine.
 *
 * Invariants: a page serves one size class, or a part of one large block, until all its
 * blocks are free and in no magazine; the page map says which, so a block needs no
 * header; only its owner touches a magazine; each list that threads share has a lock. A
 * handle writes to its header only after it has seen in the page map that the page holds
 * headers (`isHeader`), and allocates nothing in between.
 *
 * `reclaim`, when there is no room: all threads are asked to give back what their
 * magazines hold, and answer at the beginning of their next turn (`answer`). Pages of
 * headers are then taken out of the central list and marked, and the threads are asked
 * once more. A thread that has answered is in the middle of no operation that had begun
 * before, so nothing touches these headers any more, and the pages are free. A thread
 * that computes answers later: it is waited for a moment, once, and its free blocks and
 * the pages of headers come back at a later attempt.
 *
 * Source: Bonwick and Adams, Magazines and Vmem (USENIX 2001); tcmalloc; McKenney and
 * Slingwine, Read-Copy Update (1998) for the pages of headers.
 * Not done: moving live blocks together, because addresses are kept on all threads;
 * growing the arena (address space is free, see docs/decisions.md).
 */
import { performance } from "../host.ts";
import { WarrenError, invariant } from "../errors.ts";
import { DEFAULT_ARENA_BYTES, LIMITS } from "../limits.ts";
import { load, store } from "./atomics.ts";
import { type Compiled, compiledFor } from "./compiled.ts";
import { giveBackHeaders, giveBlocks, restoreHeaders, takeBlocks, withdrawHeaders } from "./central.ts";
import { type Holdings, holdingsOf } from "./holdings.ts";
import { ABSENT, CENTRAL_WORDS, MAGIC, PAGE, PAGE_ENTRY_WORDS, PAGE_SHIFT, PROCESSOR_WORDS, SUPERBLOCK_WORDS, header, processor, processorAt, processorId, superblock } from "./layout.ts";
import { freePages, largestFree, takePages } from "./pages.ts";
import { BATCH, CLASS_WORDS, HEADER_CLASS, HEADER_MARK, INSIDE, MAX_SMALL, blocksIn, classOf, linkOf } from "./size-classes.ts";
import { backOff, lock, unlock } from "./spin-lock.ts";

/** Pages kept for results and errors of tasks: one in so many, and at most so many. */
const RESERVE_SHARE = 64;
const MOST_RESERVE = 16;
/** How often `reclaim` looks whether a thread has answered: after about 50 ms it goes on without. */
const LOOKS = 1000;

/** How much shared memory is in use, in bytes; in `stats` and in the `details` of ERR_ARENA_FULL. */
export interface ArenaUse {
  /** The size of the shared memory: `arenaBytes`. */
  readonly limit: number;
  /** In blocks that are in use now. */
  readonly used: number;
  /** In pages that are assigned to a purpose, including free small blocks. */
  readonly reserved: number;
  /** The largest block that could be allocated now; 0 if no page of 64 KiB is free. What threads keep free for themselves comes on top when memory is short. */
  readonly largest: number;
}

export class Arena {
  /** @internal Declarations must not name the types of WebAssembly, because a Node project does not have them. */
  readonly memory: WebAssembly.Memory;
  readonly i32: Int32Array<SharedArrayBuffer>;
  readonly f64: Float64Array<SharedArrayBuffer>;
  readonly i64: BigInt64Array<SharedArrayBuffer>;
  readonly u8: Uint8Array<SharedArrayBuffer>;
  /** The whole arena as a Buffer, for its fast string conversions. */
  readonly heap: Buffer<SharedArrayBuffer>;
  /** Functions over this memory that are compiled to WebAssembly. */
  readonly compiled: Compiled;
  /** This thread's processor index, and its id in lock words. */
  readonly index: number;
  readonly owner: number;
  /** This thread's `processorId`. */
  readonly id: number;
  /** This thread's processor record. */
  readonly here: number;
  readonly #magazines: number;
  /** Of the pages that were assigned last, how many have been used before: the first ones. */
  #usedPages = 0;
  readonly #used: number;
  readonly #map: number;
  /** Wakes processor `index`, so that it answers soon. Set when the thread's parts are connected. */
  wake: (index: number) => void = () => undefined;
  /** Called when another thread has asked, with the round: frees what this thread keeps for later. */
  onAsked: (round: number) => void = () => undefined;

  private constructor(memory: WebAssembly.Memory, index: number, shape?: { threads: number; front: number }) {
    const buffer = memory.buffer as unknown as SharedArrayBuffer;
    this.memory = memory;
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.heap = Buffer.from(buffer);
    this.compiled = compiledFor(memory, this.i32);
    if (shape) {
      initialize(this.i32, shape.threads);
      this.i32[superblock.front] = shape.front;
      this.f64[superblock.epoch >>> 1] = performance.timeOrigin + performance.now();
    }
    invariant(this.i32[superblock.magic] === MAGIC, "the memory is an arena");
    this.index = index;
    this.owner = index + 1;
    this.here = this.processorAt(index);
    this.id = processorId(index, this.i32[this.here + processor.incarnation]);
    this.#magazines = this.here + processor.magazines;
    this.#used = this.here + processor.usedWords;
    this.#map = this.i32[superblock.pageMap];
    store(this.i32, this.here + processor.answered, load(this.i32, superblock.round));
  }

  /** Makes the arena of a runtime with `threads` threads, of which `front` are in front (scheduler/load.ts); main's index is `threads`. */
  static create(threads: number, bytes: number = DEFAULT_ARENA_BYTES, front: number = threads): Arena {
    const least = (SUPERBLOCK_WORDS + CLASS_WORDS.length * CENTRAL_WORDS + (threads + 1) * PROCESSOR_WORDS) * 4 + 1_048_576;
    if (!Number.isInteger(bytes) || bytes < least || bytes > LIMITS.arenaBytes) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `arenaBytes must be an integer from ${least} to ${LIMITS.arenaBytes}, not ${String(bytes)}`);
    }
    const pages = Math.ceil(bytes / (PAGE * 4));
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return new Arena(memory, threads, { threads, front });
  }

  /** @internal Maps an existing arena as processor `index`. */
  static attach(memory: WebAssembly.Memory, index: number): Arena {
    return new Arena(memory, index);
  }

  get threads(): number {
    return this.i32[superblock.threads];
  }

  /** How many threads are in front. */
  get front(): number {
    return this.i32[superblock.front];
  }

  /** Milliseconds since the arena was made, on one clock for all threads. */
  get clockMs(): number {
    return performance.timeOrigin + performance.now() - this.f64[superblock.epoch >>> 1];
  }

  processorAt(index: number): number {
    return processorAt(this.i32, index);
  }

  /**
   * Allocates at least `words` words, 8-byte aligned. They are not cleared.
   * @throws ERR_ARENA_FULL
   */
  alloc(words: number): number {
    if (words > MAX_SMALL) return this.#allocPages(words);
    return this.#allocSmall(classOf(words));
  }

  /** As `alloc`, for the result or the error of a task: if there is no room, takes pages that are kept for these. @throws ERR_ARENA_FULL */
  allocForResult(words: number): number {
    try {
      return this.alloc(words);
    } catch (error) {
      const block = this.#tryPages(words, 0);
      if (block === 0) throw error;
      return block;
    }
  }

  /** As `alloc`, all zero. Memory that was never used is zero already. */
  allocZeroed(words: number): number {
    const block = this.alloc(words);
    const usedWords = words > MAX_SMALL ? Math.min(words, this.#usedPages * PAGE) : words;
    this.i32.fill(0, block, block + usedWords);
    return block;
  }

  /**
   * Allocates a header for the block `buffer` (0 for none). If shared memory is full,
   * frees `buffer`. The header keeps the generation from its last use.
   * @throws ERR_ARENA_FULL
   */
  allocHeader(buffer: number): number {
    try {
      return this.#allocSmall(HEADER_CLASS);
    } catch (error) {
      if (buffer !== 0) this.free(buffer);
      throw error;
    }
  }

  /** The block that word `word` of this thread's processor record names: from an earlier thread with this index, or a new one. @throws ERR_ARENA_FULL */
  keep(word: number, words: number): number {
    const at = this.here + word;
    if (this.i32[at] === 0) this.i32[at] = this.alloc(words);
    return this.i32[at];
  }

  #allocSmall(k: number): number {
    const i32 = this.i32;
    const magazine = this.#magazines + 2 * k;
    let block = i32[magazine];
    if (block === 0) block = this.#refill(k);
    i32[magazine] = i32[block + linkOf(k)];
    i32[magazine + 1]--;
    i32[this.#used] += CLASS_WORDS[k];
    return block;
  }

  /** Frees a block or a header; any thread can. */
  free(block: number): void {
    const i32 = this.i32;
    const mark = i32[i32[superblock.pageMap] + (block >>> PAGE_SHIFT)];
    if (mark < 0) return this.#freePages(block, -mark);
    invariant(mark > 0 && mark <= CLASS_WORDS.length, `block ${block} is allocated`);
    const k = mark - 1;
    const magazine = this.#magazines + 2 * k;
    i32[block + linkOf(k)] = i32[magazine];
    i32[magazine] = block;
    i32[this.#used] -= CLASS_WORDS[k];
    if (++i32[magazine + 1] > 2 * BATCH[k]) giveBlocks(i32, this.owner, k, magazine, BATCH[k]);
  }

  /** The word of the page map that says what the block at `at` is. */
  markOf(at: number): number {
    return this.#map + (at >>> PAGE_SHIFT);
  }

  /** Whether the block at `at` is a header. Only then may a handle, which can be stale, write to it; and before it allocates anything. */
  isHeader(at: number): boolean {
    return this.i32[this.#map + (at >>> PAGE_SHIFT)] === HEADER_MARK;
  }

  /** Whether the header at `at` has this generation: false if a handle with it is stale. */
  hasGeneration(at: number, generation: number): boolean {
    return this.i32[at + header.generation] === generation && this.isHeader(at);
  }

  /** Bytes in live blocks, bytes in assigned pages, the largest free block, and the limit. */
  use(): ArenaUse {
    const { i32 } = this;
    let used = 0;
    for (let index = 0; index <= this.threads; index++) used += i32[this.processorAt(index) + processor.usedWords];
    return { limit: i32[superblock.words] * 4, used: used * 4, reserved: i32[superblock.pagesUsed] * PAGE * 4, largest: largestFree(i32) };
  }

  /** What holds the memory: see `Holdings`. */
  holdings(): Holdings {
    return holdingsOf(this.i32, this.use().used);
  }

  /** Whether another thread asks for what this one's magazines hold. */
  get isAsked(): boolean {
    return load(this.i32, superblock.round) !== this.i32[this.here + processor.answered];
  }

  /** Gives back what this thread's magazines hold, if another thread has asked for it. Call it when this thread is in the middle of no operation. Pairs with `#ask`. */
  answer(): void {
    const { i32 } = this;
    const round = i32[superblock.round];
    if (i32[this.here + processor.answered] === round) return;
    this.onAsked(round);
    this.#drain();
    store(i32, this.here + processor.answered, round);
  }

  /**
   * Runs `work`, which touches headers, at any time: also while this thread waits in
   * `reclaim`, when it counts as one that touches none.
   */
  touchHeaders<R>(work: () => R): R {
    const { i32 } = this;
    const at = this.here + processor.answered;
    const before = i32[at];
    if (before !== ABSENT) return work();
    store(i32, at, load(i32, superblock.round));
    const result = work();
    store(i32, at, ABSENT);
    return result;
  }

  /** Gets back what threads keep free for themselves, and the pages of free headers. */
  reclaim(): void {
    const { i32, owner } = this;
    const at = this.here + processor.answered;
    this.#drain();
    // Another thread that is in here must not wait for this one, which waits for it.
    store(i32, at, ABSENT);
    lock(i32, superblock.reclaimLock, owner);
    store(i32, at, i32[superblock.round]);
    this.#ask();
    const pages = withdrawHeaders(i32, owner);
    const isSafe = (pages.length > 0 || this.#isLeaving()) && this.#ask();
    if (isSafe) giveBackHeaders(i32, owner, pages);
    else restoreHeaders(i32, owner, pages);
    // Records that were taken out of use in the first round are freed in the third.
    if (isSafe && this.#isLeaving()) this.#ask();
    unlock(i32, superblock.reclaimLock);
  }

  /** Whether a thread keeps records that it will free at a later round. */
  #isLeaving(): boolean {
    for (let index = 0; index <= this.threads; index++) if (load(this.i32, this.processorAt(index) + processor.leaving) !== 0) return true;
    return false;
  }

  /** Under `reclaimLock`: asks every thread to answer. Returns whether all have. Pairs with `answer`. */
  #ask(): boolean {
    const { i32 } = this;
    const before = i32[superblock.round];
    const round = (before + 1) & 0x3fffffff;
    store(i32, superblock.round, round);
    this.answer();
    for (let index = 0; index <= this.threads; index++) if (index !== this.index) this.wake(index);
    let isComplete = true;
    let looks = 0;
    for (let index = 0; index <= this.threads; index++) {
      const at = this.processorAt(index) + processor.answered;
      let seen = load(i32, at);
      // A thread that has not answered the round before either is not waited for again. It holds nothing.
      while (seen === before && looks < LOOKS) {
        backOff(i32, at, seen, looks++, 0);
        seen = load(i32, at);
      }
      if (seen !== round && seen !== ABSENT) isComplete = false;
    }
    if (isComplete) store(i32, superblock.settled, round);
    return isComplete;
  }

  /** Moves all blocks of the magazines to the central lists. */
  #drain(): void {
    const { i32, owner } = this;
    for (let k = 0; k < CLASS_WORDS.length; k++) {
      const magazine = this.#magazines + 2 * k;
      if (i32[magazine] !== 0) giveBlocks(i32, owner, k, magazine, 0);
    }
  }

  /** Fills the empty magazine; returns its first block. */
  #refill(k: number): number {
    const { i32, owner } = this;
    const magazine = this.#magazines + 2 * k;
    const first = takeBlocks(i32, owner, k, magazine, i32[superblock.reserve]);
    if (first !== 0) return first;
    this.reclaim();
    return takeBlocks(i32, owner, k, magazine, i32[superblock.reserve]) || this.#refuse(CLASS_WORDS[k]);
  }

  #allocPages(words: number): number {
    const kept = this.i32[superblock.reserve];
    const block = this.#tryPages(words, kept);
    if (block !== 0) return block;
    this.reclaim();
    return this.#tryPages(words, kept) || this.#refuse(words);
  }

  /** Pages for a block of `words` words, if then `kept` stay free; 0 if there are none. */
  #tryPages(words: number, kept: number): number {
    const pages = Math.ceil(words / PAGE);
    const taken = takePages(this.i32, this.owner, pages, -pages, kept);
    if (taken === undefined) return 0;
    this.#usedPages = taken[1];
    this.i32[this.#used] += pages * PAGE;
    return taken[0] * PAGE;
  }

  #freePages(block: number, pages: number): void {
    freePages(this.i32, this.owner, block >>> PAGE_SHIFT, pages);
    this.i32[this.#used] -= pages * PAGE;
  }

  #refuse(words: number): never {
    const { limit, used, reserved, largest } = this.use();
    const { text, byKind, holders } = this.holdings();
    throw new WarrenError("ERR_ARENA_FULL", `shared memory is full: ${words * 4} bytes needed, ${used} of ${limit} in use (${reserved} in pages already assigned). ${text}. Free shared arrays, close channels, or raise arenaBytes`, { limit, used, reserved, largest, asked: words * 4, byKind, holders });
  }
}

function initialize(i32: Int32Array, threads: number): void {
  const processors = SUPERBLOCK_WORDS + CLASS_WORDS.length * CENTRAL_WORDS;
  const pageMap = processors + (threads + 1) * PROCESSOR_WORDS;
  const pageCount = Math.floor(i32.length / PAGE);
  const pageTable = pageMap + pageCount;
  const generations = pageTable + pageCount * PAGE_ENTRY_WORDS;
  const firstPage = Math.ceil((generations + pageCount * blocksIn(HEADER_CLASS)) / PAGE);
  i32[superblock.words] = pageCount * PAGE;
  i32[superblock.threads] = threads;
  i32[superblock.processors] = processors;
  i32[superblock.pageMap] = pageMap;
  i32[superblock.pageTable] = pageTable;
  i32[superblock.generations] = generations;
  i32[superblock.reserve] = Math.min(MOST_RESERVE, Math.ceil(pageCount / RESERVE_SHARE));
  for (let index = 0; index <= threads; index++) i32[processors + index * PROCESSOR_WORDS + processor.answered] = ABSENT;
  i32[superblock.pages] = firstPage;
  i32[superblock.pageCount] = pageCount;
  i32.fill(INSIDE, pageMap, pageMap + firstPage);
  i32[superblock.pagesUsed] = firstPage;
  i32[superblock.pageHint] = firstPage;
  i32[superblock.pagesTouched] = firstPage;
  i32[superblock.magic] = MAGIC;
}
