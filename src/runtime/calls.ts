/** The calls of a program, as types: the free functions and the methods of a runtime are the same. */
import type { Chan, Receiver } from "../channel/chan.ts";
import type { Ticker } from "../channel/time/ticker.ts";
import type { Timer } from "../channel/time/timer.ts";
import type { Context, ContextOptions } from "../context/context.ts";
import type { ContextKey } from "../context/key.ts";
import type { SharedArray } from "../memory/shared-array.ts";
import type { Type } from "../wire/type.ts";
import type { DotOptions } from "../parallel/dot.ts";
import type { ParallelOptions } from "../parallel/runs.ts";
import type { Cases, SelectOptions, Selected } from "../select/select.ts";
import type { Group, GroupOptions } from "./task/group.ts";
import type { TimedCall } from "./task/planned.ts";
import type { AbortSignal } from "../wait/abort-signal.ts";
import type { SyncConstructors } from "./sync-constructors.ts";
import type { Place } from "./task/tasks.ts";

/**
 * Starts a task or a closure and returns nothing. If it fails, the runtime stops,
 * because no caller could handle the failure. Use `spawn` if you want the result
 * or the failure.
 */
export interface Go {
  /**
   * A task goes to the least loaded thread, and its arguments are copied. A closure
   * stays on this thread and starts in a later turn of the event loop.
   * @param fn made by `task`, or any function
   * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  <A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void;
  /**
   * Like the call itself, but on a given thread. Other threads do not take a placed task.
   * @param place `"here"`, or a thread's index, from 0; for a closure only this thread
   * @throws ERR_INVALID_ARGUMENT for a thread that does not exist
   */
  on(place: NonNullable<Place>): <A extends unknown[]>(fn: (...args: A) => unknown, ...args: A) => void;
}

/**
 * Starts a task or a closure and returns a promise for its result. The promise
 * rejects with the task's error, or with ERR_THREAD_DIED if its thread ended. If
 * no code handles the rejection, it is an unhandled rejection as for any promise,
 * except in a group.
 */
export interface Spawn {
  /** Starts `fn` like `go`, and returns a promise for its result. @throws as `go` */
  <A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Like the call itself, but on the thread `place`, like `go.on`. */
  on(place: NonNullable<Place>): <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;
}

/**
 * Arrays in shared memory, filled with zeros. All threads see the same array. Use
 * them for data that is too large to copy, or that several tasks change in place. @throws ERR_INVALID_ARGUMENT, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
 */
export interface SharedArrays {
  /** `length` numbers, a `Float64Array`; 8 bytes each. */
  float64(length: number): SharedArray<"f64">;
  /** `length` integers, an `Int32Array`; 4 bytes each. */
  int32(length: number): SharedArray<"i32">;
  /** `length` bytes, a `Uint8Array`. */
  bytes(length: number): SharedArray<"u8">;
}

/** The calls of one runtime. */
export interface Calls extends SyncConstructors {
  readonly go: Go;
  readonly spawn: Spawn;
  readonly shared: SharedArrays;
  /**
   * A channel. You can send it to any thread. It is freed when it is closed and
   * empty; otherwise the garbage collector frees it when no thread can reach it.
   * @param type what it carries: `i32`, `utf8`, `struct({…})` …
   * @param capacity how many values it buffers; 0, the default, is an unbuffered channel
   * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  chan<T>(type: Type<T>, capacity?: number): Chan<T>;
  /**
   * A channel for one value of `type`; sending the value closes it. Use it as the
   * reply channel of a request: the task that replies does not wait.
   * @throws as `chan`
   */
  oneshot<T>(type: Type<T>): Chan<T>;
  /**
   * Waits for the first of several sends and receives and performs exactly that
   * one. If several cases are ready, it chooses one at random.
   * @param cases by name, or in an array, which gives the index as the result's `case`: a channel or timer to receive from, `ch.sending(value)`, or `undefined` for a disabled case
   * @throws ERR_CHANNEL_CLOSED if it chose a send to a closed channel, ERR_VALUE_REFUSED, ERR_SELECT_EMPTY, ERR_INVALID_ARGUMENT, or the signal's reason
   */
  select<const C extends Cases, const O extends SelectOptions = Record<never, never>>(cases: C, options?: O): Selected<C, O> | Promise<Selected<C, O>>;
  /** A channel that fires once, `delayMs` milliseconds from now and never early, with the time in milliseconds since 1970; then it is closed. Use it as the timeout of a select. @throws ERR_INVALID_ARGUMENT for a value that is not a number */
  after(delayMs: number): Receiver<number>;
  /**
   * A channel that fires every `periodMs` milliseconds, counted from now. A tick that
   * has not been received when the next one is due is dropped. `Infinity` never ticks.
   * @throws ERR_INVALID_ARGUMENT for a value that is not a number of at least 0.001
   */
  ticker(periodMs: number): Ticker;
  /**
   * A channel that fires once, `delayMs` milliseconds from now and never early, and that
   * can be stopped and set again. After `stop` and `reset` no value from before is received.
   * @throws ERR_INVALID_ARGUMENT for a value that is not a number
   */
  timer(delayMs: number): Timer;
  /**
   * Starts `fn` like `go`, `delayMs` milliseconds from now and never early, unless it is
   * stopped. A closure runs on this thread, in the AsyncLocalStorage context of this call.
   * On the main thread the timer keeps the process alive, as `setTimeout` does.
   * @throws ERR_INVALID_ARGUMENT, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  afterFunc(delayMs: number, fn: () => unknown): TimedCall;
  /** A channel that never fires. As a case of a select it is disabled. */
  never(): Receiver<never>;
  /**
   * A context. Cancelling it, or a context above it, is visible on every thread as
   * a channel, an AbortSignal and a flag. Declare it with `using` to free its memory.
   * @param parent the context above it; none by default
   * @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a parent of another runtime, ERR_ARENA_FULL
   */
  context(parent?: Context, options?: ContextOptions): Context;
  /**
   * A context below `parent` that carries a value, which `ctx.value(key)` of this context
   * and of all below it returns, on every thread. The value is copied now, like the
   * argument of a task, but it cannot contain channels, locks and other shared objects.
   * Declare the context with `using`: the value is freed with it.
   * @param parent the context above it, or `undefined`
   * @param key made by `contextKey`
   * @param value plain data: what the argument of a task can be, without shared objects
   * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_LIMIT, ERR_STALE_HANDLE for a parent of another runtime, ERR_ARENA_FULL
   */
  withValue<T>(parent: Context | undefined, key: ContextKey<T>, value: NoInfer<T>): Context;
  /**
   * A group of tasks that end together, at most `limit` of them at the same time.
   * The first failure cancels the others. `await using` waits for all of them.
   * @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a context of another runtime, ERR_ARENA_FULL
   */
  group(options?: GroupOptions): Group;
  /**
   * Calls `body(index, ...args)` for each index from 0 to `count` − 1. If `body` is a
   * task, it is called on all threads. A closure is called on this thread, so only its
   * waits overlap. Each task calls its indices one after the other. Resolves when
   * all calls have ended. Rejects with the first failure, and stops the other calls.
   *
   * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME, what a call throws, or the signal's reason
   */
  parallelFor<A extends unknown[] = []>(count: number, body: (index: number, ...args: A) => unknown, options?: ParallelOptions<A>): Promise<void>;
  /**
   * The results of `fn(item, ...args)` for each of `items`, an array or typed array, in
   * the order of the items. Otherwise like `parallelFor`. Items and results are copied,
   * also the elements of a shared array; with `parallelFor` a task can use them in place.
   *
   * @throws as `parallelFor`
   */
  parallelMap<T, R, A extends unknown[] = []>(items: ArrayLike<T>, fn: (item: T, ...args: A) => R, options?: ParallelOptions<A>): Promise<Awaited<R>[]>;
  /**
   * Reduces `items`, an array or typed array, to one value: `step(state, item, ...args)`
   * returns the next state of a chunk, `merge(a, b)` the state of two neighbouring
   * chunks. Each chunk begins with a copy of `initial`, so merging `initial` must change
   * nothing (0 for a sum). If `step` is a task, it is called on all threads; a closure is
   * called on this thread, and so is `merge`. Without items the result is `initial`.
   *
   * The result depends only on the items, the grain and the functions, to the last bit,
   * if the functions depend only on their arguments.
   *
   * @throws as `parallelFor`
   */
  parallelReduce<T, S, A extends unknown[] = []>(items: ArrayLike<T>, step: (state: S, item: T, ...args: A) => S | PromiseLike<S>, merge: (a: S, b: S) => S | PromiseLike<S>, initial: S, options?: ParallelOptions<A>): Promise<S>;
  /**
   * The dot product of `a` and `b`, two vectors made by `shared.float64`: the same 64 bits for
   * every number of threads and tasks. Both may be the same vector. Do not write or free
   * them until the call has ended. Empty vectors give 0.
   *
   * @throws ERR_INVALID_ARGUMENT for other vectors or lengths that differ, ERR_STALE_HANDLE for freed vectors and those of another runtime, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  dot(a: SharedArray<"f64">, b: SharedArray<"f64">, options?: DotOptions): Promise<number>;
  /**
   * A shared object that every thread of a runtime finds under a name, as Go's variables
   * of a package are found. Declare it at the top of a module: `const hits = named("hits",
   * () => new Counter())`. In a task, or on the main thread, `hits()` is the object of the
   * current runtime. The first call makes it. If two threads make one at the same time,
   * one of the objects wins and the other is freed. It lives until the runtime stops.
   * @param name unique in the program; two declarations of one kind mean the same object
   * @param make returns a new shared object, channel, context or shared array. It can be called on more than one thread
   * @returns a function that returns the object. It throws ERR_NAME_TAKEN if the name stands for an object of another kind, ERR_INVALID_ARGUMENT if `make` returns something else, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME, ERR_RUNTIME_STOPPED, ERR_ARENA_FULL, or what `make` throws
   * @throws ERR_INVALID_ARGUMENT
   */
  named<T extends object>(name: string, make: () => T): () => T;
  /** Suspends the task for at least `delayMs` milliseconds. @throws ERR_INVALID_ARGUMENT, or the signal's reason */
  sleep(delayMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Lets other tasks, timers and I/O of this thread run. A task that computes should call it about every millisecond. */
  yieldNow(): Promise<void>;
}
