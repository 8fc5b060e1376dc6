/**
 * Types whose values describe themselves: any value that a task's argument can be, and a
 * result, which is a value of another type or an error. A payload (payload.ts) is a block
 * of its own, and the slot holds its address.
 */
import { checkType } from "./composites.ts";
import { decodePayload, dropPayload } from "./payload.ts";
import { encodeValue } from "./payload-encoder.ts";
import { Refusal, type Space, Type, depthOver } from "./type.ts";

class Value<T> extends Type<T> {
  override readonly name = "value";
  override readonly words = 1;
  override readonly align = 1;

  override encode(space: Space, at: number, value: T): void {
    if (value === undefined) throw new Refusal("undefined is what a closed channel gives: use null", value);
    space.arena.i32[at] = encodeValue(space, value);
  }

  override decode(space: Space, at: number): T {
    return decodePayload(space, space.arena.i32[at]) as T;
  }

  override drop(space: Space, at: number): void {
    dropPayload(space, space.arena.i32[at]);
  }
}

const anyValue = new Value<unknown>();

/**
 * Whatever can be the argument of a task: plain objects and arrays, `Map`, `Set`, `Date`,
 * typed arrays, bigints, errors, cycles, and inside of them channels, contexts, locks and
 * shared arrays, which are the same for the receiver. `undefined` can be inside, but is no
 * value itself. What cannot be sent (functions, symbols, instances of classes) does not
 * fit; the error names its path. A type that says more, such as `struct`, is faster.
 */
export function value<T = unknown>(): Type<T> {
  return anyValue as Type<T>;
}

/** A value or an error: what Go returns as `(T, error)`. `if (r.error !== undefined)` tells them apart. */
export type Result<T> = { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: Error };

/** What the first word of a result's slot says. */
const IS = { value: 0, error: 1 } as const;

class ResultOf<T> extends Type<Result<T>> {
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
    this.words = type.align + type.words;
    this.name = `result(${type.name})`;
  }

  override encode(space: Space, at: number, result: Result<T>): void {
    if (typeof result !== "object" || result === null) throw new Refusal("it is not an object with a value or an error", result);
    for (const key in result) if (key !== "value" && key !== "error") throw new Refusal(`a result has no field ${JSON.stringify(key)}`, result);
    const { value: given, error } = result;
    if (error !== undefined && given !== undefined) throw new Refusal("it has both a value and an error", result);
    let key = "value";
    try {
      if (error === undefined) this.#type.encode(space, at + this.align, given as T);
      else {
        key = "error";
        if (!(error instanceof Error)) throw new Refusal("it is not an Error", error);
        space.arena.i32[at + this.align] = encodeValue(space, error);
      }
    } catch (thrown) {
      if (thrown instanceof Refusal) thrown.path.unshift(`.${key}`);
      throw thrown;
    }
    space.arena.i32[at] = error === undefined ? IS.value : IS.error;
  }

  override decode(space: Space, at: number): Result<T> {
    const { i32 } = space.arena;
    if (i32[at] === IS.value) return { value: this.#type.decode(space, at + this.align) };
    return { error: decodePayload(space, i32[at + this.align]) as Error };
  }

  override drop(space: Space, at: number): void {
    const { i32 } = space.arena;
    if (i32[at] === IS.value) this.#type.drop(space, at + this.align);
    else dropPayload(space, i32[at + this.align]);
  }
}

/**
 * A value of `type` or an error: `{ value }` or `{ error }`, never both. The error keeps
 * what the error of a task keeps: class (if registered), name, message, code, cause, own
 * properties and stack.
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT for types nested too deeply
 */
export function result<T>(type: Type<T>): Type<Result<T>> {
  checkType(type, "result");
  return new ResultOf(type);
}
