/**
 * Sizes of small blocks, in words: two steps per doubling, so at most a third of a
 * block is wasted. Class 0 is the type-stable header. Larger blocks are whole pages.
 */
import { HEADER_WORDS, PAGE, TASK_WORDS, header } from "./layout.ts";

export const CLASS_WORDS: readonly number[] = [
  HEADER_WORDS,
  4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 2720, 4096, 5460, 8192,
];
export const HEADER_CLASS = 0;
export const MAX_SMALL = CLASS_WORDS[CLASS_WORDS.length - 1] as number;

/**
 * Marks of the page map: 0 free, k+1 cut into class k, −n first of n, `INSIDE` the
 * others. `changingMark(k)` is being cut or given back, under the lock of class k.
 * `LEAVING` is a page of free headers that is given back when no thread can touch them.
 */
export const INSIDE = 0x7fffffff;
export const LEAVING = 0x7ffffffe;
export const HEADER_MARK = HEADER_CLASS + 1;
export function changingMark(k: number): number {
  return k + 0x1001;
}

const BLOCKS = CLASS_WORDS.map((words) => (PAGE / words) | 0);
/** Blocks of class `k` in a page. */
export function blocksIn(k: number): number {
  return BLOCKS[k];
}

/** The word in which a free block of class `k` keeps its link. A header's first words must survive. */
export function linkOf(k: number): number {
  return k === HEADER_CLASS ? header.next : 0;
}

/** The class of each small size in words. */
const CLASS_OF = new Uint8Array(MAX_SMALL + 1);
for (let words = 0, k = 1; words <= MAX_SMALL; words++) {
  if (words > CLASS_WORDS[k]) k++;
  CLASS_OF[words] = k;
}

export function classOf(words: number): number {
  return CLASS_OF[words];
}

/** The class of a task's record, which is as large as its blocks: `placeTask` in scheduler/task-words.ts. */
export const TASK_CLASS: number = classOf(TASK_WORDS);

/** Blocks moved at once between a thread's magazine and the central list. */
export const BATCH: readonly number[] = CLASS_WORDS.map((words) => Math.max(2, Math.min(64, (PAGE / 4 / words) | 0)));
