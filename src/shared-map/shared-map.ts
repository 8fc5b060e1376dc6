/** The public interface of the shared map. */
import type { WaitOptions } from "../wait/wait.ts";

/** Options of `new SharedMap(…)`. */
export interface SharedMapOptions {
  /** How many entries the map holds at most. When it is full, a new one takes the place of the entry that was not used for the longest time. */
  readonly max: number;
}

/**
 * A map that all threads see: Go's `sync.Map` as a cache. It holds at most `max` entries;
 * then the least recently used go (by second chance, so the order is not exact). Keys and
 * values are copied in and out. Two keys are equal if their types encode them to the same
 * bytes, so strings, numbers, bytes, and structs of these work as keys on every thread.
 *
 * As a task's argument or result it is passed by reference: all threads see the same map.
 */
export interface SharedMap<K, V> extends Disposable {
  /** The number of entries. @throws ERR_STALE_HANDLE */
  readonly size: number;
  /** How many entries it holds at most. @throws ERR_STALE_HANDLE */
  readonly max: number;
  /** A copy of the value of `key`; `undefined` if there is none, also while one is being loaded. @throws ERR_VALUE_REFUSED for a key that does not fit, ERR_LIMIT, ERR_STALE_HANDLE */
  get(key: K): V | undefined;
  /** Whether there is a value of `key`. It does not count as a use. @throws as `get` */
  has(key: K): boolean;
  /**
   * Puts a copy of `value` under `key`. If it throws, the map is unchanged. A load of
   * the key that is in progress still gives its value to those that wait for it, but no
   * longer changes the map; the same after `delete` and `clear`.
   * @throws ERR_VALUE_REFUSED (details: type, path), ERR_ARENA_FULL, ERR_LIMIT, ERR_STALE_HANDLE
   */
  set(key: K, value: V): void;
  /** Removes the entry of `key`; whether there was one. @throws as `get` */
  delete(key: K): boolean;
  /** Removes all entries that were there when it was called. @throws ERR_STALE_HANDLE */
  clear(): void;
  /**
   * The value of `key`; if there is none, that of `loader`, which is put into the map.
   * While one task of any thread runs its loader, the others that ask for the key wait
   * for its value (Go's singleflight). If the loader throws, all of them get the error,
   * and nothing is in the map. If its thread dies, the next one runs its own loader.
   *
   * The signal ends the wait of this call, not the loader: its value still arrives for
   * the others. A loader that asks for its own key waits for itself forever.
   * @param loader returns the value or a promise for it. It runs on this thread
   * @throws what the loader throws, ERR_VALUE_REFUSED, ERR_ARENA_FULL, ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_STALE_HANDLE, or the signal's reason
   */
  load(key: K, loader: (key: K) => V | PromiseLike<V>, options?: WaitOptions): V | Promise<V>;
  /** Frees the map immediately, for all threads, with all entries. Later calls fail with ERR_STALE_HANDLE; a loader in progress still gives its value to those that wait. */
  free(): void;
  /** As `free`: `using cache = new SharedMap(…)`. */
  [Symbol.dispose](): void;
}
