/** What a program calls, as types: the same for the free functions and for a runtime's methods. */
import type { Chan, Receiver } from "../channel/chan.ts";
import type { Ticker } from "../channel/ticker.ts";
import type { Context, ContextOptions } from "../context/context.ts";
import type { Type } from "../memory/type.ts";
import type { Cases, SelectOptions, Selected } from "../select/select.ts";
import type { Group, GroupOptions } from "./group.ts";
import type { SharedArrays } from "./shared.ts";
import type { SyncConstructors } from "./sync-constructors.ts";
import type { Place } from "./tasks.ts";

/** Starts a task or a closure and forgets it; a failure that nobody handles ends the runtime. */
export interface Go {
  /**
   * A task goes to the least loaded thread, its arguments by copy; a closure
   * stays on this thread and starts in a later turn of it.
   * @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
   */
  <A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void;
  /** As the call itself, at a place: `"here"` or a thread's index. A placed task is not taken by other threads. */
  on(place: NonNullable<Place>): <A extends unknown[]>(fn: (...args: A) => unknown, ...args: A) => void;
}

/** Starts a task or a closure; the promise is its result, or rejects with what it threw. */
export interface Spawn {
  /** As `Go`. @throws as `Go` */
  <A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  on(place: NonNullable<Place>): <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;
}

/** The calls of one runtime. */
export interface Calls extends SyncConstructors {
  readonly go: Go;
  readonly spawn: Spawn;
  readonly shared: SharedArrays;
  /** A channel of `type` that buffers `capacity` values; 0, the default, is a rendezvous. @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_ARENA_FULL */
  chan<T>(type: Type<T>, capacity?: number): Chan<T>;
  /** A channel for one value, closed by sending it: the reply channel of a request. */
  oneshot<T>(type: Type<T>): Chan<T>;
  /**
   * Waits for the first of several sends and receives and commits exactly that
   * one; among ready cases it chooses at random.
   * @throws ERR_CHANNEL_CLOSED if it chose a send to a closed channel, ERR_VALUE_REFUSED, ERR_SELECT_EMPTY, ERR_INVALID_ARGUMENT, or the signal's reason
   */
  select<const C extends Cases, const O extends SelectOptions = Record<never, never>>(cases: C, options?: O): Selected<C, O> | Promise<Selected<C, O>>;
  /** Fires once after `delayMs`, never early, with the time in milliseconds since 1970; then it is closed. */
  after(delayMs: number): Receiver<number>;
  /**
   * Ticks every `periodMs`, on a grid that begins now: a tick that nobody has
   * taken when the next is due is dropped. `Infinity` never ticks.
   * @throws ERR_INVALID_ARGUMENT for what is no number above 0
   */
  ticker(periodMs: number): Ticker;
  /** Never fires; as a case of a select it is disabled. */
  never(): Receiver<never>;
  /**
   * A context: cancelling it, or a context above it, reaches every thread as a
   * channel, an AbortSignal and a flag. `using` gives its memory back.
   * @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a parent of another runtime, ERR_ARENA_FULL
   */
  context(parent?: Context, options?: ContextOptions): Context;
  /**
   * Tasks that are joined together, some at a time if `limit` says so; the first
   * failure cancels the rest. `await using` joins them.
   * @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a context of another runtime, ERR_ARENA_FULL
   */
  group(options?: GroupOptions): Group;
  /** Parks the task for at least `delayMs`. @throws ERR_INVALID_ARGUMENT, or the signal's reason */
  sleep(delayMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Lets other tasks, timers and I/O of this thread have a turn. */
  yieldNow(): Promise<void>;
}
