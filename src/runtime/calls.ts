/** What a program calls, as types: the same for the free functions and for a runtime's methods. */
import type { Chan, Receiver } from "../channel/chan.ts";
import type { Ticker } from "../channel/ticker.ts";
import type { Context, ContextOptions } from "../context/context.ts";
import type { SharedArray } from "../memory/shared-array.ts";
import type { Type } from "../wire/type.ts";
import type { Cases, SelectOptions, Selected } from "../select/select.ts";
import type { Group, GroupOptions } from "./task/group.ts";
import type { SyncConstructors } from "./sync-constructors.ts";
import type { Place } from "./task/tasks.ts";

/**
 * Starts a task or a closure and forgets it; if it fails, the runtime ends, since
 * nobody else could hear of it. Where the result or the failure is wanted: `spawn`.
 */
export interface Go {
  /**
   * A task goes to the least loaded thread, its arguments by copy; a closure
   * stays on this thread and starts in a later turn of it.
   * @param fn made by `task`, or any function
   * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  <A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void;
  /**
   * As the call itself, at a place. A placed task is not taken by other threads.
   * @param place `"here"`, or a thread's index from 0; a closure can only be here
   * @throws ERR_INVALID_ARGUMENT for a thread that is not there
   */
  on(place: NonNullable<Place>): <A extends unknown[]>(fn: (...args: A) => unknown, ...args: A) => void;
}

/**
 * Starts a task or a closure; the promise is its result, or rejects with what it
 * threw, or with ERR_THREAD_DIED if its thread ended. A rejection that nobody
 * awaits is an unhandled one, as of any promise; in a group it is not.
 */
export interface Spawn {
  /** Starts `fn` as `go` does. @throws as `go` */
  <A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** As the call itself, at a `place`, as `go.on`. */
  on(place: NonNullable<Place>): <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;
}

/**
 * Arrays in shared memory, zeroed: one copy that every thread sees, for data too
 * large to send or changed in place by many. @throws ERR_INVALID_ARGUMENT, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
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
   * A channel. It belongs to nobody: it may be sent to any thread, and is freed
   * when it is closed and drained, or late, when no thread can reach it any more.
   * @param type what it carries: `i32`, `utf8`, `struct({…})` …
   * @param capacity values that it buffers; 0, the default, is a rendezvous
   * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  chan<T>(type: Type<T>, capacity?: number): Chan<T>;
  /**
   * A channel for one value of `type`, closed by sending it: the reply channel of
   * a request. Whoever replies need not wait.
   * @throws as `chan`
   */
  oneshot<T>(type: Type<T>): Chan<T>;
  /**
   * Waits for the first of several sends and receives and commits exactly that
   * one; among ready cases it chooses at random.
   * @param cases by name: a channel or timer to receive from, `ch.sending(value)`, or `undefined` for a case that is switched off
   * @throws ERR_CHANNEL_CLOSED if it chose a send to a closed channel, ERR_VALUE_REFUSED, ERR_SELECT_EMPTY, ERR_INVALID_ARGUMENT, or the signal's reason
   */
  select<const C extends Cases, const O extends SelectOptions = Record<never, never>>(cases: C, options?: O): Selected<C, O> | Promise<Selected<C, O>>;
  /** Fires once after `delayMs` milliseconds, never early, with the time in milliseconds since 1970; then it is closed. The timeout of a select. @throws ERR_INVALID_ARGUMENT for what is no number */
  after(delayMs: number): Receiver<number>;
  /**
   * Ticks every `periodMs` milliseconds, on a grid that begins now: a tick that nobody has
   * taken when the next is due is dropped. `Infinity` never ticks.
   * @throws ERR_INVALID_ARGUMENT for what is no number above 0
   */
  ticker(periodMs: number): Ticker;
  /** Never fires; as a case of a select it is disabled. */
  never(): Receiver<never>;
  /**
   * A context: cancelling it, or a context above it, reaches every thread as a
   * channel, an AbortSignal and a flag. `using` gives its memory back.
   * @param parent the context above it; none by default
   * @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a parent of another runtime, ERR_ARENA_FULL
   */
  context(parent?: Context, options?: ContextOptions): Context;
  /**
   * Tasks that are joined together, some at a time if `limit` says so; the first
   * failure cancels the rest. `await using` joins them.
   * @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a context of another runtime, ERR_ARENA_FULL
   */
  group(options?: GroupOptions): Group;
  /** Parks the task for at least `delayMs` milliseconds. @throws ERR_INVALID_ARGUMENT, or the signal's reason */
  sleep(delayMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Lets other tasks, timers and I/O of this thread have a turn: for tasks that compute, about every millisecond. */
  yieldNow(): Promise<void>;
}
