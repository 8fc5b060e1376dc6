/**
 * The memory of a world and its image: an arena as its runtime makes it, with
 * free blocks of the small classes for each thread, so that no schedule has to
 * cut pages. Restored before each schedule: the first words of the arena and the
 * blocks that a schedule may take (`verify` says whether that was all).
 */
import { Arena } from "../../src/memory/arena.ts";
import { HEADER_WORDS, WAITER_WORDS, processor } from "../../src/memory/layout.ts";
import { HEADER_CLASS, classOf, linkOf } from "../../src/memory/size-classes.ts";

/** Room for the pages that four threads take. */
const ARENA_BYTES = 2_097_152;
/** Words restored at the beginning: superblock, central lists, processors, page map. */
const FIRST = 4096;
/** Blocks of one class that one thread may take in a schedule; it may free as many. */
const BLOCKS = 16;
/** Classes that scenarios use: buffers and values, waits and tasks, scratch (of which the first words are used). */
const SIZES = [4, WAITER_WORDS, 8192];
const MOST_WORDS = 64;

export class Image {
  readonly memory: ArrayBuffer;
  readonly words: number;
  readonly #now: Int32Array;
  readonly #image: Int32Array;
  /** Where to copy, and what: adjacent blocks are one piece. */
  readonly #pieces: { at: number; words: Int32Array }[] = [];

  constructor(threads: number) {
    const arena = Arena.create(threads, ARENA_BYTES);
    const arenas = Array.from({ length: threads + 1 }, (_, index) => Arena.attach(arena.memory, index));
    for (const of of arenas) for (const words of [0, ...SIZES]) fill(of, words);
    this.#image = new Int32Array(arena.i32);
    this.words = this.#image.length;
    this.memory = this.#image.buffer.slice(0) as ArrayBuffer;
    this.#now = new Int32Array(this.memory);
    const ranges = [{ from: 0, to: FIRST }, ...arenas.flatMap((of) => this.#blocks(of))].toSorted((a, b) => a.from - b.from);
    for (const { from, to } of ranges) {
      const last = this.#pieces.at(-1);
      if (last !== undefined && last.at + last.words.length === from) last.words = this.#image.subarray(last.at, to);
      else this.#pieces.push({ at: from, words: this.#image.subarray(from, to) });
    }
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

const images = new Map<number, Image>();

/** The image for worlds of so many threads. */
export function imageFor(threads: number): Image {
  let image = images.get(threads);
  if (image === undefined) images.set(threads, (image = new Image(threads)));
  return image;
}
