/** A growing set of handles, as numbers. Those of freed headers are dropped now and then. */
import type { Arena } from "../../memory/arena.ts";
import { HANDLE_GENERATIONS } from "../../wire/type.ts";

/** The set is searched for freed handles when it has so many, and again each time it has doubled. */
const PRUNE_AT = 32;

export class KnownHandles {
  #keys: number[] = [];
  #pruneAt = PRUNE_AT;

  add(arena: Arena, key: number): void {
    this.#keys.push(key);
    if (this.#keys.length < this.#pruneAt) return;
    this.live(arena);
    this.#pruneAt = Math.max(PRUNE_AT, 2 * this.#keys.length);
  }

  /** Those whose headers are not freed, each once. */
  live(arena: Arena): readonly number[] {
    this.#keys = [...new Set(this.#keys)].filter((key) => isLive(arena, key));
    return this.#keys;
  }
}

/** Whether the header of a handle is not freed. */
export function isLive(arena: Arena, key: number): boolean {
  return arena.hasGeneration(Math.floor(key / HANDLE_GENERATIONS), key % HANDLE_GENERATIONS);
}
