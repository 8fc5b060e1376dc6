/**
 * The table of names: strings, such as the names of tasks, that every thread knows by
 * a small number. Entries are never removed; there is one for each task function of
 * the program, not for each message.
 *
 * Invariants: ids count from 1; an entry is complete before `namesLast` shows it, and
 * never changes; only `intern` writes, under the lock.
 */
import { WarrenError } from "../errors.ts";
import { add, load, store } from "./atomics.ts";
import type { Arena } from "./arena.ts";
import { nameEntry, processor, superblock } from "./layout.ts";
import { lock, unlock } from "./spin-lock.ts";

export class Names {
  readonly #arena: Arena;
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [""];
  /** Newest entry read so far. */
  #seen = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** The number of `text`, the same on every thread. @throws ERR_ARENA_FULL */
  intern(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const { i32, heap, here, owner } = this.#arena;
    const before = i32[here + processor.usedWords];
    const byteLength = Buffer.byteLength(text);
    const entry = this.#arena.alloc(nameEntry.bytes + ((byteLength + 3) >>> 2));
    heap.write(text, (entry + nameEntry.bytes) * 4, byteLength, "utf8");
    lock(i32, superblock.namesLock, owner);
    this.#read();
    let id = this.#ids.get(text);
    const isNew = id === undefined;
    if (id === undefined) {
      id = ++i32[superblock.namesCount];
      i32[entry + nameEntry.next] = i32[superblock.namesLast];
      i32[entry + nameEntry.id] = id;
      i32[entry + nameEntry.byteLength] = byteLength;
      store(i32, superblock.namesLast, entry);
      this.#read();
    }
    unlock(i32, superblock.namesLock);
    if (!isNew) this.#arena.free(entry);
    i32[here + processor.keptWords] += i32[here + processor.usedWords] - before;
    return id;
  }

  /** The text of a number that some thread interned. */
  text(id: number): string {
    if (this.#texts[id] === undefined) this.#read();
    return this.#texts[id];
  }

  /** Reserves `count` task ids; returns the first. */
  block(count: number): number {
    return add(this.#arena.i32, superblock.taskIds, count) + 1;
  }

  /** Reads the entries that were added since the last call. */
  #read(): void {
    const { i32, heap } = this.#arena;
    const newest = load(i32, superblock.namesLast);
    for (let entry = newest; entry !== this.#seen; entry = i32[entry + nameEntry.next]) {
      const from = (entry + nameEntry.bytes) * 4;
      const text = heap.toString("utf8", from, from + i32[entry + nameEntry.byteLength]);
      this.#texts[i32[entry + nameEntry.id]] = text;
      this.#ids.set(text, i32[entry + nameEntry.id]);
    }
    this.#seen = newest;
  }
}

/** Numbers of texts that a program can compute: those of one thread that are entries of the table, up to a limit. */
export class FewNames {
  readonly #names: Names;
  readonly #most: number;
  readonly #prefix: string;
  readonly #ids = new Map<string, number>();

  /** @param prefix of the entries in the table */
  constructor(names: Names, most: number, prefix: string) {
    this.#names = names;
    this.#most = most;
    this.#prefix = prefix;
  }

  /** The number of `text`; 0 if there are too many, or if shared memory is full. */
  numberOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    if (this.#ids.size >= this.#most) return 0;
    try {
      const id = this.#names.intern(this.#prefix + text);
      this.#ids.set(text, id);
      return id;
    } catch (error) {
      if (error instanceof WarrenError && error.code === "ERR_ARENA_FULL") return 0;
      throw error;
    }
  }
}
