/** All headers of an arena. Those of freed objects have kind 0. */
import type { Arena } from "./arena.ts";
import { PAGE_SHIFT, superblock } from "./layout.ts";
import { CLASS_WORDS, HEADER_CLASS, HEADER_MARK } from "./size-classes.ts";

/** Every header of the arena, live and free. */
export function* headersOf({ i32 }: Arena): Generator<number> {
  const map = i32[superblock.pageMap];
  const words = CLASS_WORDS[HEADER_CLASS];
  for (let page = i32[superblock.pages]; page < i32[superblock.pagesTouched]; page++) {
    if (i32[map + page] !== HEADER_MARK) continue;
    const from = page << PAGE_SHIFT;
    const end = (page + 1) << PAGE_SHIFT;
    for (let at = from; at + words <= end; at += words) yield at;
  }
}
