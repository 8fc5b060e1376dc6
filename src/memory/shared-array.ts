/**
 * Arrays in shared memory: every thread sees the same one. As task arguments and
 * results they are passed by reference. The program must make sure that threads do not
 * read and write the same elements at the same time, for example with a channel.
 */
import { INSPECT, WarrenError, printValue } from "../errors.ts";
import type { Arena } from "./arena.ts";
import { KIND, header, nextGeneration } from "./layout.ts";
import { lock, unlock } from "./spin-lock.ts";

const VIEWS = { f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const;
export type SharedKind = keyof typeof VIEWS;
type ViewOf<K extends SharedKind> = K extends "f64" ? Float64Array<SharedArrayBuffer> : K extends "i32" ? Int32Array<SharedArrayBuffer> : Uint8Array<SharedArrayBuffer>;

/**
 * An array in shared memory, made by `shared`. As a task's argument or result it is
 * passed by reference: its elements are not copied. Only `free` or `using` frees it.
 */
export class SharedArray<K extends SharedKind = SharedKind> implements Disposable {
  /** The type of its elements: `"f64"`, `"i32"` or `"u8"`. */
  readonly kind: K;
  /** The number of elements. */
  readonly length: number;
  readonly #arena: Arena;
  readonly #header: number;
  readonly #generation: number;
  readonly #array: ViewOf<K>;

  /** @internal Made by `shared.float64`, `shared.int32` and `shared.bytes`. */
  constructor(arena: Arena, kind: K, at: number, generation: number) {
    this.#arena = arena;
    this.#header = at;
    this.#generation = generation;
    this.kind = kind;
    // If the handle is stale, the header can be anything by now.
    const isCurrent = arena.hasGeneration(at, generation);
    const byteOffset = isCurrent ? arena.i32[at + header.buffer] * 4 : 0;
    this.length = isCurrent ? arena.i32[at + header.capacity] : 0;
    this.#array = new (VIEWS[kind] as new (buffer: unknown, byteOffset: number, length: number) => unknown)(arena.memory.buffer, byteOffset, this.length) as ViewOf<K>;
  }

  /** The elements, in shared memory. Do not use this view after `free`. @throws ERR_STALE_HANDLE after `free` on any thread */
  get array(): ViewOf<K> {
    if (!this.#arena.hasGeneration(this.#header, this.#generation)) {
      throw new WarrenError("ERR_STALE_HANDLE", `a shared ${this.kind} array of length ${this.length} was used after it was freed`);
    }
    return this.#array;
  }

  /** The address of the first element in shared memory, in bytes. */
  get byteOffset(): number {
    return this.#array.byteOffset;
  }

  /** Frees the memory, for all threads. Does nothing the second time. */
  free(): void {
    const { i32, owner } = this.#arena;
    const at = this.#header;
    if (!this.#arena.isHeader(at)) return;
    lock(i32, at + header.arrayLock, owner);
    const isLive = i32[at + header.generation] === this.#generation;
    if (isLive) i32[at + header.generation] = nextGeneration(this.#generation);
    unlock(i32, at + header.arrayLock);
    if (!isLive) return;
    i32[at + header.kind] = 0;
    if (i32[at + header.buffer] !== 0) this.#arena.free(i32[at + header.buffer]);
    this.#arena.free(at);
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** @internal */
  [INSPECT](): string {
    const isLive = this.#arena.i32[this.#header + header.generation] === this.#generation;
    return `shared ${this.kind} array of ${this.length}${isLive ? "" : ", freed"}`;
  }

  /** @internal Header and generation; of `arena` only. */
  handleIn(arena: Arena): { header: number; generation: number } {
    if (arena !== this.#arena) throw new WarrenError("ERR_STALE_HANDLE", `a shared ${this.kind} array belongs to another runtime`);
    void this.array;
    return { header: this.#header, generation: this.#generation };
  }
}

/** Allocates an array of zeros. @throws ERR_INVALID_ARGUMENT, ERR_ARENA_FULL */
export function makeSharedArray<K extends SharedKind>(arena: Arena, kind: K, length: number): SharedArray<K> {
  if (!Number.isInteger(length) || length < 0) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `a shared array's length must be an integer of at least 0, not ${printValue(length)}`);
  }
  const words = Math.ceil((length * VIEWS[kind].BYTES_PER_ELEMENT) / 4);
  const buffer = length === 0 ? 0 : arena.allocZeroed(words);
  const at = arena.allocHeader(buffer);
  const { i32 } = arena;
  i32[at + header.kind] = KIND.sharedArray;
  i32[at + header.capacity] = length;
  i32[at + header.buffer] = buffer;
  return new SharedArray(arena, kind, at, i32[at + header.generation]);
}
