/**
 * Keys as words: the type encodes a key as it would for a message, but into memory of
 * this thread. Blocks are cut from it one after the other and every word is cleared
 * first, so equal keys give equal words, on every thread, and no key needs shared memory
 * before it is stored.
 *
 * What is encoded is valid until the next key of this thread is. While a key is being
 * encoded, code of the program can run (a getter), which may encode another one: that
 * one gets memory of its own.
 */
import { WarrenError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Arena } from "../memory/arena.ts";
import { type Handles, type Space, type Type, refused } from "../wire/type.ts";

/** The words of a key, and their hash. */
export interface Key {
  readonly words: Int32Array;
  readonly at: number;
  readonly length: number;
  readonly hash: number;
}

/** A copy that stays valid. */
export function copyOf({ words, at, length, hash }: Key): Key {
  return { words: words.slice(at, at + length), at: 0, length, hash };
}

/** Memory for one key at a time: it looks like an arena to a type that encodes. */
class KeyMemory {
  readonly heap = Buffer.alloc(LIMITS.keyBytes);
  readonly i32 = new Int32Array(this.heap.buffer);
  readonly f64 = new Float64Array(this.heap.buffer);
  readonly i64 = new BigInt64Array(this.heap.buffer);
  readonly u8 = new Uint8Array(this.heap.buffer);
  /** The words that the key uses so far. */
  top = 0;

  /** Cleared, because a string leaves a part of its last word as it was. */
  alloc(words: number): number {
    const block = this.top;
    const end = block + words + (words & 1);
    if (end > this.i32.length) {
      throw new WarrenError("ERR_LIMIT", `keyBytes: a key of ${end * 4} bytes is above the limit of ${LIMITS.keyBytes}`, { limit: "keyBytes", maximum: LIMITS.keyBytes, actual: end * 4 });
    }
    this.i32.fill(0, block, end);
    this.top = end;
    return block;
  }

  free(): void {
    // The whole key is forgotten with the next one.
  }
}

/** Encodes keys of one type. */
export class Keys<K> {
  readonly #type: Type<K>;
  readonly #handles: Handles;

  constructor(type: Type<K>, handles: Handles) {
    this.#type = type;
    this.#handles = handles;
  }

  /** @throws ERR_VALUE_REFUSED, ERR_LIMIT */
  encode(key: K): Key {
    const type = this.#type;
    const memory = idle.pop() ?? new KeyMemory();
    memory.top = 0;
    // For a Map, too, 0 and −0 are one key.
    const given = Object.is(key, -0) ? (0 as K) : key;
    try {
      const at = memory.alloc(type.words);
      type.encode(new KeySpace(memory, this.#handles), at, given);
    } catch (error) {
      refused(error, type.name);
    } finally {
      idle.push(memory);
    }
    const { i32, top } = memory;
    return { words: i32, at: 0, length: top, hash: hashOf(i32, top) };
  }
}

/** Those that no key is being encoded in. */
const idle: KeyMemory[] = [];

/** A channel in a key stands for itself, and the key is no reference to it. */
class KeySpace implements Space {
  readonly arena: Arena;
  readonly handles: Handles;

  constructor(memory: KeyMemory, handles: Handles) {
    this.arena = memory as unknown as Arena;
    this.handles = {
      ...NOT_TAKEN,
      detach: (value) => {
        const handle = handles.detach(value);
        if (handle !== undefined) handles.release(handle.header, handle.generation, handle.type);
        return handle;
      },
    };
  }
}

const refuse = (): never => {
  throw new WarrenError("ERR_INTERNAL", "a key is not decoded");
};
const NOT_TAKEN = { adopt: refuse, share: refuse, release: (): void => undefined };

/** MurmurHash3 (Appleby, 2011), with 32 bits. */
function hashOf(words: Int32Array, length: number): number {
  let hash = 0;
  for (let k = 0; k < length; k++) {
    let word = Math.imul(words[k], 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
