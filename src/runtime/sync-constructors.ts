/**
 * The constructors of shared objects, for the runtime that `of` finds at each
 * `new`. The objects have the classes of sync/, which are the same for all runtimes
 * and for objects that arrive from other threads, so `instanceof` works for all.
 */
import { WarrenError } from "../errors.ts";
import { header } from "../memory/layout.ts";
import { SharedBarrier } from "../sync/barrier.ts";
import { SharedCounter } from "../sync/counter.ts";
import { SharedMutex } from "../sync/mutex.ts";
import { type PlainFields, SharedGuarded, plainStruct } from "../sync/guarded.ts";
import type { Barrier, Counter, Guarded, Mutex, Once, RwLock, Semaphore, WaitGroup } from "../sync/objects.ts";
import { SharedOnce } from "../sync/once.ts";
import { SharedRwLock } from "../sync/rw-lock.ts";
import { SharedSemaphore } from "../sync/semaphore.ts";
import type { SharedObject } from "../sync/shared-object.ts";
import { SharedWaitGroup } from "../sync/wait-group.ts";
import type { Waiters } from "../wait/waiter.ts";
import { BoundedMap } from "../shared-map/bounded-map.ts";
import type { SharedMap, SharedMapOptions } from "../shared-map/shared-map.ts";
import { type StructOf, checkType } from "../wire/composites.ts";
import type { Type } from "../wire/type.ts";
import type { ThreadSide } from "./thread/side.ts";

/** A constructor of shared objects, bound to one runtime. `instanceof` works for the objects of all runtimes. */
export interface SyncConstructor<A extends unknown[], T> {
  /** A new object. */
  new (...args: A): T;
  /** The prototype, which is the same for all runtimes. */
  readonly prototype: T;
}

/** The constructor of Guarded, bound to one runtime. */
export interface GuardedConstructor {
  /** A new object with the fields `fields`; `initial` has their first values. */
  new <F extends PlainFields>(fields: F, initial: StructOf<F>): Guarded<StructOf<F>>;
  /** The prototype, which is the same for all runtimes. */
  readonly prototype: Guarded<object>;
}

/** The constructor of SharedMap, bound to one runtime. */
export interface SharedMapConstructor {
  /** A new map from keys of type `keys` to values of type `values`; `options.max` is how many entries it holds at most. */
  new <K, V>(keys: Type<K>, values: Type<V>, options: SharedMapOptions): SharedMap<K, V>;
  /** The prototype, which is the same for all runtimes. */
  readonly prototype: SharedMap<never, never>;
}

/** The constructors of shared objects. Each `new` can throw ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME or ERR_WHICH_RUNTIME. */
export interface SyncConstructors {
  /** `new Mutex()`: a lock that one task holds at a time, over all threads. */
  readonly Mutex: SyncConstructor<[], Mutex>;
  /** `new RwLock()`: a lock for one writer or many readers. */
  readonly RwLock: SyncConstructor<[], RwLock>;
  /** `new Semaphore(permits)`. @param permits number of permits, 1 or more @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
  readonly Semaphore: SyncConstructor<[permits: number], Semaphore>;
  /** `new WaitGroup()`: counts work that is not done. */
  readonly WaitGroup: SyncConstructor<[], WaitGroup>;
  /** `new Once()`: runs one function once, over all threads. */
  readonly Once: SyncConstructor<[], Once>;
  /** `new Barrier(parties)`: a point where tasks wait for each other, round after round. @param parties how many tasks wait for each other, 1 or more @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
  readonly Barrier: SyncConstructor<[parties: number], Barrier>;
  /** `new Counter(initial = 0)`: a number that tasks can change and wait for. @param initial its first value, a safe integer; 0 by default @throws ERR_INVALID_ARGUMENT */
  readonly Counter: SyncConstructor<[initial?: number], Counter>;
  /**
   * `new Guarded({ balance: i64, open: bool }, { balance: 0n, open: true })`: a struct in shared memory and its lock.
   * @param fields the type of each field: `i32`, `u32`, `i64`, `f64` or `bool`
   * @param initial their first values
   * @throws ERR_INVALID_ARGUMENT, ERR_VALUE_REFUSED, ERR_LIMIT
   */
  readonly Guarded: GuardedConstructor;
  /**
   * `new SharedMap(utf8, json(), { max: 1000 })`: a map that all threads see, a cache with singleflight.
   * @param keys the type of its keys
   * @param values the type of its values
   * @param options how many entries it holds at most (`max`)
   * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT
   */
  readonly SharedMap: SharedMapConstructor;
}

/** A class of sync/: `make` allocates the header of a new object. */
interface SharedClass<A extends unknown[], T extends SharedObject> {
  new (waiters: Waiters, at: number, generation: number): T;
  make(waiters: Waiters, ...args: A): number;
}

/** Makes a header, and says what the class needs besides. */
interface Made {
  readonly at: number;
  readonly more?: readonly unknown[];
}

export function makeSyncConstructors(of: (what: string) => ThreadSide): SyncConstructors {
  const constructorOf = <A extends unknown[]>(name: string, Shared: abstract new (...args: never[]) => SharedObject, make: (side: ThreadSide, ...args: A) => Made): unknown => {
    const construct = function (...args: A): SharedObject {
      if (new.target === undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", `${name} is a constructor. Write new ${name}(…)`);
      const side = of(`new ${name}`).open();
      const { waiters, handles } = side;
      const { at, more = [] } = make(side, ...args);
      return handles.track(Reflect.construct(Shared, [waiters, at, waiters.arena.i32[at + header.generation], ...more], new.target) as SharedObject);
    };
    Object.defineProperty(construct, "name", { value: name });
    construct.prototype = Shared.prototype;
    return construct;
  };
  const constructor = <A extends unknown[], T extends SharedObject>(name: string, Shared: SharedClass<A, T>): SyncConstructor<A, T> =>
    constructorOf<A>(name, Shared, ({ waiters }, ...args) => ({ at: Shared.make(waiters, ...args) })) as SyncConstructor<A, T>;
  return {
    Mutex: constructor("Mutex", SharedMutex),
    RwLock: constructor("RwLock", SharedRwLock),
    Semaphore: constructor("Semaphore", SharedSemaphore),
    WaitGroup: constructor("WaitGroup", SharedWaitGroup),
    Once: constructor("Once", SharedOnce),
    Barrier: constructor("Barrier", SharedBarrier),
    Counter: constructor("Counter", SharedCounter),
    Guarded: constructorOf("Guarded", SharedGuarded, ({ waiters }, fields: PlainFields, initial: object) => {
      const type = plainStruct(fields) as Type<object>;
      return { at: SharedGuarded.make(waiters, type, initial), more: [type] };
    }) as GuardedConstructor,
    SharedMap: constructorOf("SharedMap", BoundedMap, ({ waiters, handles }, keys: Type<unknown>, values: Type<unknown>, options: SharedMapOptions) => {
      checkType(keys, "the keys of a SharedMap");
      checkType(values, "the values of a SharedMap");
      return { at: BoundedMap.make(waiters, options), more: [handles.entries, keys, values] };
    }) as SharedMapConstructor,
  };
}
