/** Stands in for src/memory/headers.ts: leaves out headers that were never used, hundreds in a fresh page. */
import type { Arena } from "../../src/memory/arena.ts";
import { HEADER_WORDS, header } from "../../src/memory/layout.ts";
import { headersOf as allHeadersOf } from "../../src/memory/headers.ts";

export function* headersOf(arena: Arena): Generator<number> {
  const { i32 } = arena;
  for (const at of allHeadersOf(arena)) {
    let used = false;
    for (let word = 0; word < HEADER_WORDS && !used; word++) used = word !== header.next && i32[at + word] !== 0;
    if (used) yield at;
  }
}
