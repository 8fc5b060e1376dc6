/** Types made of other types: a struct stores its fields one after the other, an optional has a word before its value. */
import { WarrenError, printValue } from "../errors.ts";
import { Refusal, Type, depthOver, type ElementOf, type Space, step } from "./type.ts";

type Fields = Record<string, Type<unknown>>;
/** The objects that fit a struct with the fields `F`. With `& {}`, hovers and errors show the fields and not this name. */
export type StructOf<F extends Fields> = { [K in keyof F]: ElementOf<F[K]> } & {};

/** A field of a struct, and where it is in the slot. */
export interface StructField {
  readonly key: string;
  readonly type: Type<unknown>;
  readonly offset: number;
}

/** Words of the largest slot: many must fit into a thread's scratch memory. */
const MAX_WORDS = 512;

class Struct<F extends Fields> extends Type<StructOf<F>> {
  override readonly name: string;
  override readonly words: number;
  override readonly align: 1 | 2;
  override readonly depth: number;
  readonly #keys: readonly string[];
  readonly #types: readonly Type<unknown>[];
  readonly #offsets: readonly number[];
  readonly #known: ReadonlySet<string>;

  constructor(fields: F) {
    super();
    this.#keys = Object.keys(fields);
    this.#types = this.#keys.map((key) => fields[key] as Type<unknown>);
    this.depth = depthOver(...this.#types);
    const offsets: number[] = [];
    let words = 0;
    let align: 1 | 2 = 1;
    for (const type of this.#types) {
      if (type.align === 2) {
        align = 2;
        words += words & 1;
      }
      offsets.push(words);
      words += type.words;
    }
    if (align === 2) words += words & 1;
    this.#offsets = offsets;
    this.#known = new Set(this.#keys);
    this.words = Math.max(1, words);
    this.align = align;
    this.name = `struct(${this.#keys.map((key, k) => `${escapeKey(key)}:${this.#types[k].name}`).join(",")})`;
    if (this.words > MAX_WORDS) {
      throw new WarrenError("ERR_LIMIT", `structBytes: ${this.words * 4} is above the limit of ${MAX_WORDS * 4}`, { limit: "structBytes", maximum: MAX_WORDS * 4, actual: this.words * 4 });
    }
  }

  get fields(): readonly StructField[] {
    return this.#keys.map((key, k) => ({ key, type: this.#types[k], offset: this.#offsets[k] }));
  }

  override encode(space: Space, at: number, value: StructOf<F>): void {
    if (typeof value !== "object" || value === null) throw new Refusal("it is not an object", value);
    const keys = this.#keys;
    let known = 0;
    for (const key in value) {
      if (!this.#known.has(key)) throw new Refusal(`the struct has no field ${JSON.stringify(key)}`, value);
      known++;
    }
    if (known !== keys.length) throw new Refusal(`a field is missing: it has ${keys.join(", ")}`, value);
    let done = 0;
    try {
      for (; done < keys.length; done++) {
        this.#types[done].encode(space, at + this.#offsets[done], (value as Record<string, unknown>)[keys[done]]);
      }
    } catch (error) {
      if (error instanceof Refusal) error.path.unshift(step(keys[done]));
      while (--done >= 0) this.#types[done].drop(space, at + this.#offsets[done]);
      throw error;
    }
  }

  override decode(space: Space, at: number): StructOf<F> {
    const value: Record<string, unknown> = {};
    for (let k = 0; k < this.#keys.length; k++) value[this.#keys[k]] = this.#types[k].decode(space, at + this.#offsets[k]);
    return value as StructOf<F>;
  }

  override drop(space: Space, at: number): void {
    for (let k = 0; k < this.#types.length; k++) this.#types[k].drop(space, at + this.#offsets[k]);
  }
}

class Optional<T> extends Type<T | null> {
  override readonly name: string;
  override readonly words: number;
  override readonly align: 1 | 2;
  override readonly depth: number;
  readonly #type: Type<T>;

  constructor(type: Type<T>) {
    super();
    this.#type = type;
    this.depth = depthOver(type);
    this.align = type.align;
    this.words = type.words + type.align;
    this.name = `optional(${type.name})`;
  }

  override encode(space: Space, at: number, value: T | null): void {
    if (value !== null) this.#type.encode(space, at + this.align, value);
    space.arena.i32[at] = value === null ? 0 : 1;
  }

  override decode(space: Space, at: number): T | null {
    return space.arena.i32[at] === 0 ? null : this.#type.decode(space, at + this.align);
  }

  override drop(space: Space, at: number): void {
    if (space.arena.i32[at] !== 0) this.#type.drop(space, at + this.align);
  }
}

/**
 * Objects with exactly these fields, up to 2 KiB of fixed-size values and addresses.
 * An object with a missing or an extra field does not fit.
 * @param fields the type of each, by its name
 * @throws ERR_INVALID_ARGUMENT for a field that is not a type, ERR_LIMIT
 */
export function struct<F extends Fields>(fields: F): Type<StructOf<F>> {
  for (const [key, type] of Object.entries(fields)) {
    if (key === "__proto__" || !key.isWellFormed()) throw new WarrenError("ERR_INVALID_ARGUMENT", `a struct cannot have a field ${JSON.stringify(key)}`);
    checkType(type, `struct field ${key}`);
  }
  return new Struct(fields);
}

/** The fields of a struct type, in their order; `undefined` for another type. */
export function fieldsOf(type: Type<unknown>): readonly StructField[] | undefined {
  return type instanceof Struct ? type.fields : undefined;
}

/** A value of `type`, or `null` for none; `undefined` does not fit. @throws ERR_INVALID_ARGUMENT */
export function optional<T>(type: Type<T>): Type<T | null> {
  checkType(type, "optional");
  return new Optional(type);
}

/** @throws ERR_INVALID_ARGUMENT if `type` is not a type on the wire */
export function checkType(type: unknown, what: string): asserts type is Type<unknown> {
  if (!(type instanceof Type)) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs a type such as i32 or struct({…}), not ${printValue(type)}`);
  }
}

/** A field's name, with the characters escaped that have a meaning in type names. */
function escapeKey(key: string): string {
  return encodeURIComponent(key).replace(/[()]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
