/**
 * The constructors of shared objects, for the runtime that `of` finds at each
 * `new`. What they make has the class of sync/, the same for all runtimes and for
 * what arrives from other threads, so `instanceof` holds for each of them.
 */
import { WarrenError } from "../errors.ts";
import { header } from "../memory/layout.ts";
import { SharedBarrier } from "../sync/barrier.ts";
import { SharedCounter } from "../sync/counter.ts";
import { SharedMutex } from "../sync/mutex.ts";
import type { Barrier, Counter, Mutex, Once, RwLock, Semaphore, WaitGroup } from "../sync/objects.ts";
import { SharedOnce } from "../sync/once.ts";
import { SharedRwLock } from "../sync/rw-lock.ts";
import { SharedSemaphore } from "../sync/semaphore.ts";
import type { SharedObject } from "../sync/shared-object.ts";
import { SharedWaitGroup } from "../sync/wait-group.ts";
import type { Waiters } from "../wait/waiter.ts";
import type { ThreadSide } from "./thread/side.ts";

/** A constructor of shared objects, bound to one runtime: `instanceof` holds for the objects of all. */
export interface SyncConstructor<A extends unknown[], T> {
  /** A new object. */
  new (...args: A): T;
  /** The same for all runtimes. */
  readonly prototype: T;
}

/** The constructors of shared objects. Each `new` throws ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME or ERR_WHICH_RUNTIME where that holds. */
export interface SyncConstructors {
  /** `new Mutex()`: a lock for one at a time over all threads. */
  readonly Mutex: SyncConstructor<[], Mutex>;
  /** `new RwLock()`: a lock for one writer or many readers. */
  readonly RwLock: SyncConstructor<[], RwLock>;
  /** `new Semaphore(permits)`. @param permits how many there are, 1 or more @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
  readonly Semaphore: SyncConstructor<[permits: number], Semaphore>;
  /** `new WaitGroup()`: counts what is not done. */
  readonly WaitGroup: SyncConstructor<[], WaitGroup>;
  /** `new Once()`: runs one function once, over all threads. */
  readonly Once: SyncConstructor<[], Once>;
  /** `new Barrier(parties)`: a meeting point, round after round. @param parties how many meet, 1 or more @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
  readonly Barrier: SyncConstructor<[parties: number], Barrier>;
  /** `new Counter(initial = 0)`: a number to add to and to wait for. @param initial its value at first, a safe integer; 0 by default @throws ERR_INVALID_ARGUMENT */
  readonly Counter: SyncConstructor<[initial?: number], Counter>;
}

/** A class of sync/: `make` allocates the header of a new object. */
interface SharedClass<A extends unknown[], T extends SharedObject> {
  new (waiters: Waiters, at: number, generation: number): T;
  make(waiters: Waiters, ...args: A): number;
}

export function makeSyncConstructors(of: (what: string) => ThreadSide): SyncConstructors {
  const constructor = <A extends unknown[], T extends SharedObject>(name: string, Shared: SharedClass<A, T>): SyncConstructor<A, T> => {
    const construct = function (...args: A): T {
      if (new.target === undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", `${name} is a constructor. Write new ${name}(…)`);
      const { waiters, handles } = of(`new ${name}`).open();
      const at = Shared.make(waiters, ...args);
      return handles.track(Reflect.construct(Shared, [waiters, at, waiters.arena.i32[at + header.generation]], new.target) as T);
    };
    Object.defineProperty(construct, "name", { value: name });
    construct.prototype = Shared.prototype;
    return construct as unknown as SyncConstructor<A, T>;
  };
  return {
    Mutex: constructor("Mutex", SharedMutex),
    RwLock: constructor("RwLock", SharedRwLock),
    Semaphore: constructor("Semaphore", SharedSemaphore),
    WaitGroup: constructor("WaitGroup", SharedWaitGroup),
    Once: constructor("Once", SharedOnce),
    Barrier: constructor("Barrier", SharedBarrier),
    Counter: constructor("Counter", SharedCounter),
  };
}
