/**
 * Types on the wire: how a value of a channel's element type is stored in the words of
 * a slot. Fixed-size values are in the slot itself. Everything else is in a block that
 * belongs to the slot and is freed when the value is taken out.
 *
 * Invariants: `encode` either writes the whole slot or throws and leaves no block
 * behind; each slot is decoded or dropped exactly once; what `decode` returns shares
 * nothing with the arena; no value is coerced or truncated: for one that does not fit
 * the error names the path to it.
 */
import { INSPECT, WarrenError, printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Arena } from "../memory/arena.ts";

/** What a message contains in place of an object that every thread can open, such as a channel: its header, the header's generation, and its type. */
export interface Handle {
  readonly header: number;
  readonly generation: number;
  readonly type: string;
}

/** The type of a guard among the arguments of a task: its handle is a number (runtime/task/guards.ts). */
export const GUARD_HANDLE = "guard";

/** How handles (channels, shared arrays) get into and out of memory: supplied by the runtime. */
export interface Handles {
  /** The handle of an object, one reference counted for the message; `undefined` if it has none. */
  detach(value: object): Handle | undefined;
  /** The object for a handle of `type` on this thread; takes over the message's reference. */
  adopt(header: number, generation: number, type: string): object;
  /** As `adopt`, but the message keeps its reference: for what is read and stays. */
  share(header: number, generation: number, type: string): object;
  /** Gives up a message's reference. */
  release(header: number, generation: number, type: string): void;
}

/** The handles of one type, which another layer makes and opens: contexts. */
export interface HandleFamily {
  detach(value: object): Handle | undefined;
  adopt(header: number, generation: number): object;
  /** Adds a reference. Does nothing if the handle is stale. */
  retain(header: number, generation: number): void;
  release(header: number, generation: number): void;
}

/** How many generations a header has before they start again. */
export const HANDLE_GENERATIONS = 0x400000;

/** A handle as one number. */
export function handleKey(header: number, generation: number): number {
  return header * HANDLE_GENERATIONS + generation;
}

/** What encoding and decoding need from a thread. */
export interface Space {
  readonly arena: Arena;
  readonly handles: Handles;
}

/** The type of a channel's elements; `T` is what TypeScript sees. */
export abstract class Type<T> {
  /** Canonical text, equal for equal types, such as `struct(n:i32,reply:chan(f64))`. */
  abstract readonly name: string;
  /** @internal The words of a slot; `align` is 2 if they must begin on an 8-byte boundary. */
  abstract readonly words: number;
  /** @internal */
  abstract readonly align: 1 | 2;
  /** @internal How many types are nested in this one, with itself. */
  readonly depth: number = 1;
  /** Only for type inference: never set. */
  declare readonly element: T;

  /** @internal Writes `value` into the words at `at`. @throws Refusal, ERR_ARENA_FULL */
  abstract encode(space: Space, at: number, value: T): void;
  /** @internal Reads the value at `at` and frees what belongs to it. */
  abstract decode(space: Space, at: number): T;
  /** @internal Frees what belongs to the slot at `at` without reading it. */
  abstract drop(space: Space, at: number): void;

  /** @internal */
  [INSPECT](): string {
    return this.name;
  }

  /** @internal Encodes `values[from … from+count)` into consecutive slots. */
  encodeMany(space: Space, at: number, values: ArrayLike<T>, from: number, count: number): void {
    let done = 0;
    try {
      for (; done < count; done++) this.encode(space, at + done * this.words, values[from + done] as T);
    } catch (error) {
      if (error instanceof Refusal) error.path.unshift(indexStep(from + done));
      while (--done >= 0) this.drop(space, at + done * this.words);
      throw error;
    }
  }

  /** @internal Decodes `count` consecutive slots onto the end of `out`. */
  decodeMany(space: Space, at: number, count: number, out: T[]): void {
    for (let k = 0; k < count; k++) out.push(this.decode(space, at + k * this.words));
  }

  /** @internal As `decodeMany`, into a new array. @param before what comes before them there */
  decodeBatch(space: Space, at: number, count: number, before: readonly T[] = []): T[] {
    const values = [...before];
    this.decodeMany(space, at, count, values);
    return values;
  }
}

/** The `depth` of a type whose values contain values of these types. @throws ERR_LIMIT */
export function depthOver(...inner: readonly Type<unknown>[]): number {
  let depth = 1;
  for (const type of inner) depth = Math.max(depth, type.depth + 1);
  if (depth > LIMITS.depth) throw new WarrenError("ERR_LIMIT", `depth: a type of ${depth} levels is above the limit of ${LIMITS.depth}`, { limit: "depth", maximum: LIMITS.depth, actual: depth });
  return depth;
}

/** The TypeScript type of a wire type's values. */
export type ElementOf<X> = X extends Type<infer T> ? T : never;

/** A value that does not fit, thrown up to where the path to it is complete. */
export class Refusal {
  readonly path: string[] = [];
  readonly why: string;
  readonly value: unknown;
  constructor(why: string, value: unknown) {
    this.why = why;
    this.value = value;
  }
}

/** Turns a refusal into the error that the user sees, and rethrows anything else. */
export function refused(error: unknown, type: string): never {
  throw error instanceof Refusal ? refusalOf(error, type) : error;
}

export function refusalOf(refusal: Refusal, type: string): WarrenError {
  const path = refusal.path.join("");
  const where = path === "" ? "" : ` at value${path}`;
  return new WarrenError("ERR_VALUE_REFUSED", `${printValue(refusal.value)} does not fit ${type}${where}: ${refusal.why}`, { type, path, value: refusal.value });
}

/** The part of a path that leads to a property. */
export function step(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** The part of a path that leads to an element. */
export function indexStep(index: number): string {
  return `[${index}]`;
}

/** The part of a path that leads to the value of a map's key. */
export function getStep(key: unknown): string {
  return `.get(${printValue(key)})`;
}

/** The part of a path that leads to a map's key itself. */
export function keyStep(key: unknown): string {
  return `<key ${printValue(key)}>`;
}
