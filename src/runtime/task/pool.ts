/**
 * Pools of objects that are expensive to make: Go's sync.Pool, one for each thread.
 *
 * A pool is an ordinary object in a module, so each thread that imports the module has
 * its own, and nothing in it is shared or copied. The last object that was put back is
 * the first that is used again, because it is the most likely to be in the cache.
 *
 * Source: Go, sync/pool.go. Not done: emptying at each garbage collection, as Go does: a
 * program that runs short of memory collects often, and would make all objects again
 * just then. A bound keeps what a pool holds small instead.
 */
import { INSPECT, WarrenError, printValue } from "../../errors.ts";

const DEFAULT_MAX = 64;

/** Options of a `Pool`. */
export interface PoolOptions {
  /** The most objects that lie in the pool of a thread; 64 by default. */
  readonly max?: number | undefined;
}

/**
 * Objects to use again instead of making new ones, such as buffers: Go's `sync.Pool`. Make it
 * at the top of a module, `const buffers = new Pool(() => new Uint8Array(65_536))`: then each
 * thread has a pool of its own. An object comes back as it was put in: clear it if that
 * matters. At most `max` objects lie in the pool; what is put in beyond that is left to the
 * garbage collector, as are objects that are not put back. Needs no runtime.
 */
export class Pool<T extends object> {
  readonly #make: () => T;
  readonly #max: number;
  readonly #idle: T[] = [];

  /** @param make makes an object when none lies in the pool @throws ERR_INVALID_ARGUMENT */
  constructor(make: () => T, options: PoolOptions = {}) {
    if (typeof make !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `a pool needs a function that makes an object, not ${printValue(make)}`);
    if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `a pool needs an object of options, not ${printValue(options)}`);
    const { max = DEFAULT_MAX } = options;
    if (!Number.isInteger(max) || max < 0) throw new WarrenError("ERR_INVALID_ARGUMENT", `the max of a pool must be an integer of at least 0, not ${printValue(max)}`);
    this.#make = make;
    this.#max = max;
  }

  /** An object that lies in the pool, or a new one. It is no longer in the pool. */
  get(): T {
    return this.#idle.pop() ?? this.#make();
  }

  /** Puts `object` into the pool; do not use it afterwards. @throws ERR_INVALID_ARGUMENT for a value that is not an object, or that lies in the pool already */
  put(object: T): void {
    if ((typeof object !== "object" && typeof object !== "function") || object === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `a pool keeps objects, not ${printValue(object)}`);
    if (this.#idle.includes(object)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${printValue(object)} lies in the pool already: two users would get it`);
    if (this.#idle.length < this.#max) this.#idle.push(object);
  }

  /** How many objects lie in the pool of this thread. */
  get size(): number {
    return this.#idle.length;
  }

  /** Empties the pool of this thread. */
  clear(): void {
    this.#idle.length = 0;
  }

  /** @internal */
  [INSPECT](): string {
    return `pool of ${this.#idle.length} objects, at most ${this.#max}`;
  }
}
