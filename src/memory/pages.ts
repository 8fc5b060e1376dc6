/**
 * Whole pages: the page map says what each is used for, under `superblock.pageLock`.
 * Free pages are taken first fit, so neighbours that are free are one block again.
 *
 * A thread can be killed between any two writes: the head of a run counts, and an
 * `INSIDE` mark without a head is cleared (repair-locks.ts).
 */
import { PAGE, superblock } from "./layout.ts";
import { INSIDE } from "./size-classes.ts";
import { lock, unlock } from "./spin-lock.ts";

/**
 * Takes the first `count` free pages in a row, if then at least `kept` pages stay free,
 * and marks them. Returns the first, and how many of them, from the first on, have been used before.
 */
export function takePages(i32: Int32Array, owner: number, count: number, mark: number, kept: number): [page: number, used: number] | undefined {
  const map = i32[superblock.pageMap];
  const end = i32[superblock.pageCount];
  lock(i32, superblock.pageLock, owner);
  let run = 0;
  let page = end - i32[superblock.pagesUsed] - count < kept ? end : i32[superblock.pageHint];
  while (page < end && run < count) run = i32[map + page++] === 0 ? run + 1 : 0;
  let taken: [number, number] | undefined;
  if (run === count) {
    const first = page - count;
    taken = [first, Math.min(count, Math.max(0, i32[superblock.pagesTouched] - first))];
    i32.fill(INSIDE, map + first + 1, map + page);
    i32[map + first] = mark;
    i32[superblock.pagesTouched] = Math.max(i32[superblock.pagesTouched], page);
    i32[superblock.pagesUsed] += count;
    while (i32[superblock.pageHint] < end && i32[map + i32[superblock.pageHint]] !== 0) i32[superblock.pageHint]++;
  }
  unlock(i32, superblock.pageLock);
  return taken;
}

/** Frees `count` pages in a row. */
export function freePages(i32: Int32Array, owner: number, page: number, count: number): void {
  const at = i32[superblock.pageMap] + page;
  lock(i32, superblock.pageLock, owner);
  i32.fill(0, at, at + count);
  i32[superblock.pagesUsed] -= count;
  i32[superblock.pageHint] = Math.min(i32[superblock.pageHint], page);
  unlock(i32, superblock.pageLock);
}

/** Bytes of the largest block that could be allocated now, read without the lock; less than a page counts as 0. */
export function largestFree(i32: Int32Array): number {
  const map = i32[superblock.pageMap];
  const end = i32[superblock.pageCount];
  let largest = 0;
  let run = 0;
  for (let page = i32[superblock.pageHint]; page < end; page++) {
    run = i32[map + page] === 0 ? run + 1 : 0;
    if (run > largest) largest = run;
  }
  return Math.max(0, Math.min(largest, end - i32[superblock.pagesUsed] - i32[superblock.reserve])) * PAGE * 4;
}
