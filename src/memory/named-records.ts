/**
 * Which shared object stands under which name: a list of records, newest first. There
 * are as many as the program has names, not one for each use, and they stay until the
 * runtime stops.
 *
 * Invariants: a name has at most one record; a record is complete before `namedLast`
 * shows it, and never changes; only `publish` writes, under the lock. Each record counts
 * as one reference to its object.
 *
 * A thread can die between any two writes: one store adds a record, so the name is taken
 * or is free, and then another thread can take it. Only the lock has to be released
 * (repair-locks.ts). What the dead thread had made and not published is lost with it.
 *
 * Not done: reserving the name while the object is made. Other threads would have to
 * block, because the call that asks for the object is not asynchronous, and two objects
 * that need each other would wait forever.
 */
import { load, store } from "./atomics.ts";
import type { Arena } from "./arena.ts";
import { NAMED_WORDS, namedRecord, processor, superblock } from "./layout.ts";
import { lock, unlock } from "./spin-lock.ts";

/** The object under a name. The texts are numbers of the table of names. */
export interface NamedRecord {
  readonly name: number;
  /** The type of the handle. */
  readonly type: number;
  /** The line of the program that declares it. */
  readonly site: number;
  readonly header: number;
  readonly generation: number;
}

/** The record of a name; `undefined` if there is none. */
export function findNamed(arena: Arena, name: number): NamedRecord | undefined {
  const at = find(arena.i32, name);
  return at === 0 ? undefined : read(arena.i32, at);
}

function find(i32: Int32Array, name: number): number {
  let at = load(i32, superblock.namedLast);
  while (at !== 0 && i32[at + namedRecord.name] !== name) at = i32[at + namedRecord.next];
  return at;
}

function read(i32: Int32Array, at: number): NamedRecord {
  return {
    name: i32[at + namedRecord.name],
    type: i32[at + namedRecord.type],
    site: i32[at + namedRecord.site],
    header: i32[at + namedRecord.header],
    generation: i32[at + namedRecord.generation],
  };
}

/** Puts an object under a name, unless there is one. Returns the record that was there before. @throws ERR_ARENA_FULL */
export function publishNamed(arena: Arena, { name, type, site, header, generation }: NamedRecord): NamedRecord | undefined {
  const { i32, here, owner } = arena;
  const before = i32[here + processor.usedWords];
  const record = arena.alloc(NAMED_WORDS);
  i32[record + namedRecord.name] = name;
  i32[record + namedRecord.type] = type;
  i32[record + namedRecord.site] = site;
  i32[record + namedRecord.header] = header;
  i32[record + namedRecord.generation] = generation;
  lock(i32, superblock.namedLock, owner);
  const known = find(i32, name);
  if (known === 0) {
    i32[record + namedRecord.next] = i32[superblock.namedLast];
    // From this write on the name is taken. Pairs with the load in `find`.
    store(i32, superblock.namedLast, record);
  }
  unlock(i32, superblock.namedLock);
  if (known !== 0) arena.free(record);
  i32[here + processor.keptWords] += i32[here + processor.usedWords] - before;
  return known === 0 ? undefined : read(i32, known);
}

/** All records, newest first. */
export function namedRecords({ i32 }: Arena): NamedRecord[] {
  const records: NamedRecord[] = [];
  for (let at = load(i32, superblock.namedLast); at !== 0; at = i32[at + namedRecord.next]) records.push(read(i32, at));
  return records;
}
