/**
 * Types with any number of parts: an array, a map. The slot holds the address of a block
 * and the number of parts; the parts are in the block, one after the other, each as in a
 * slot of its own. No parts need no block.
 *
 * Invariants: the number of parts is read once, before the block is allocated, and only
 * so many are written, whatever code of the program runs meanwhile (getters, proxies); a
 * map is copied first. If a part does not fit, those before it are dropped and the block
 * is freed. Every part refuses `undefined`, so a hole is refused, too.
 */
import { types } from "../host.ts";
import { allocBytes, beginList, endList, utf8 } from "./blobs.ts";
import { checkType } from "./composites.ts";
import { Refusal, type Space, Type, depthOver, getStep, keyStep } from "./type.ts";

abstract class List<T, P> extends Type<T> {
  override readonly words = 2;
  override readonly align = 1;
  override readonly depth: number;
  protected readonly part: Type<P>;

  constructor(part: Type<P>) {
    super();
    this.part = part;
    this.depth = depthOver(part);
  }

  protected put(space: Space, at: number, parts: ArrayLike<P>, length: number): void {
    const { arena } = space;
    let block = 0;
    beginList();
    try {
      block = allocBytes(arena, length * this.part.words * 4);
      this.part.encodeMany(space, block, parts, 0, length);
    } catch (error) {
      if (block !== 0) arena.free(block);
      throw error;
    } finally {
      endList();
    }
    arena.i32[at] = block;
    arena.i32[at + 1] = length;
  }

  protected take(space: Space, at: number): P[] {
    const { arena } = space;
    const block = arena.i32[at];
    const length = arena.i32[at + 1];
    const parts: P[] = [];
    try {
      this.part.decodeMany(space, block, length, parts);
    } finally {
      this.#free(space, block, parts.length + 1, length);
    }
    return parts;
  }

  override drop(space: Space, at: number): void {
    this.#free(space, space.arena.i32[at], 0, space.arena.i32[at + 1]);
  }

  /** Frees a block, and drops the parts in it from number `from`. */
  #free(space: Space, block: number, from: number, length: number): void {
    for (let k = from; k < length; k++) this.part.drop(space, block + k * this.part.words);
    if (block !== 0) space.arena.free(block);
  }
}

class ArrayOf<T> extends List<T[], T> {
  override readonly name: string;

  constructor(type: Type<T>) {
    super(type);
    this.name = `array(${type.name})`;
  }

  override encode(space: Space, at: number, value: T[]): void {
    if (!Array.isArray(value)) throw new Refusal("it is not an array", value);
    const { length } = value;
    // A proxy may answer anything.
    if (!Number.isSafeInteger(length) || length < 0) throw new Refusal("its length is not an integer of at least 0", value);
    this.put(space, at, value, length);
  }

  override decode(space: Space, at: number): T[] {
    return this.take(space, at);
  }
}

/** A key and its value, in one part of a map. */
class Entry<K, V> extends Type<readonly [K, V]> {
  override readonly name: string;
  override readonly words: number;
  override readonly align: 1 | 2;
  override readonly depth: number;
  readonly #key: Type<K>;
  readonly #value: Type<V>;
  readonly #offset: number;

  constructor(key: Type<K>, value: Type<V>) {
    super();
    this.#key = key;
    this.#value = value;
    this.depth = depthOver(key, value) - 1;
    this.align = key.align === 2 ? 2 : value.align;
    this.#offset = value.align === 2 ? even(key.words) : key.words;
    const words = this.#offset + value.words;
    this.words = this.align === 2 ? even(words) : words;
    this.name = `${key.name},${value.name}`;
  }

  override encode(space: Space, at: number, entry: readonly [K, V]): void {
    try {
      this.#key.encode(space, at, entry[0]);
    } catch (error) {
      if (error instanceof Refusal) error.path.unshift(keyStep(entry[0]));
      throw error;
    }
    try {
      this.#value.encode(space, at + this.#offset, entry[1]);
    } catch (error) {
      if (error instanceof Refusal) error.path.unshift(getStep(entry[0]));
      this.#key.drop(space, at);
      throw error;
    }
  }

  /** As for any type, but the key is the path, not the index. */
  override encodeMany(space: Space, at: number, entries: ArrayLike<readonly [K, V]>, from: number, count: number): void {
    let done = 0;
    try {
      for (; done < count; done++) this.encode(space, at + done * this.words, entries[from + done]);
    } catch (error) {
      while (--done >= 0) this.drop(space, at + done * this.words);
      throw error;
    }
  }

  override decode(space: Space, at: number): readonly [K, V] {
    return [this.#key.decode(space, at), this.#value.decode(space, at + this.#offset)];
  }

  override drop(space: Space, at: number): void {
    this.#key.drop(space, at);
    this.#value.drop(space, at + this.#offset);
  }
}

class MapOf<K, V> extends List<Map<K, V>, readonly [K, V]> {
  override readonly name: string;

  constructor(key: Type<K>, value: Type<V>) {
    const entry = new Entry(key, value);
    super(entry);
    this.name = `map(${entry.name})`;
  }

  override encode(space: Space, at: number, value: Map<K, V>): void {
    if (!types.isMap(value)) throw new Refusal("it is not a Map", value);
    // A copy, which nothing changes while it is written.
    const entries: [K, V][] = [];
    Map.prototype.forEach.call(value, (item, key) => entries.push([key as K, item as V]));
    this.put(space, at, entries, entries.length);
  }

  override decode(space: Space, at: number): Map<K, V> {
    return new Map(this.take(space, at));
  }
}

function even(words: number): number {
  return words + (words & 1);
}

/**
 * Arrays whose elements are `type`, of any length; Go's `[]T`. Only the elements are sent,
 * and one that is missing (a hole) or `undefined` does not fit. For many numbers `bytes`
 * or a shared array needs less time. 8 bytes, and those of the elements.
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT for types nested too deeply
 */
export function array<T>(type: Type<T>): Type<T[]> {
  checkType(type, "array");
  return new ArrayOf(type);
}

/**
 * A `Map` with string keys and values of `type`, or with keys of `keyType` and values of
 * `valueType`; Go's `map[K]V`. The entries keep their order. A key that is an object in JavaScript (bytes,
 * structs) arrives as a new object; numbers, strings, booleans and channels arrive as
 * what finds the value. 8 bytes, and those of the entries.
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT for types nested too deeply
 */
export function map<V>(type: Type<V>): Type<Map<string, V>>;
export function map<K, V>(keyType: Type<K>, valueType: Type<V>): Type<Map<K, V>>;
export function map(first: Type<unknown>, second?: Type<unknown>): Type<Map<unknown, unknown>> {
  const [key, value] = second === undefined ? [utf8 as Type<unknown>, first] : [first, second];
  checkType(key, "the key of a map");
  checkType(value, "map");
  return new MapOf(key, value);
}
