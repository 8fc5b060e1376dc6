/**
 * Entries of a shared map: a key with its value, or a key whose value is being loaded.
 *
 * An entry with a value counts its owners: the map, a load that gives the value to those
 * that wait, a thread that is reading it. The last one frees it, with what the value owns.
 * So nobody reads under the map's lock, and an entry that was removed stays as long as it
 * is being read. If a thread dies while it reads, the entry stays in use for good.
 *
 * A value is read without taking it out of its slot: the type decodes from a space whose
 * arena frees nothing, and in which a handle keeps its reference. For the repair after a
 * death the entry has the number of its value's type in the table of names.
 */
import { typeOfName } from "../channel/type-name.ts";
import type { Arena } from "../memory/arena.ts";
import { add, sub } from "../memory/atomics.ts";
import type { Names } from "../memory/names.ts";
import type { Handles, Space, Type } from "../wire/type.ts";
import type { Waiters } from "../wait/waiter.ts";
import type { Key } from "./key.ts";
import { mapEntry } from "./words.ts";

/** What makes and reads entries on one thread. */
export class Entries {
  readonly waiters: Waiters;
  readonly names: Names;
  readonly #i32: Int32Array;
  readonly #kept: Space;

  constructor(waiters: Waiters, names: Names) {
    this.waiters = waiters;
    this.names = names;
    this.#i32 = waiters.arena.i32;
    this.#kept = keepingSpace(waiters);
  }

  /**
   * An entry with one owner. @throws Refusal, ERR_LIMIT, ERR_ARENA_FULL
   * @param typeId the number of the type's name
   */
  make<V>(key: Key, type: Type<V>, typeId: number, value: V): number {
    const { waiters } = this;
    const entry = this.#withKey(key, (type.words + 1) & ~1);
    this.#i32[entry + mapEntry.owners] = 1;
    this.#i32[entry + mapEntry.type] = typeId;
    try {
      type.encode(waiters, entry + mapEntry.value, value);
    } catch (error) {
      waiters.arena.free(entry);
      throw error;
    }
    return entry;
  }

  /** An entry for a load in progress: nobody but the map owns it. @throws ERR_ARENA_FULL */
  makeForLoad(key: Key, load: number, generation: number): number {
    const entry = this.#withKey(key, 0);
    this.#i32[entry + mapEntry.load] = load;
    this.#i32[entry + mapEntry.loadGeneration] = generation;
    return entry;
  }

  #withKey({ words, at, length, hash }: Key, valueWords: number): number {
    const i32 = this.#i32;
    const key = mapEntry.value + valueWords;
    const entry = this.waiters.arena.alloc(key + length);
    i32[entry + mapEntry.hash] = hash;
    i32[entry + mapEntry.used] = 0;
    i32[entry + mapEntry.load] = 0;
    i32[entry + mapEntry.key] = key;
    i32[entry + mapEntry.keyWords] = length;
    for (let k = 0; k < length; k++) i32[entry + key + k] = words[at + k];
    return entry;
  }

  /** The key of an entry, where it is. */
  keyOf(entry: number): Key {
    const i32 = this.#i32;
    return { words: i32, at: entry + i32[entry + mapEntry.key], length: i32[entry + mapEntry.keyWords], hash: i32[entry + mapEntry.hash] };
  }

  isLoad(entry: number): boolean {
    return this.#i32[entry + mapEntry.load] !== 0;
  }

  /** Adds an owner; by one that has a part in it, or under the map's lock. */
  own(entry: number): void {
    add(this.#i32, entry + mapEntry.owners, 1);
  }

  /** Gives up a part in an entry with a value; the last one frees it. */
  disown(entry: number): void {
    if (sub(this.#i32, entry + mapEntry.owners, 1) !== 1) return;
    this.#typeOf(entry).drop(this.waiters, entry + mapEntry.value);
    this.waiters.arena.free(entry);
  }

  /** Frees an entry that the map has given up; 0 is none. */
  drop(entry: number): void {
    if (entry === 0) return;
    if (this.isLoad(entry)) this.waiters.arena.free(entry);
    else this.disown(entry);
  }

  /** A copy of the value; by an owner, or for a type whose values are in the slot, under the map's lock. */
  read<V>(entry: number, type: Type<V>): V {
    return type.decode(this.#kept, entry + mapEntry.value);
  }

  /** As `read`, for a type that only the entry knows. */
  readAny(entry: number): unknown {
    return this.read(entry, this.#typeOf(entry));
  }

  #typeOf(entry: number): Type<unknown> {
    return typeOfName(this.names.text(this.#i32[entry + mapEntry.type]));
  }
}

/** A space in which what is decoded stays where it is. */
function keepingSpace({ arena, handles }: Waiters): Space {
  const kept = Object.create(arena, { free: { value: FREES_NOTHING.free } }) as Arena;
  const keeping: Handles = {
    detach: (value) => handles.detach(value),
    adopt: (header, generation, type) => handles.share(header, generation, type),
    share: (header, generation, type) => handles.share(header, generation, type),
    release: () => undefined,
  };
  return { arena: kept, handles: keeping };
}

const FREES_NOTHING = {
  free(): void {
    // What was decoded belongs to the entry.
  },
};
