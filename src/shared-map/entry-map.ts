/**
 * The shared map without its loads: a header with a lock, and a table of entries under it
 * (table.ts). A key and a value are encoded before the lock is taken, and a value is
 * decoded after it is released, so the lock is held only to find an entry and to link it.
 * No other lock is taken and nothing is allocated or freed under it.
 *
 * Invariants, in addition to those of table.ts: a value that does not fit and a full
 * arena change nothing; an entry that has left the table is freed by the one that removed
 * it, after the lock (entry.ts counts its owners). If the thread dies in between, the
 * entry stays in use for good.
 */
import { INSPECT, WarrenError, printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { KIND, syncHeader } from "../memory/layout.ts";
import { cas } from "../memory/atomics.ts";
import { lock } from "../memory/spin-lock.ts";
import { SharedObject, makeHeader } from "../sync/shared-object.ts";
import type { Waiters } from "../wait/waiter.ts";
import { bool, isScalar } from "../wire/scalars.ts";
import { type Type, refused } from "../wire/type.ts";
import type { Entries } from "./entry.ts";
import { type Key, Keys } from "./key.ts";
import type { SharedMapOptions } from "./shared-map.ts";
import { Table } from "./table.ts";
import { mapHeader } from "./words.ts";

/** Buckets that are searched under one lock. */
const SCANNED = 64;

export class EntryMap<K, V> extends SharedObject {
  readonly keyType: Type<K>;
  readonly valueType: Type<V>;
  protected readonly table: Table;
  protected readonly entries: Entries;
  protected readonly keys: Keys<K>;
  readonly #hasScalars: boolean;
  /** The number of the name of `valueType`; 0 before it is known. */
  #valueTypeId = 0;

  /** @param keyType without the types, the map can only be repaired */
  constructor(waiters: Waiters, at: number, generation: number, entries: Entries, keyType: Type<K> = bool as Type<never>, valueType: Type<V> = bool as Type<never>) {
    super(waiters, at, generation);
    this.keyType = keyType;
    this.valueType = valueType;
    this.entries = entries;
    this.table = new Table(waiters.arena, at);
    this.keys = new Keys(keyType, waiters.handles);
    this.#hasScalars = isScalar(valueType);
  }

  /** @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_ARENA_FULL */
  static make(waiters: Waiters, options: SharedMapOptions): number {
    const max = checkMax(options);
    const buckets = 2 ** Math.ceil(Math.log2(max));
    const at = makeHeader(waiters, KIND.map, { size: max, words: buckets });
    const { i32 } = waiters.arena;
    i32[at + mapHeader.mask] = buckets - 1;
    i32[at + mapHeader.oldest] = 0;
    i32[at + mapHeader.newest] = 0;
    return at;
  }

  override get kind(): string {
    return "SharedMap";
  }

  override get handleType(): string {
    return `${this.kind}(${this.keyType.name};${this.valueType.name})`;
  }

  get size(): number {
    this.enter();
    const count = this.i32[this.header + mapHeader.count];
    this.leave();
    return count;
  }

  get max(): number {
    return this.readWord(mapHeader.max);
  }

  /** As `SharedMap.get`, and so on. */
  lookUp(key: K): V | undefined {
    const bytes = this.keys.encode(key);
    this.enter();
    const entry = this.findLocked(bytes);
    if (entry !== 0) return this.readLocked(entry);
    this.leave();
    return undefined;
  }

  holds(key: K): boolean {
    const bytes = this.keys.encode(key);
    this.enter();
    const entry = this.i32[this.table.linkOf(bytes)];
    const isThere = entry !== 0 && !this.entries.isLoad(entry);
    this.leave();
    return isThere;
  }

  store(key: K, value: V): void {
    const entry = this.makeEntry(this.keys.encode(key), value);
    if (!this.enterIfLive()) {
      this.entries.drop(entry);
      this.refuseStale();
    }
    this.putLocked(this.entries.keyOf(entry), entry);
  }

  remove(key: K): boolean {
    const bytes = this.keys.encode(key);
    this.enter();
    const link = this.table.linkOf(bytes);
    const entry = this.i32[link] === 0 ? 0 : this.table.take(link);
    this.leave();
    const had = entry !== 0 && !this.entries.isLoad(entry);
    this.entries.drop(entry);
    return had;
  }

  removeAll(): void {
    this.enter();
    const { buckets } = this.table;
    this.leave();
    for (let bucket = 0; bucket < buckets; ) {
      const end = Math.min(buckets, bucket + SCANNED);
      this.enter();
      bucket = this.table.nextUsed(bucket, end);
      const entry = bucket < end ? this.table.takeFirst(bucket) : 0;
      this.leave();
      this.entries.drop(entry);
    }
  }

  /** Under the lock: the entry of a key, if it has a value, for a use; otherwise 0. */
  protected findLocked(key: Key): number {
    const entry = this.i32[this.table.linkOf(key)];
    if (entry === 0 || this.entries.isLoad(entry)) return 0;
    this.table.use(entry);
    return entry;
  }

  /** Under the lock, which it releases: a copy of the value of an entry. */
  protected readLocked(entry: number): V {
    if (this.#hasScalars) {
      // Nothing to follow, and nothing to free.
      const value = this.entries.read(entry, this.valueType);
      this.leave();
      return value;
    }
    this.entries.own(entry);
    this.leave();
    return this.readOwned(entry);
  }

  /** A copy of the value of an entry that this call owns a part of, which it gives up. */
  protected readOwned(entry: number): V {
    try {
      return this.entries.read(entry, this.valueType);
    } finally {
      this.entries.disown(entry);
    }
  }

  /** An entry with one owner. @throws ERR_VALUE_REFUSED, ERR_LIMIT, ERR_ARENA_FULL */
  protected makeEntry(key: Key, value: V): number {
    const { valueType } = this;
    this.#valueTypeId ||= this.entries.names.intern(valueType.name);
    try {
      return this.entries.make(key, valueType, this.#valueTypeId, value);
    } catch (error) {
      refused(error, valueType.name);
    }
  }

  /** Under the lock, which it releases: puts an entry with a value under its key, and frees what goes. */
  protected putLocked(key: Key, entry: number): void {
    const { table, i32 } = this;
    let link = table.linkOf(key);
    const before = i32[link];
    const isNew = before === 0 || this.entries.isLoad(before);
    let evicted = 0;
    if (isNew && table.isFull) {
      evicted = table.evict();
      link = table.linkOf(key);
    }
    const replaced = table.put(link, entry);
    this.leave();
    this.entries.drop(evicted);
    this.entries.drop(replaced);
  }

  protected override settle(): void {
    // Nobody waits at the map itself.
  }

  protected override disown(): void {
    // No thread holds a part of it.
  }

  protected override granted(): void {
    // Nobody waits at the map itself.
  }

  /** Nobody finds the map any more: what is left in the table belongs to this thread. */
  protected override ended(): void {
    const { table } = this;
    // If a thread died here, its table may be freed already.
    if (this.i32[this.header + mapHeader.table] === 0) return;
    for (let bucket = 0; bucket < table.buckets; bucket++) {
      for (let entry = table.takeFirst(bucket); entry !== 0; entry = table.takeFirst(bucket)) this.entries.drop(entry);
    }
  }

  override repair(dead: number): void {
    const { i32, header: at } = this;
    const { owner } = this.waiters.arena;
    const isHeld = cas(i32, at + syncHeader.lock, dead + 1, owner) === dead + 1;
    if (isHeld) this.table.rebuild();
    if (i32[at + syncHeader.ending] !== dead + 1) {
      if (isHeld) this.leave();
      return;
    }
    if (!isHeld) lock(i32, at + syncHeader.lock, owner);
    this.end();
  }

  override [INSPECT](): string {
    return this.isCurrent ? `${this.describe()}, ${this.i32[this.header + mapHeader.count]} of ${this.i32[this.header + mapHeader.max]} entries` : super[INSPECT]();
  }
}

function checkMax(options: SharedMapOptions): number {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `SharedMap needs options such as { max: 1000 }, not ${printValue(options)}`);
  const { max } = options;
  if (typeof max !== "number" || !Number.isInteger(max) || max < 1) throw new WarrenError("ERR_INVALID_ARGUMENT", `the max of a SharedMap must be an integer of at least 1, not ${printValue(max)}`);
  if (max > LIMITS.mapEntries) throw new WarrenError("ERR_LIMIT", `mapEntries: ${max} is above the limit of ${LIMITS.mapEntries}`, { limit: "mapEntries", maximum: LIMITS.mapEntries, actual: max });
  return max;
}
