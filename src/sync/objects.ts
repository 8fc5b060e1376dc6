/** The public faces of the objects that tasks on all threads coordinate by. */
import type { Guard } from "./guard.ts";
import type { WaitOptions } from "../wait/wait-options.ts";

/**
 * Travels to any thread, as a task's argument or result, as a channel does; all
 * threads see one and the same. Freed when no thread can reach it any more, late,
 * or at once by `free`.
 */
interface Shared extends Disposable {
  /** Gives the memory back at once, for all threads: who waits, and whoever uses it later, fails with ERR_STALE_HANDLE. */
  free(): void;
  /** As `free`: `using mutex = new Mutex()`. */
  [Symbol.dispose](): void;
}

/**
 * One at a time, over all threads: what only the holder touches needs no other
 * protection. First come first served, also for a task that unlocks and locks
 * again. Not reentrant.
 */
export interface Mutex extends Shared {
  /** Waits for the lock. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  lock(options?: WaitOptions): Guard | Promise<Guard>;
  /** The lock if it is free now. @throws ERR_STALE_HANDLE */
  tryLock(): Guard | undefined;
}

/**
 * One writer or many readers. First come first served: readers that stand in the
 * queue together enter together, and neither side starves the other. A reader must
 * not ask for the lock a second time: behind a writer that waits it would wait for itself.
 */
export interface RwLock extends Shared {
  /** Waits until no writer has it. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  readLock(options?: WaitOptions): Guard | Promise<Guard>;
  /** The lock for reading if nobody writes or waits. @throws ERR_STALE_HANDLE */
  tryReadLock(): Guard | undefined;
  /** Waits until nobody has it. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  writeLock(options?: WaitOptions): Guard | Promise<Guard>;
  /** The lock for writing if nobody has it. @throws ERR_STALE_HANDLE */
  tryWriteLock(): Guard | undefined;
}

/**
 * A number of permits: as many may be held at once, over all threads. First come
 * first served; a request for many is not overtaken by later ones for few.
 */
export interface Semaphore extends Shared {
  /** Permits that nobody holds. @throws ERR_STALE_HANDLE */
  readonly available: number;
  /** Waits for `n` permits; the guard gives all of them back. @throws ERR_INVALID_ARGUMENT for more than there are in all, ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  acquire(n?: number, options?: WaitOptions): Guard | Promise<Guard>;
  /** `n` permits if they are free and nobody waits. @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE */
  tryAcquire(n?: number): Guard | undefined;
}

/** Counts what is still to be done; others wait until all is. It can be used again at once. */
export interface WaitGroup extends Shared {
  /** What is not done yet. @throws ERR_STALE_HANDLE */
  readonly count: number;
  /** `n` more to do, or fewer if it is negative. Call it before the task starts that calls `done`. @throws ERR_NEGATIVE_COUNT, ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_STALE_HANDLE */
  add(n?: number): void;
  /** One is done. @throws ERR_NEGATIVE_COUNT, ERR_STALE_HANDLE */
  done(): void;
  /** Waits until the count is 0; at once if it is. @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  wait(options?: WaitOptions): void | Promise<void>;
}

/** Something to be done once, by whichever thread comes first; whoever comes later sees all of its effects on shared memory. */
export interface Once extends Shared {
  /** Whether a function has run to its end. @throws ERR_STALE_HANDLE */
  readonly isDone: boolean;
  /**
   * Runs `fn`, on this thread, unless one has run; while another runs it, waits
   * for that. If `fn` throws, this call throws the same and the next one runs its
   * own. The signal ends the waiting, not `fn`.
   * @throws what `fn` throws, ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason
   */
  do(fn: () => unknown, options?: WaitOptions): void | Promise<void>;
}

/** A meeting point of a fixed number of parties, round after round. */
export interface Barrier extends Shared {
  /** How many meet. @throws ERR_STALE_HANDLE */
  readonly parties: number;
  /**
   * Waits until all are there. The result is the order of arrival: the first gets
   * 0, the last `parties − 1`. One that leaves on a signal has not arrived.
   * @throws ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason
   */
  wait(options?: WaitOptions): number | Promise<number>;
}

/** A number that all threads add to, and that tasks can wait for: a safe integer, exact beyond 2³¹ and 2³². */
export interface Counter extends Shared {
  /** Its value now, as all threads have added to it. @throws ERR_STALE_HANDLE */
  readonly value: number;
  /** Adds `n`, which may be negative; the new value. @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_STALE_HANDLE */
  add(n?: number): number;
  /** Waits until the value has been at least `n`; it may have fallen again since. @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE, ERR_ARENA_FULL, or the signal's reason */
  until(n: number, options?: WaitOptions): void | Promise<void>;
}
