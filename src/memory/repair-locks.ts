/**
 * The main thread repairs the arena after a thread has died: the locks that it held,
 * and the blocks in its magazines. Blocks that were between two lists (at most one
 * batch) and blocks that only its heap knew stay lost.
 *
 * Each list can be walked whichever write was the last; the rest is derived (central.ts).
 * In the page map, the heads of runs say what is taken; an `INSIDE` mark without a head
 * is cleared.
 */
import { store } from "./atomics.ts";
import type { Arena } from "./arena.ts";
import { centralOf, giveBlocks, rebuild, restoreWithdrawn } from "./central.ts";
import { central, processor, superblock } from "./layout.ts";
import { CLASS_WORDS, INSIDE } from "./size-classes.ts";
import { unlock } from "./spin-lock.ts";

/** Releases the arena's own locks that processor `dead` held, and empties its magazines. */
export function repairArena(arena: Arena, dead: number): void {
  const { i32, owner } = arena;
  if (i32[superblock.pageLock] === dead + 1) {
    repairPageMap(i32);
    unlock(i32, superblock.pageLock);
  }
  // An entry is linked by one store, here and in the list of named objects. A number that was reserved for no entry stays unused.
  if (i32[superblock.namesLock] === dead + 1) unlock(i32, superblock.namesLock);
  if (i32[superblock.namedLock] === dead + 1) unlock(i32, superblock.namedLock);
  for (let k = 0; k < CLASS_WORDS.length; k++) {
    const at = centralOf(k) + central.lock;
    if (i32[at] === dead + 1) {
      rebuild(i32, owner, k);
      unlock(i32, at);
    }
    giveBlocks(i32, owner, k, arena.processorAt(dead) + processor.magazines + 2 * k, 0);
  }
  if (i32[superblock.reclaimLock] === dead + 1) {
    restoreWithdrawn(i32, owner);
    unlock(i32, superblock.reclaimLock);
  }
}

function repairPageMap(i32: Int32Array): void {
  const map = i32[superblock.pageMap];
  const end = i32[superblock.pageCount];
  let used = i32[superblock.pages];
  let touched = i32[superblock.pagesTouched];
  for (let page = i32[superblock.pages]; page < end; ) {
    const mark = i32[map + page];
    if (mark === INSIDE) i32[map + page] = 0;
    const run = mark === 0 || mark === INSIDE ? 0 : Math.max(1, -mark);
    used += run;
    page += Math.max(1, run);
    if (run > 0) touched = Math.max(touched, page);
  }
  i32[superblock.pagesUsed] = used;
  i32[superblock.pagesTouched] = touched;
  i32[superblock.pageHint] = i32[superblock.pages];
}

/** A shared array was being freed. It either is freed or is not: only the lock has to be released. */
export function repairArrayLock({ i32 }: Arena, lockAt: number, dead: number): void {
  if (i32[lockAt] === dead + 1) store(i32, lockAt, 0);
}
