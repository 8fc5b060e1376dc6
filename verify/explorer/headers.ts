/** Stands in for src/memory/headers.ts: leaves out headers that were never used, hundreds in a fresh page. */
import type { Arena } from "../../src/memory/arena.ts";
import { header } from "../../src/memory/layout.ts";
import { headersOf as allHeadersOf } from "../../src/memory/headers.ts";

/** One of them is not 0 from a header's first use on. */
const TELLING = [header.send, header.recv, header.generation, header.kind, header.arrayLock];

export function* headersOf(arena: Arena): Generator<number> {
  const { i32 } = arena;
  for (const at of allHeadersOf(arena)) if (TELLING.some((word) => i32[at + word] !== 0)) yield at;
}
