/**
 * Memory that dies with its thread: before the n-th write, plain or atomic, it
 * throws, and then at every one. What was written before stays, as after
 * `terminate()`. It imports nothing, for it stands under the atomics.
 */

/** What a write of a dead thread throws. */
export class Death extends Error {}

/** How many writes a thread has left. */
export interface Life {
  writesLeft: number;
}

const mortals = new WeakMap<object, { readonly target: object; readonly life: Life }>();

function live(life: Life): void {
  if (life.writesLeft-- <= 0) {
    life.writesLeft = 0;
    throw new Death();
  }
}

/** Stands for memory that the thread of `life` writes. */
export function mortal<T extends object>(target: T, life: Life): T {
  const proxy = new Proxy(target, {
    get: (_, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        live(life);
        return Reflect.apply(value, target, args);
      };
    },
    set: (_, key, value) => {
      live(life);
      return Reflect.set(target, key, value, target);
    },
  });
  mortals.set(proxy, { target, life });
  return proxy;
}

/** The memory behind a mortal one, for `Atomics`, which take no proxy; `isWrite` is a write as others are. */
export function reach<T extends object>(words: T, isWrite: boolean): T {
  const known = mortals.get(words);
  if (known === undefined) return words;
  if (isWrite) live(known.life);
  return known.target as T;
}
