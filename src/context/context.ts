/**
 * A context as a program sees it: each thread has one object for a header in the arena
 * (tree.ts). The code that takes the lock is in contexts.ts.
 */
import { INSPECT } from "../errors.ts";
import { performance } from "../host.ts";
import type { Receiver } from "../channel/chan.ts";
import type { Arena } from "../memory/arena.ts";
import { HEADER_MARK } from "../memory/size-classes.ts";
import type { AbortSignal } from "../wait/abort-signal.ts";
import { type ContextKey, type ContextValue, nameOf } from "./key.ts";
import { contextHeader } from "./words.ts";

/** Options of `context`. If both are given, the earlier one counts. The deadline is never later than the parent's. */
export interface ContextOptions {
  /** In milliseconds from now: then the context is cancelled with ERR_DEADLINE. Never early. */
  readonly timeout?: number | undefined;
  /** The same as a point in time: a date, or milliseconds since 1970. */
  readonly deadline?: number | Date | undefined;
}

/** What a context needs from its thread's `Contexts`. */
export interface ContextHost {
  readonly arena: Arena;
  cancel(context: Context, reason: unknown): boolean;
  dispose(context: Context): void;
  openDone(context: Context): Receiver<never>;
  openSignal(context: Context): AbortSignal;
  afterFunc(context: Context, fn: () => unknown): () => boolean;
  reasonOf(context: Context): Error;
  /** The error for a REASON that needs no record. */
  errorOf(kind: number): Error;
  /** Its deadline has passed: cancels it, even if another thread has armed the timer. */
  expire(context: Context): void;
}

/** Reads of `cancelled` between two reads of the clock, which costs as much as about ten of them. */
const READS = 256;

/**
 * Cancels tasks on all threads. Contexts form a tree: cancelling one also cancels all
 * contexts below it, on every thread, once and for one reason. Pass it to tasks as an
 * argument; end it with `using`, `cancel` or its deadline.
 */
export class Context implements Disposable {
  /** @internal */
  readonly host: ContextHost;
  /** @internal */
  readonly header: number;
  /** @internal */
  readonly generation: number;
  /** @internal Its values on this thread: set once, when it is made. */
  values: ContextValue | undefined = undefined;
  /** Its deadline, in milliseconds since 1970; `undefined` if it has none. */
  readonly deadlineMs: number | undefined;
  readonly #i32: Int32Array;
  /** The word that is `HEADER_MARK` while the header is one: see `Arena.isHeader`. */
  readonly #mark: number;
  /** Reads of `cancelled` until the next read of the clock; 0 without a deadline. */
  #reads: number;
  #done: Receiver<never> | undefined;
  /** The error, or the REASON that says which it will be. */
  #reason: Error | number | undefined;

  /** @internal Made by `context`. */
  constructor(host: ContextHost, at: number, generation: number, deadlineMs: number) {
    this.host = host;
    this.#i32 = host.arena.i32;
    this.#mark = host.arena.markOf(at);
    this.header = at;
    this.generation = generation;
    this.deadlineMs = deadlineMs === Infinity ? undefined : deadlineMs;
    this.#reads = deadlineMs === Infinity ? 0 : READS;
  }

  /**
   * Whether it is cancelled. This costs three plain reads of shared memory, so loops that
   * compute can check it often. If there is a deadline, every 256th read also reads the
   * clock, because timers do not fire while a loop computes on their thread. `signal` and
   * `done` follow when their thread runs its event loop.
   */
  get cancelled(): boolean {
    if (this.isMarked) return true;
    return this.#reads !== 0 && --this.#reads === 0 && this.#look();
  }

  /** @internal As `cancelled`, but does not read the clock. */
  get isMarked(): boolean {
    const i32 = this.#i32;
    return i32[this.header + contextHeader.cancelled] !== 0 || i32[this.header + contextHeader.generation] !== this.generation || i32[this.#mark] !== HEADER_MARK;
  }

  #look(): boolean {
    this.#reads = READS;
    if (performance.timeOrigin + performance.now() < (this.deadlineMs as number)) return false;
    this.host.expire(this);
    return true;
  }

  /**
   * Cancels it and all contexts below it; only the first call counts. Without a `reason`
   * the reason is ERR_CANCELLED; a value that is not an error becomes its `cause`. The
   * reason is copied to other threads as errors are, without channels and other handles.
   * Returns whether this call cancelled it. @throws ERR_RUNTIME_STOPPED
   */
  cancel(reason?: unknown): boolean {
    return this.host.cancel(this, reason);
  }

  /** A channel that is closed when the context is cancelled, for selects and loops. It never has a value. @throws ERR_ARENA_FULL, ERR_RUNTIME_STOPPED */
  get done(): Receiver<never> {
    this.#done ??= this.host.openDone(this);
    return this.#done;
  }

  /** A signal that aborts on this thread, with the same reason, when the context is cancelled: for `{ signal }` and for Node's own functions. @throws ERR_ARENA_FULL, ERR_RUNTIME_STOPPED */
  get signal(): AbortSignal {
    return this.host.openSignal(this);
  }

  /**
   * Starts `fn` on this thread, once, when the context is cancelled: like `go`, in the
   * AsyncLocalStorage context of this call; a task goes to any thread. Soon, if it is
   * cancelled already. If `fn` fails, the runtime stops. Returns a function that drops the
   * call: it returns whether the call had not started, and does not wait for one that has.
   * @param fn a closure or a task, without arguments
   * @throws ERR_INVALID_ARGUMENT, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED
   */
  afterFunc(fn: () => unknown): () => boolean {
    return this.host.afterFunc(this, fn);
  }

  /** Why it was cancelled: ERR_DEADLINE, ERR_CANCELLED, or the reason given to `cancel`. Each thread has a copy of the same error. */
  get reason(): Error | undefined {
    if (this.#reason === undefined && this.cancelled) this.#reason = this.host.reasonOf(this);
    else if (typeof this.#reason === "number") this.#reason = this.host.errorOf(this.#reason);
    return this.#reason as Error | undefined;
  }

  /**
   * The value of a key, given by `withValue` to this context or to one above it; the
   * nearest counts. `undefined` if there is none, and if the context was disposed before
   * this thread got it. Each thread has one copy of the value for all its tasks: do not
   * change it.
   * @param key made by `contextKey`
   * @throws ERR_INVALID_ARGUMENT for what is not a key
   */
  value<T>(key: ContextKey<T>): T | undefined {
    const name = nameOf(key);
    let at = this.values;
    while (at !== undefined && at.name !== name) at = at.next;
    return at?.value as T | undefined;
  }

  /** @internal Whether this thread knows the reason and no longer needs the header. */
  get isSettled(): boolean {
    return this.#reason !== undefined;
  }

  /** @internal Keeps the reason; only the first call counts. */
  settle(reason: Error | number): void {
    this.#reason ??= reason;
  }

  /** @internal */
  [INSPECT](): string {
    return `context #${this.header.toString(36)}.${this.generation}${this.isMarked ? ", cancelled" : this.deadlineMs === undefined ? "" : `, ${Math.ceil(this.deadlineMs - performance.timeOrigin - performance.now())} ms left`}`;
  }

  /** Cancels it, if it is not cancelled, and frees it. On other threads it stays a cancelled context; a thread that has not read its reason can no longer get it. */
  [Symbol.dispose](): void {
    this.host.dispose(this);
  }
}
