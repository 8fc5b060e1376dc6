/** Types of fixed size: the value is stored in the slot. */
import { Refusal, Type, type Space, indexStep } from "./type.ts";

abstract class Scalar<T> extends Type<T> {
  override drop(): void {
    // A scalar owns nothing outside its slot.
  }
}

function refusedAt(index: number, why: string, value: unknown): Refusal {
  const refusal = new Refusal(why, value);
  refusal.path.push(indexStep(index));
  return refusal;
}

/** For batches: an array of integers, or of fractions, is copied faster than it grows. */
const ZEROS: readonly number[] = filled(0);
const HALVES: readonly number[] = filled(0.5);
const NONE: readonly number[] = [];

/** A new array with these values, and room for `count` more behind them. */
function room(template: readonly number[], before: readonly number[], count: number): number[] {
  const length = before.length + count;
  const values = length <= template.length ? template.slice(0, length) : Array.from({ length }, () => 0.5);
  for (let k = 0; k < before.length; k++) values[k] = before[k] as number;
  return values;
}

function filled(value: number): number[] {
  const values: number[] = [];
  while (values.length < 2048) values.push(value);
  return values;
}

class I32 extends Scalar<number> {
  override readonly name = "i32";
  override readonly words = 1;
  override readonly align = 1;

  override encode(space: Space, at: number, value: number): void {
    if (typeof value !== "number" || (value | 0) !== value) throw new Refusal("it is not an integer from -2147483648 to 2147483647", value);
    space.arena.i32[at] = value;
  }

  override decode(space: Space, at: number): number {
    return space.arena.i32[at];
  }

  override encodeMany(space: Space, at: number, values: ArrayLike<number>, from: number, count: number): void {
    const { i32 } = space.arena;
    if (values instanceof Int32Array) {
      for (let k = 0; k < count; k++) i32[at + k] = values[from + k];
      return;
    }
    for (let k = 0; k < count; k++) {
      const value = values[from + k];
      if (typeof value !== "number" || (value | 0) !== value) throw refusedAt(from + k, "it is not an integer from -2147483648 to 2147483647", value);
      i32[at + k] = value;
    }
  }

  override decodeMany(space: Space, at: number, count: number, out: number[]): void {
    const { i32 } = space.arena;
    for (let k = 0; k < count; k++) out.push(i32[at + k]);
  }

  override decodeBatch(space: Space, at: number, count: number, before: readonly number[] = NONE): number[] {
    const { i32 } = space.arena;
    const { length } = before;
    const values = room(ZEROS, before, count);
    for (let k = 0; k < count; k++) values[length + k] = i32[at + k];
    return values;
  }
}

class U32 extends Scalar<number> {
  override readonly name = "u32";
  override readonly words = 1;
  override readonly align = 1;

  override encode(space: Space, at: number, value: number): void {
    if (typeof value !== "number" || value >>> 0 !== value) throw new Refusal("it is not an integer from 0 to 4294967295", value);
    space.arena.i32[at] = value | 0;
  }

  override decode(space: Space, at: number): number {
    return space.arena.i32[at] >>> 0;
  }
}

class I64 extends Scalar<bigint> {
  override readonly name = "i64";
  override readonly words = 2;
  override readonly align = 2;

  override encode(space: Space, at: number, value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw new Refusal("it is not a bigint from -2^63 to 2^63-1", value);
    space.arena.i64[at >>> 1] = value;
  }

  override decode(space: Space, at: number): bigint {
    return space.arena.i64[at >>> 1];
  }
}

class F64 extends Scalar<number> {
  override readonly name = "f64";
  override readonly words = 2;
  override readonly align = 2;

  override encode(space: Space, at: number, value: number): void {
    if (typeof value !== "number") throw new Refusal("it is not a number", value);
    space.arena.f64[at >>> 1] = value;
  }

  override decode(space: Space, at: number): number {
    return space.arena.f64[at >>> 1];
  }

  override encodeMany(space: Space, at: number, values: ArrayLike<number>, from: number, count: number): void {
    const { f64 } = space.arena;
    const first = at >>> 1;
    for (let k = 0; k < count; k++) {
      const value = values[from + k];
      if (typeof value !== "number") throw refusedAt(from + k, "it is not a number", value);
      f64[first + k] = value;
    }
  }

  override decodeMany(space: Space, at: number, count: number, out: number[]): void {
    const { f64 } = space.arena;
    const first = at >>> 1;
    for (let k = 0; k < count; k++) out.push(f64[first + k]);
  }

  override decodeBatch(space: Space, at: number, count: number, before: readonly number[] = NONE): number[] {
    const { f64 } = space.arena;
    const first = at >>> 1;
    const { length } = before;
    const values = room(HALVES, before, count);
    for (let k = 0; k < count; k++) values[length + k] = f64[first + k];
    return values;
  }
}

class Bool extends Scalar<boolean> {
  override readonly name = "bool";
  override readonly words = 1;
  override readonly align = 1;

  override encode(space: Space, at: number, value: boolean): void {
    if (typeof value !== "boolean") throw new Refusal("it is neither true nor false", value);
    space.arena.i32[at] = value ? 1 : 0;
  }

  override decode(space: Space, at: number): boolean {
    return space.arena.i32[at] !== 0;
  }
}

/** Whether the values of a type have a fixed size and own nothing. */
export function isScalar(type: unknown): boolean {
  return type instanceof Scalar;
}

/** Integers from −2³¹ to 2³¹−1. −0 arrives as 0, which is equal to it. 4 bytes. */
export const i32: Type<number> = new I32();
/** Integers from 0 to 2³²−1. 4 bytes. */
export const u32: Type<number> = new U32();
/** Bigints from −2⁶³ to 2⁶³−1. 8 bytes. */
export const i64: Type<bigint> = new I64();
/** Any number, including NaN and −0. 8 bytes. */
export const f64: Type<number> = new F64();
/** `true` or `false`. 4 bytes. */
export const bool: Type<boolean> = new Bool();
