/**
 * The memory of a world and its image: an arena as its runtime makes it, with
 * free blocks of the small classes for each thread, so that no schedule has to
 * cut pages. Restored before each schedule: the first words of the arena and the
 * blocks that a schedule may take (`verify` says whether that was all).
 */
import { Arena } from "../../src/memory/arena.ts";
import { giveBlocks } from "../../src/memory/central.ts";
import { HEADER_WORDS, PAGE, WAITER_WORDS, processor, superblock } from "../../src/memory/layout.ts";
import { HEADER_CLASS, MAX_SMALL, blocksIn, classOf, linkOf } from "../../src/memory/size-classes.ts";

/** Room for the pages that four threads take. */
const ARENA_BYTES = 2_097_152;
/** Words restored at the beginning: superblock, central lists, processors, page map, page table. */
const FIRST = 4096;
/** Blocks of one class that one thread may take in a schedule; it may free as many. */
const BLOCKS = 16;
/** Classes that scenarios use: buffers and values, records of names, waits and tasks, scratch (of which the first words are used). */
const SIZES = [4, 8, WAITER_WORDS, 8192];
const MOST_WORDS = 64;

export class Image {
  readonly memory: ArrayBuffer;
  readonly words: number;
  /** A page of headers of which none is in use: all of it is restored. */
  readonly freeHeaders: number;
  readonly #now: Int32Array;
  readonly #image: Int32Array;
  /** Where to copy, and what: adjacent blocks are one piece. */
  readonly #pieces: { at: number; words: Int32Array }[] = [];

  constructor(threads: number) {
    const arena = Arena.create(threads, ARENA_BYTES);
    const arenas = Array.from({ length: threads + 1 }, (_, index) => Arena.attach(arena.memory, index));
    for (const of of arenas) for (const words of [0, ...SIZES]) fill(of, words);
    this.freeHeaders = pageOfHeaders(arenas[0]);
    this.#image = new Int32Array(arena.i32);
    this.words = this.#image.length;
    this.memory = this.#image.buffer.slice(0) as ArrayBuffer;
    this.#now = new Int32Array(this.memory);
    const ranges = [{ from: 0, to: FIRST }, ...arenas.flatMap((of) => this.#blocks(of)), ...this.#pages()].toSorted((a, b) => a.from - b.from);
    for (const { from, to } of ranges) {
      const last = this.#pieces.at(-1);
      if (last !== undefined && last.at + last.words.length === from) last.words = this.#image.subarray(last.at, to);
      else this.#pieces.push({ at: from, words: this.#image.subarray(from, to) });
    }
  }

  /** The page of free headers and where its generations are kept; of each page after it the links of two blocks. */
  #pages(): { from: number; to: number }[] {
    const kept = this.#image[superblock.generations] + this.freeHeaders * blocksIn(HEADER_CLASS);
    const from = this.freeHeaders * PAGE;
    const found = [{ from: kept, to: kept + blocksIn(HEADER_CLASS) }, { from, to: from + PAGE }];
    for (let at = from + PAGE; at < this.words; at += MAX_SMALL) found.push({ from: at, to: at + MOST_WORDS });
    return found;
  }

  /** The free blocks of a thread. */
  #blocks({ here }: Arena): { from: number; to: number }[] {
    const words = this.#image;
    return [HEADER_CLASS, ...SIZES.map(classOf)].flatMap((k, n) => {
      const size = Math.min(MOST_WORDS, n === 0 ? HEADER_WORDS : SIZES[n - 1]);
      const found: { from: number; to: number }[] = [];
      const link = linkOf(k);
      for (let block = words[here + processor.magazines + 2 * k]; block !== 0; block = words[block + link]) {
        found.push({ from: block, to: block + size });
      }
      return found;
    });
  }

  restore(): void {
    for (const { at, words } of this.#pieces) this.#now.set(words, at);
  }

  /** @throws if a schedule has changed what is not restored */
  verify(): void {
    this.restore();
    const at = this.#now.findIndex((word, k) => word !== this.#image[k]);
    if (at >= 0) throw new Error(`a schedule has written word ${at}, which is not restored`);
  }
}

/** Gives the thread free blocks of `words` words (0: headers): `BLOCKS`, far from what a magazine can hold. The others are never given back. */
function fill(arena: Arena, words: number): void {
  const take = (): number => (words === 0 ? arena.allocHeader(0) : arena.alloc(words));
  const k = words === 0 ? HEADER_CLASS : classOf(words);
  const count = arena.here + processor.magazines + 2 * k + 1;
  arena.free(take());
  while (arena.i32[count] > BLOCKS) take();
}

/** A page of headers that are all in the central list; its number. */
function pageOfHeaders(arena: Arena): number {
  const before = arena.i32[superblock.pagesUsed];
  const headers: number[] = [];
  do headers.push(arena.allocHeader(0));
  while (arena.i32[superblock.pagesUsed] === before);
  const page = Math.floor((headers.at(-1) as number) / PAGE);
  for (let left = blocksIn(HEADER_CLASS) - 1; left > 0; left--) headers.push(arena.allocHeader(0));
  const [there, elsewhere] = [true, false].map((isThere) => headers.filter((at) => (Math.floor(at / PAGE) === page) === isThere));
  for (const at of there) arena.free(at);
  giveBlocks(arena.i32, arena.owner, HEADER_CLASS, arena.here + processor.magazines + 2 * HEADER_CLASS, 0);
  for (const at of elsewhere.slice(0, BLOCKS)) arena.free(at);
  return page;
}

const images = new Map<number, Image>();

/** The image for worlds of so many threads. */
export function imageFor(threads: number): Image {
  let image = images.get(threads);
  if (image === undefined) images.set(threads, (image = new Image(threads)));
  return image;
}
