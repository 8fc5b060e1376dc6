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
  /** It has tried to write without any left. */
  isOver?: boolean;
}

const mortals = new WeakMap<object, { readonly target: object; readonly life: Life }>();

function live(life: Life): void {
  if (life.writesLeft-- <= 0) {
    life.writesLeft = 0;
    life.isOver = true;
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
function reach<T extends object>(words: T, isWrite: boolean): T {
  const known = mortals.get(words);
  if (known === undefined) return words;
  if (isWrite) live(known.life);
  return known.target as T;
}

/** Atomics that a mortal thread can die at: for `vi.mock` of memory/atomics.ts. Reads and waking are no writes. */
export function mortalAtomics(real: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const READS = new Set(["load", "doze", "waitAsync", "notify"]);
  const mortalOne = (name: string, fn: (words: object, ...rest: unknown[]) => unknown) => (words: object, ...rest: unknown[]) => fn(reach(words, !READS.has(name)), ...rest);
  return Object.fromEntries(Object.entries(real).map(([name, fn]) => [name, name === "pause" ? fn : mortalOne(name, fn as (words: object, ...rest: unknown[]) => unknown)]));
}
