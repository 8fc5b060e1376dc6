/**
 * Types of variable size: the slot holds the address of a block and a length in bytes.
 * An empty value needs no block.
 */
import { WarrenError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Arena } from "../memory/arena.ts";
import { stringifyJson } from "./json.ts";
import { Refusal, Type, type Space } from "./type.ts";
import { byteLengthOf, isBytes, isViewDetached } from "./views.ts";

abstract class Blob<T> extends Type<T> {
  override readonly words = 2;
  override readonly align = 1;

  override drop(space: Space, at: number): void {
    const block = space.arena.i32[at];
    if (block !== 0) space.arena.free(block);
  }
}

class Utf8 extends Blob<string> {
  override readonly name = "utf8";

  override encode(space: Space, at: number, value: string): void {
    if (typeof value !== "string") throw new Refusal("it is not a string", value);
    if (!value.isWellFormed()) throw new Refusal("it has a lone surrogate, which UTF-8 cannot carry", value);
    putString(space.arena, at, value);
  }

  override decode(space: Space, at: number): string {
    return takeString(space.arena, at);
  }
}

class Bytes extends Blob<Uint8Array> {
  override readonly name = "bytes";

  override encode(space: Space, at: number, value: Uint8Array): void {
    if (!isBytes(value)) throw new Refusal("it is not a Uint8Array", value);
    if (isViewDetached(value)) throw new Refusal("its buffer has been transferred away", value);
    const { arena } = space;
    const byteLength = byteLengthOf(value);
    const block = allocBytes(arena, byteLength);
    if (block !== 0) arena.u8.set(value, block * 4);
    arena.i32[at] = block;
    arena.i32[at + 1] = byteLength;
  }

  override decode(space: Space, at: number): Uint8Array {
    const { arena } = space;
    const block = arena.i32[at];
    if (block === 0) return new Uint8Array(0);
    const value = new Uint8Array(arena.i32[at + 1]);
    value.set(arena.u8.subarray(block * 4, block * 4 + value.length));
    arena.free(block);
    return value;
  }
}

class Json<T> extends Blob<T> {
  override readonly name = "json";

  override encode(space: Space, at: number, value: T): void {
    putString(space.arena, at, stringifyJson(value));
  }

  override decode(space: Space, at: number): T {
    return JSON.parse(takeString(space.arena, at)) as T;
  }
}

/** Strings. A string with a lone surrogate does not fit. */
export const utf8: Type<string> = new Utf8();
/** Byte arrays: any `Uint8Array`, including a Buffer. The receiver gets a new `Uint8Array`. */
export const bytes: Type<Uint8Array> = new Bytes();
const anyJson = new Json<unknown>();
/**
 * Plain data as JSON: null, booleans, finite numbers, strings, arrays, plain objects.
 * A value that JSON would lose or change (undefined, NaN, functions, class instances,
 * cycles …) does not fit; the error names its path.
 */
export function json<T = unknown>(): Type<T> {
  return anyJson as Type<T>;
}

/** Lists that are being encoded, one in the other, and the bytes of all blocks since the outermost was begun: a message of lists has many blocks, and the limit is for all of them. */
let lists = 0;
let listBytes = 0;

/** From now on until `endList` the bytes of blocks are added up. */
export function beginList(): void {
  if (lists++ === 0) listBytes = 0;
}

export function endList(): void {
  lists--;
}

/** Counts a block of a message. @throws ERR_LIMIT */
export function countBytes(byteLength: number): void {
  const actual = lists > 0 ? (listBytes += byteLength) : byteLength;
  if (actual <= LIMITS.messageBytes) return;
  throw new WarrenError("ERR_LIMIT", `messageBytes: ${actual} is above the limit of ${LIMITS.messageBytes}`, { limit: "messageBytes", maximum: LIMITS.messageBytes, actual });
}

/** A block for part of a message; 0 for no bytes. @throws ERR_LIMIT, ERR_ARENA_FULL */
export function allocBytes(arena: Arena, byteLength: number): number {
  countBytes(byteLength);
  return byteLength === 0 ? 0 : arena.alloc((byteLength + 3) >>> 2);
}

function putString(arena: Arena, at: number, value: string): void {
  const byteLength = Buffer.byteLength(value);
  const block = allocBytes(arena, byteLength);
  if (block !== 0) writeString(arena, block * 4, value, byteLength);
  arena.i32[at] = block;
  arena.i32[at + 1] = byteLength;
}

function takeString(arena: Arena, at: number): string {
  const block = arena.i32[at];
  if (block === 0) return "";
  const value = arena.heap.toString("utf8", block * 4, block * 4 + arena.i32[at + 1]);
  arena.free(block);
  return value;
}

/** Writes a string of `byteLength` UTF-8 bytes. For short ASCII a loop is faster than the call. */
function writeString(arena: Arena, byteOffset: number, value: string, byteLength: number): void {
  if (byteLength === value.length && byteLength <= 24) {
    const { u8 } = arena;
    for (let k = 0; k < byteLength; k++) u8[byteOffset + k] = value.charCodeAt(k);
  } else {
    arena.heap.write(value, byteOffset, byteLength, "utf8");
  }
}
