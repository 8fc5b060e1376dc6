/**
 * The arena: one shared WebAssembly.Memory that every thread of a runtime maps,
 * and the allocator in it.
 *
 * Small blocks come from per-thread magazines, without an atomic operation. Magazines
 * are filled in batches from central lists, and these by cutting up pages of 64 KiB.
 * Large blocks are runs of pages, first fit. Any thread can free a block; it goes to
 * that thread's magazine.
 *
 * Invariants: a page belongs to one size class forever, or to one large block until
 * that block is freed; the page map says which, so a block needs no header; only its
 * owner touches a magazine; each list that threads share has a lock.
 *
 * Source: Bonwick and Adams, Magazines and Vmem (USENIX 2001); tcmalloc.
 * Not done: returning pages of a small class (a page of headers must stay headers,
 * and the other classes are filled again by the same mix of sizes); growing the arena
 * (address space is free, see docs/decisions.md).
 */
import { performance } from "../host.ts";
import { WarrenError, invariant } from "../errors.ts";
import { DEFAULT_ARENA_BYTES, LIMITS } from "../limits.ts";
import { CENTRAL_WORDS, MAGIC, PAGE, PAGE_SHIFT, PROCESSOR_WORDS, SUPERBLOCK_WORDS, central, processor, processorId, superblock } from "./layout.ts";
import { BATCH, CLASS_WORDS, HEADER_CLASS, INSIDE, MAX_SMALL, classOf, linkOf } from "./size-classes.ts";
import { lock, unlock } from "./spin-lock.ts";

/** How much shared memory is in use, in bytes; in `stats` and in the `details` of ERR_ARENA_FULL. */
export interface ArenaUse {
  /** The size of the shared memory: `arenaBytes`. */
  readonly limit: number;
  /** In blocks that are in use now. */
  readonly used: number;
  /** In pages that are assigned to a purpose, including free small blocks. */
  readonly reserved: number;
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
  /** This thread's processor index, and its id in lock words. */
  readonly index: number;
  readonly owner: number;
  /** This thread's `processorId`. */
  readonly id: number;
  /** This thread's processor record. */
  readonly here: number;
  readonly #magazines: number;
  /** Whether the pages that were assigned last had never been used before. */
  #isFresh = false;
  readonly #used: number;

  private constructor(memory: WebAssembly.Memory, index: number, shape?: { threads: number; front: number }) {
    const buffer = memory.buffer as unknown as SharedArrayBuffer;
    this.memory = memory;
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.heap = Buffer.from(buffer);
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
    return this.i32[superblock.processors] + index * PROCESSOR_WORDS;
  }

  /**
   * Allocates at least `words` words, 8-byte aligned. They are not cleared.
   * @throws ERR_ARENA_FULL
   */
  alloc(words: number): number {
    if (words > MAX_SMALL) return this.#allocPages(words);
    return this.#allocSmall(classOf(words));
  }

  /** As `alloc`, all zero. Memory that was never used is zero already. */
  allocZeroed(words: number): number {
    this.#isFresh = false;
    const block = this.alloc(words);
    if (!this.#isFresh || words <= MAX_SMALL) this.i32.fill(0, block, block + words);
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
    if (++i32[magazine + 1] > 2 * BATCH[k]) this.#flush(k);
  }

  /** Bytes in live blocks, bytes in assigned pages, and the limit. */
  use(): ArenaUse {
    const { i32 } = this;
    let used = 0;
    for (let index = 0; index <= this.threads; index++) used += i32[this.processorAt(index) + processor.usedWords];
    return { limit: i32[superblock.words] * 4, used: used * 4, reserved: i32[superblock.pagesUsed] * PAGE * 4 };
  }

  /** Moves a batch from the magazine to the central list. */
  #flush(k: number): void {
    const { i32, owner } = this;
    const link = linkOf(k);
    const magazine = this.#magazines + 2 * k;
    const first = i32[magazine];
    let last = first;
    for (let n = 1; n < BATCH[k]; n++) last = i32[last + link];
    i32[magazine] = i32[last + link];
    i32[magazine + 1] -= BATCH[k];
    const list = SUPERBLOCK_WORDS + k * CENTRAL_WORDS;
    lock(i32, list + central.lock, owner);
    i32[last + link] = i32[list + central.first];
    i32[list + central.first] = first;
    i32[list + central.count] += BATCH[k];
    unlock(i32, list + central.lock);
  }

  /** Fills the empty magazine from the central list or from a new page; returns its first block. */
  #refill(k: number): number {
    const { i32, owner } = this;
    const link = linkOf(k);
    const magazine = this.#magazines + 2 * k;
    const list = SUPERBLOCK_WORDS + k * CENTRAL_WORDS;
    lock(i32, list + central.lock, owner);
    // If main waited for the lock, it may have repaired a death meanwhile and freed blocks.
    const mine = i32[magazine];
    const first = mine !== 0 ? mine : i32[list + central.first];
    if (mine === 0 && first !== 0) {
      let last = first;
      let n = 1;
      while (n < BATCH[k] && i32[last + link] !== 0) {
        last = i32[last + link];
        n++;
      }
      i32[list + central.first] = i32[last + link];
      i32[list + central.count] -= n;
      i32[last + link] = 0;
      i32[magazine] = first;
      i32[magazine + 1] = n;
    }
    unlock(i32, list + central.lock);
    return first !== 0 ? first : this.#cut(k);
  }

  /** Cuts a new page into blocks of class `k`, and puts them all into the magazine. */
  #cut(k: number): number {
    const { i32 } = this;
    const words = CLASS_WORDS[k];
    const page = this.#takePages(1, k + 1, words);
    if (k === HEADER_CLASS) i32.fill(0, page, page + PAGE);
    let first = 0;
    let n = 0;
    for (let block = page + ((PAGE / words) | 0) * words - words; block >= page; block -= words) {
      i32[block + linkOf(k)] = first;
      first = block;
      n++;
    }
    const magazine = this.#magazines + 2 * k;
    i32[magazine] = first;
    i32[magazine + 1] = n;
    return first;
  }

  #allocPages(words: number): number {
    const pages = Math.ceil(words / PAGE);
    const block = this.#takePages(pages, -pages, words);
    this.i32[this.#used] += pages * PAGE;
    return block;
  }

  #freePages(block: number, pages: number): void {
    const { i32, owner } = this;
    const at = i32[superblock.pageMap] + (block >>> PAGE_SHIFT);
    lock(i32, superblock.pageLock, owner);
    i32.fill(0, at, at + pages);
    i32[superblock.pagesUsed] -= pages;
    i32[superblock.pageHint] = Math.min(i32[superblock.pageHint], block >>> PAGE_SHIFT);
    unlock(i32, superblock.pageLock);
    i32[this.#used] -= pages * PAGE;
  }

  /** Takes the first `count` free pages in a row, and marks them with `mark`. */
  #takePages(count: number, mark: number, words: number): number {
    const { i32, owner } = this;
    const map = i32[superblock.pageMap];
    const end = i32[superblock.pageCount];
    lock(i32, superblock.pageLock, owner);
    let run = 0;
    let page = i32[superblock.pageHint];
    while (page < end && run < count) run = i32[map + page++] === 0 ? run + 1 : 0;
    if (run === count) {
      const first = page - count;
      i32.fill(INSIDE, map + first + 1, map + page);
      i32[map + first] = mark;
      this.#isFresh = first >= i32[superblock.pagesTouched];
      i32[superblock.pagesTouched] = Math.max(i32[superblock.pagesTouched], page);
      i32[superblock.pagesUsed] += count;
      while (i32[superblock.pageHint] < end && i32[map + i32[superblock.pageHint]] !== 0) i32[superblock.pageHint]++;
      unlock(i32, superblock.pageLock);
      return first * PAGE;
    }
    unlock(i32, superblock.pageLock);
    const { limit, used, reserved } = this.use();
    throw new WarrenError("ERR_ARENA_FULL", `shared memory is full: ${words * 4} bytes needed, ${used} of ${limit} in use (${reserved} in pages already assigned). Free shared arrays, close channels, or raise arenaBytes`, { limit, used, reserved, asked: words * 4 });
  }
}

function initialize(i32: Int32Array, threads: number): void {
  const processors = SUPERBLOCK_WORDS + CLASS_WORDS.length * CENTRAL_WORDS;
  const pageMap = processors + (threads + 1) * PROCESSOR_WORDS;
  const pageCount = Math.floor(i32.length / PAGE);
  const firstPage = Math.ceil((pageMap + pageCount) / PAGE);
  i32[superblock.words] = pageCount * PAGE;
  i32[superblock.threads] = threads;
  i32[superblock.processors] = processors;
  i32[superblock.pageMap] = pageMap;
  i32[superblock.pages] = firstPage;
  i32[superblock.pageCount] = pageCount;
  i32.fill(INSIDE, pageMap, pageMap + firstPage);
  i32[superblock.pagesUsed] = firstPage;
  i32[superblock.pageHint] = firstPage;
  i32[superblock.pagesTouched] = firstPage;
  i32[superblock.magic] = MAGIC;
}
