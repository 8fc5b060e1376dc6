/**
 * `load` of the shared map. A load in progress (load.ts) is in the table as an entry
 * without a value, which names it.
 *
 * When the loader has given a value, the load notes it (`store`); then the entry with the
 * value takes the place of the entry that names the load, if that is still there; then
 * the load gives the value to all that wait (`land`). So a task that asks finds the load
 * or the value, in whichever of these steps the thread dies. An entry whose load has
 * been freed counts as none: its thread died, and nobody waited.
 *
 * Not done: caching a value whose key was set, deleted or cleared while it was loaded,
 * because it may be older than what the other call meant (the leases of memcached: Nishtala
 * et al., Scaling Memcache at Facebook, 2013).
 */
import { WarrenError, printValue } from "../errors.ts";
import { syncHeader } from "../memory/layout.ts";
import { isThenable } from "../sync/once.ts";
import type { WaitOptions } from "../wait/wait.ts";
import { value as valueType } from "../wire/value.ts";
import { EntryMap } from "./entry-map.ts";
import { type Key, copyOf } from "./key.ts";
import { Load, OVER, RUN } from "./load.ts";
import { mapEntry } from "./words.ts";

/** One call of `load` that found no value. */
interface Call<K, V> {
  readonly key: K;
  readonly bytes: Key;
  readonly loader: (key: K) => V | PromiseLike<V>;
  readonly signal: AbortSignal | undefined;
}

/** A load that this thread has made, and the entry that names it. */
interface Prepared {
  readonly load: Load;
  readonly entry: number;
}

const errors = valueType();
const NO_KEY: Key = { words: new Int32Array(0), at: 0, length: 0, hash: 0 };

export class LoadingMap<K, V> extends EntryMap<K, V> {
  load(key: K, loader: (key: K) => V | PromiseLike<V>, options?: WaitOptions): V | Promise<V> {
    if (typeof loader !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `load needs a function that loads the value, not ${printValue(loader)}`);
    const bytes = this.keys.encode(key);
    const signal = this.begin(options);
    this.enter();
    const entry = this.findLocked(bytes);
    if (entry !== 0) return this.paced(this.readLocked(entry));
    this.leave();
    return this.#loadMissing({ key, bytes: copyOf(bytes), loader, signal });
  }

  #loadMissing(call: Call<K, V>): V | Promise<V> {
    const { i32, table } = this;
    let prepared: Prepared | undefined;
    try {
      for (;;) {
        this.enter();
        const found = this.findLocked(call.bytes);
        if (found !== 0) return this.paced(this.readLocked(found));
        const link = table.linkOf(call.bytes);
        const load = i32[link] === 0 ? undefined : this.#loadOf(i32[link]);
        if (load !== undefined) {
          this.leave();
          const joined = load.waitFor(call.signal);
          if (joined !== OVER) return this.#joined(call, load, joined);
        } else if (prepared === undefined) {
          this.leave();
          prepared = this.#prepare(call.bytes);
        } else {
          const own = prepared;
          prepared = undefined;
          const over = table.put(link, own.entry);
          this.leave();
          this.entries.drop(over);
          return this.#run(call, own.load);
        }
      }
    } finally {
      if (prepared !== undefined) this.#giveUp(prepared);
    }
  }

  /** The load that an entry names; `undefined` if it is over. */
  #loadOf(entry: number): Load | undefined {
    const { i32, waiters } = this;
    const at = i32[entry + mapEntry.load];
    const generation = i32[entry + mapEntry.loadGeneration];
    return waiters.arena.hasGeneration(at, generation) ? new Load(waiters, at, generation, this.entries) : undefined;
  }

  #prepare(bytes: Key): Prepared {
    const { i32, waiters, entries } = this;
    const at = Load.make(waiters);
    const load = new Load(waiters, at, i32[at + syncHeader.generation], entries);
    load.begun();
    try {
      return { load, entry: entries.makeForLoad(bytes, load.header, load.generation) };
    } catch (error) {
      load.free();
      throw error;
    }
  }

  #giveUp({ load, entry }: Prepared): void {
    load.free();
    this.entries.drop(entry);
  }

  /** What another task's load has given, or the turn to run the loader. */
  #joined(call: Call<K, V>, load: Load, joined: unknown): V | Promise<V> {
    if (joined instanceof Promise) return joined.then((result: unknown) => (result === RUN ? this.#run(call, load) : (result as V)));
    return joined === RUN ? this.#run(call, load) : (joined as V);
  }

  #run(call: Call<K, V>, load: Load): V | Promise<V> {
    let result: V | PromiseLike<V>;
    try {
      result = call.loader(call.key);
    } catch (error) {
      this.#fail(call, load, error);
      throw error;
    }
    if (!isThenable(result)) return this.paced(this.#land(call, load, result));
    const landing = Promise.resolve(result).then(
      (value) => this.#land(call, load, value),
      (error: unknown) => {
        this.#fail(call, load, error);
        throw error;
      },
    );
    return call.signal === undefined ? landing : untilAborted(landing, call.signal);
  }

  /** The loader has given a value. Returns a copy, as all others get. */
  #land({ bytes }: Call<K, V>, load: Load, value: V): V {
    let entry: number;
    try {
      entry = this.makeEntry(bytes, value);
    } catch (error) {
      this.#fail({ bytes }, load, error);
      throw error;
    }
    load.store(entry);
    if (this.enterIfLive()) {
      if (this.#isNamed(bytes, load)) {
        this.entries.own(entry);
        this.putLocked(bytes, entry);
      } else this.leave();
    }
    load.land();
    return this.readOwned(entry);
  }

  /** The loader has failed, or its value does not fit: the others get the error. */
  #fail({ bytes }: Pick<Call<K, V>, "bytes">, load: Load, error: unknown): void {
    if (this.enterIfLive()) {
      const entry = this.#isNamed(bytes, load) ? this.table.take(this.table.linkOf(bytes)) : 0;
      this.leave();
      this.entries.drop(entry);
    }
    load.fail(this.#errorEntry(error));
  }

  /** Under the lock: whether the key's entry names this load. */
  #isNamed(bytes: Key, { header, generation }: Load): boolean {
    const { i32 } = this;
    const entry = i32[this.table.linkOf(bytes)];
    return entry !== 0 && i32[entry + mapEntry.load] === header && i32[entry + mapEntry.loadGeneration] === generation;
  }

  /** An entry with an error for a value; 0 if there is no room. */
  #errorEntry(error: unknown): number {
    const { entries } = this;
    try {
      const id = entries.names.intern(errors.name);
      try {
        return entries.make(NO_KEY, errors, id, error);
      } catch (refusal) {
        if (refusal instanceof WarrenError) throw refusal;
        return entries.make(NO_KEY, errors, id, new WarrenError("ERR_NOT_TRANSFERABLE", `the error of a loader cannot be sent to another thread: ${printValue(error)}`));
      }
    } catch (failure) {
      if (failure instanceof WarrenError) return 0;
      throw failure;
    }
  }
}

/** The result of a promise, or the reason of the signal if that aborts first. Whoever aborts, the promise goes on. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => reject(signal.reason);
  const end = (): void => signal.removeEventListener("abort", abort);
  signal.addEventListener("abort", abort);
  promise.then(resolve, reject).then(end, end);
  return result;
}
