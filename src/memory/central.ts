/**
 * The central lists: the free blocks of each size class that are in no thread's
 * magazine, one list for each page. A page whose blocks are all here is given back at
 * once and serves any size; a page of headers only by `withdrawHeaders`.
 *
 * Invariants, for a page of class k outside the lock of class k: `first` is the list of
 * its free blocks, `free` their number; it is in the list of pages exactly if `free` > 0.
 * Except for headers `free` is less than `blocksIn(k)`.
 *
 * A thread can be killed between any two writes: a page's mark and the list of its free
 * blocks count, and `rebuild` derives the rest from them. A batch that was on its way
 * is lost.
 *
 * Source: tcmalloc, "Central Free List". The lock of a class is held while a page is
 * taken or freed, so that a death in between loses no page; the main thread can repair a
 * death while it holds one, and then enters it again (`enter`).
 */
import { store } from "./atomics.ts";
import { CENTRAL_WORDS, PAGE, PAGE_ENTRY_WORDS, PAGE_SHIFT, SUPERBLOCK_WORDS, central, header, pageEntry, superblock } from "./layout.ts";
import { freePages, takePages } from "./pages.ts";
import { BATCH, CLASS_WORDS, HEADER_CLASS, HEADER_MARK, LEAVING, blocksIn, changingMark, linkOf } from "./size-classes.ts";
import { lock, unlock } from "./spin-lock.ts";

/** Where the central list of class `k` is. */
export function centralOf(k: number): number {
  return SUPERBLOCK_WORDS + k * CENTRAL_WORDS;
}

/** What the table of pages says of a page: a `pageEntry`. */
export function entryOf(i32: Int32Array, page: number): number {
  return i32[superblock.pageTable] + page * PAGE_ENTRY_WORDS;
}

/** Takes the lock of class `k`; false if this thread has it already. */
function enter(i32: Int32Array, owner: number, k: number): boolean {
  const at = centralOf(k) + central.lock;
  if (i32[at] === owner) return false;
  lock(i32, at, owner);
  return true;
}

function leave(i32: Int32Array, k: number, isMine: boolean): void {
  if (isMine) unlock(i32, centralOf(k) + central.lock);
}

/** How many blocks of the magazine to move at most. What a dead thread left has no reliable count. */
function excessOf(i32: Int32Array, k: number, magazine: number, keep: number): number {
  if (i32[magazine] === 0) return 0;
  return keep === 0 ? blocksIn(k) : i32[magazine + 1] - keep;
}

/** Moves blocks out of the magazine at `magazine` until it holds `keep`. */
export function giveBlocks(i32: Int32Array, owner: number, k: number, magazine: number, keep: number): void {
  const link = linkOf(k);
  const isMine = enter(i32, owner, k);
  for (let most = excessOf(i32, k, magazine, keep); most > 0; most = excessOf(i32, k, magazine, keep)) {
    // Neighbours in the magazine are often of one page.
    const first = i32[magazine];
    const page = first >>> PAGE_SHIFT;
    let last = first;
    let count = 1;
    for (; count < most && i32[last + link] >>> PAGE_SHIFT === page; count++) last = i32[last + link];
    i32[magazine] = i32[last + link];
    i32[magazine + 1] -= count;
    give(i32, owner, k, page, first, last, count);
  }
  if (keep === 0) i32[magazine + 1] = 0;
  leave(i32, k, isMine);
}

/** Under the lock: adds `count` blocks of a page, linked from `first` to `last`. */
function give(i32: Int32Array, owner: number, k: number, page: number, first: number, last: number, count: number): void {
  const entry = entryOf(i32, page);
  i32[last + linkOf(k)] = i32[entry + pageEntry.first];
  i32[entry + pageEntry.first] = first;
  const free = i32[entry + pageEntry.free] + count;
  i32[entry + pageEntry.free] = free;
  if (free === count) enlist(i32, k, page);
  if (free < blocksIn(k) || k === HEADER_CLASS) return;
  delist(i32, k, page);
  i32[i32[superblock.pageMap] + page] = changingMark(k);
  freePages(i32, owner, page, 1);
}

/**
 * Fills the empty magazine at `magazine` from the first page that has free blocks, or
 * from a new one, if then `kept` pages stay free. Returns the magazine's first block, 0 if there is none.
 */
export function takeBlocks(i32: Int32Array, owner: number, k: number, magazine: number, kept: number): number {
  const link = linkOf(k);
  const isMine = enter(i32, owner, k);
  if (i32[centralOf(k) + central.first] === 0) cut(i32, owner, k, kept);
  const page = i32[centralOf(k) + central.first];
  // If main waited for a lock, it may have repaired a death meanwhile and freed blocks into the magazine.
  if (i32[magazine] === 0 && page !== 0) {
    const entry = entryOf(i32, page);
    const first = i32[entry + pageEntry.first];
    let last = first;
    let count = 1;
    for (; count < BATCH[k] && i32[last + link] !== 0; count++) last = i32[last + link];
    i32[entry + pageEntry.first] = i32[last + link];
    i32[entry + pageEntry.free] -= count;
    if (i32[entry + pageEntry.first] === 0) delist(i32, k, page);
    i32[last + link] = 0;
    i32[magazine] = first;
    i32[magazine + 1] = count;
  }
  leave(i32, k, isMine);
  return i32[magazine];
}

/** Under the lock: cuts a new page into blocks of class `k`. */
function cut(i32: Int32Array, owner: number, k: number, kept: number): void {
  const taken = takePages(i32, owner, 1, changingMark(k), kept);
  if (taken === undefined) return;
  const [page] = taken;
  const at = page * PAGE;
  const words = CLASS_WORDS[k];
  if (k === HEADER_CLASS) {
    i32.fill(0, at, at + PAGE);
    const kept = generationsOf(i32, page);
    for (let n = 0; n < blocksIn(k); n++) i32[at + n * words + header.generation] = i32[kept + n];
  }
  const link = linkOf(k);
  let first = 0;
  for (let block = at + blocksIn(k) * words - words; block >= at; block -= words) {
    i32[block + link] = first;
    first = block;
  }
  const entry = entryOf(i32, page);
  i32[entry + pageEntry.first] = first;
  i32[entry + pageEntry.free] = blocksIn(k);
  i32[i32[superblock.pageMap] + page] = k + 1;
  enlist(i32, k, page);
}

/** Under the lock: a page becomes the first that has free blocks. The one that was full last is the fullest, so others become empty. */
function enlist(i32: Int32Array, k: number, page: number): void {
  const list = centralOf(k) + central.first;
  const entry = entryOf(i32, page);
  i32[entry + pageEntry.previous] = 0;
  i32[entry + pageEntry.next] = i32[list];
  if (i32[list] !== 0) i32[entryOf(i32, i32[list]) + pageEntry.previous] = page;
  i32[list] = page;
}

function delist(i32: Int32Array, k: number, page: number): void {
  const entry = entryOf(i32, page);
  const next = i32[entry + pageEntry.next];
  const previous = i32[entry + pageEntry.previous];
  if (next !== 0) i32[entryOf(i32, next) + pageEntry.previous] = previous;
  i32[previous === 0 ? centralOf(k) + central.first : entryOf(i32, previous) + pageEntry.next] = next;
}

/** Where the generations of the headers of a page are kept while the page is used for something else. */
function generationsOf(i32: Int32Array, page: number): number {
  return i32[superblock.generations] + page * blocksIn(HEADER_CLASS);
}

/** Takes all pages of free headers out of the central list, and marks them so that no handle touches them from now on. Under `reclaimLock`. */
export function withdrawHeaders(i32: Int32Array, owner: number): number[] {
  const pages: number[] = [];
  const isMine = enter(i32, owner, HEADER_CLASS);
  for (let page = i32[centralOf(HEADER_CLASS) + central.first]; page !== 0; ) {
    const entry = entryOf(i32, page);
    const next = i32[entry + pageEntry.next];
    if (i32[entry + pageEntry.free] === blocksIn(HEADER_CLASS)) {
      delist(i32, HEADER_CLASS, page);
      store(i32, i32[superblock.pageMap] + page, LEAVING);
      pages.push(page);
    }
    page = next;
  }
  leave(i32, HEADER_CLASS, isMine);
  return pages;
}

/** Gives withdrawn pages back. Every operation that had begun before they were withdrawn must have ended. */
export function giveBackHeaders(i32: Int32Array, owner: number, pages: readonly number[]): void {
  for (const page of pages) {
    const kept = generationsOf(i32, page);
    for (let n = 0; n < blocksIn(HEADER_CLASS); n++) i32[kept + n] = i32[page * PAGE + n * CLASS_WORDS[HEADER_CLASS] + header.generation];
    freePages(i32, owner, page, 1);
  }
}

/** Puts withdrawn pages back into the central list. */
export function restoreHeaders(i32: Int32Array, owner: number, pages: readonly number[]): void {
  const isMine = enter(i32, owner, HEADER_CLASS);
  for (const page of pages) {
    i32[i32[superblock.pageMap] + page] = HEADER_MARK;
    enlist(i32, HEADER_CLASS, page);
  }
  leave(i32, HEADER_CLASS, isMine);
}

/** After the death of a thread that held the lock of class `k`, which stays taken: derives from marks and lists of blocks what follows from them. */
export function rebuild(i32: Int32Array, owner: number, k: number): void {
  const map = i32[superblock.pageMap];
  i32[centralOf(k) + central.first] = 0;
  for (let page = i32[superblock.pages]; page < i32[superblock.pagesTouched]; page++) {
    if (i32[map + page] === changingMark(k)) freePages(i32, owner, page, 1);
    if (i32[map + page] !== k + 1) continue;
    const entry = entryOf(i32, page);
    let free = 0;
    for (let block = i32[entry + pageEntry.first]; block !== 0; block = i32[block + linkOf(k)]) free++;
    i32[entry + pageEntry.free] = free;
    if (free === blocksIn(k) && k !== HEADER_CLASS) freePages(i32, owner, page, 1);
    else if (free > 0) enlist(i32, k, page);
  }
}

/** After the death of the thread that held `reclaimLock`: the headers of the pages that it had withdrawn can be used again. */
export function restoreWithdrawn(i32: Int32Array, owner: number): void {
  const map = i32[superblock.pageMap];
  const pages: number[] = [];
  for (let page = i32[superblock.pages]; page < i32[superblock.pagesTouched]; page++) if (i32[map + page] === LEAVING) pages.push(page);
  restoreHeaders(i32, owner, pages);
}
