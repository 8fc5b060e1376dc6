/** The public interfaces of the objects with which tasks on all threads coordinate. */
import type { Guard } from "./guard.ts";
import type { WaitOptions } from "../wait/wait.ts";

/**
 * A shared object. As a task's argument or result it is passed by reference, as a
 * channel is: all threads see the same object. `free` frees it immediately; otherwise
 * the garbage collector does, later, when no thread can reach it any more.
 */
interface Shared extends Disposable {
  /** Frees the object immediately, for all threads. Operations that wait and later calls fail with ERR_STALE_HANDLE. */
  free(): void;
  /** As `free`: `using mutex = new Mutex()`. */
  [Symbol.dispose](): void;
}

/**
 * A lock that one task at a time holds, on all threads together. Data that only the
 * holder touches needs no other protection. First come first served, also for a task
 * that unlocks and locks again. Not reentrant.
 */
export interface Mutex extends Shared {
  /** Waits for the lock. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  lock(options?: WaitOptions): Guard | Promise<Guard>;
  /** Takes the lock if it is free now. @throws ERR_STALE_HANDLE */
  tryLock(): Guard | undefined;
}

/** What `lock()` of a Guarded returns: the lock, and the fields that it protects. */
export interface FieldsGuard<T extends object> extends Guard {
  /**
   * The fields, as properties that read and write shared memory: `state.fields.count += 1`.
   * They work only while the guard holds the lock. For an object of your own use `copy`:
   * a spread of `fields` finds no properties.
   * @throws ERR_NOT_LOCKED after the guard was unlocked, ERR_VALUE_REFUSED for a value that does not fit its field, ERR_STALE_HANDLE
   */
  readonly fields: T;
  /** A copy of all fields. @throws ERR_NOT_LOCKED after the guard was unlocked, ERR_STALE_HANDLE */
  copy(): T;
}

/**
 * A struct of plain fields in shared memory, and the lock that protects it. The fields
 * can be reached only through a guard, so no task can forget the lock. It is a Mutex in
 * everything else.
 */
export interface Guarded<T extends object> extends Shared {
  /** Waits for the lock. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  lock(options?: WaitOptions): FieldsGuard<T> | Promise<FieldsGuard<T>>;
  /** Takes the lock if it is free now. @throws ERR_STALE_HANDLE */
  tryLock(): FieldsGuard<T> | undefined;
}

/**
 * A lock for one writer or many readers. First come first served: readers that are next
 * to each other in the queue get it together, and neither side starves the other. A
 * reader must not take the lock a second time: behind a waiting writer it would wait for
 * itself forever.
 */
export interface RwLock extends Shared {
  /** Waits until no writer holds it. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  readLock(options?: WaitOptions): Guard | Promise<Guard>;
  /** Takes the lock for reading if no writer holds it and no task waits. @throws ERR_STALE_HANDLE */
  tryReadLock(): Guard | undefined;
  /** Waits until no other task holds it. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  writeLock(options?: WaitOptions): Guard | Promise<Guard>;
  /** Takes the lock for writing if no other task holds it. @throws ERR_STALE_HANDLE */
  tryWriteLock(): Guard | undefined;
}

/**
 * A fixed number of permits for all threads together. First come first served: a large
 * request is not overtaken by later small ones.
 */
export interface Semaphore extends Shared {
  /** How many permits are free. @throws ERR_STALE_HANDLE */
  readonly available: number;
  /** Waits for `n` permits; the guard releases all of them. @throws ERR_INVALID_ARGUMENT for more than the semaphore has in all, ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  acquire(n?: number, options?: WaitOptions): Guard | Promise<Guard>;
  /** Takes `n` permits if they are free and no task waits. @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE */
  tryAcquire(n?: number): Guard | undefined;
}

/** Counts work that is not done yet; tasks can wait until the count is 0. It can be used again immediately. */
export interface WaitGroup extends Shared {
  /** How much is not done yet. @throws ERR_STALE_HANDLE */
  readonly count: number;
  /** Adds `n`, which can be negative. Call it before you start the task that calls `done`. @throws ERR_NEGATIVE_COUNT, ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_STALE_HANDLE */
  add(n?: number): void;
  /** Subtracts 1. @throws ERR_NEGATIVE_COUNT, ERR_STALE_HANDLE */
  done(): void;
  /** Waits until the count is 0. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  wait(options?: WaitOptions): void | Promise<void>;
}

/** Runs a function once, on the thread that comes first. Later callers see all of its effects on shared memory. */
export interface Once extends Shared {
  /** Whether a function has run to its end. @throws ERR_STALE_HANDLE */
  readonly isDone: boolean;
  /**
   * Runs `fn` on this thread, unless a function has run to its end. While another call
   * runs its function, waits for that. If `fn` throws, this call throws the same error,
   * and the next call runs its own function. The signal ends the wait, not `fn`.
   * @throws what `fn` throws, ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason
   */
  do(fn: () => unknown, options?: WaitOptions): void | Promise<void>;
}

/** A meeting point for a fixed number of parties, round after round. */
export interface Barrier extends Shared {
  /** The number of parties. @throws ERR_STALE_HANDLE */
  readonly parties: number;
  /**
   * Waits until all parties have arrived. The result is the order of arrival: the first
   * gets 0, the last `parties − 1`. A party whose wait a signal ends has not arrived.
   * @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason
   */
  wait(options?: WaitOptions): number | Promise<number>;
}

/** A number to which all threads add, and for which tasks can wait. It is a safe integer, exact beyond 2³¹ and 2³². */
export interface Counter extends Shared {
  /** The value now. @throws ERR_STALE_HANDLE */
  readonly value: number;
  /** Adds `n`, which can be negative; returns the new value. @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_STALE_HANDLE */
  add(n?: number): number;
  /** Waits until the value is at least `n`. It can have fallen again when the task continues. @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  until(n: number, options?: WaitOptions): void | Promise<void>;
}
