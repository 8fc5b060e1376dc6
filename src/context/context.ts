/**
 * A context as a program sees it: one object per thread for a header in the arena
 * (tree.ts). Everything that takes the lock is in contexts.ts.
 */
import type { Receiver } from "../channel/chan.ts";
import { contextHeader, header } from "../memory/layout.ts";

/** Options of `context`. The earlier of the two counts, and never later than the parent's. */
export interface ContextOptions {
  /** Milliseconds from now after which it is cancelled with ERR_DEADLINE; never early. */
  readonly timeout?: number | undefined;
  /** A point in time instead: a date, or milliseconds since 1970. */
  readonly deadline?: number | Date | undefined;
}

/** What an object needs of its thread's contexts. */
export interface ContextHost {
  readonly i32: Int32Array;
  cancel(context: Context, reason: unknown): boolean;
  dispose(context: Context): void;
  openDone(context: Context): Receiver<never>;
  openSignal(context: Context): AbortSignal;
  reasonOf(context: Context): Error;
  /** The error of a REASON that needs no record. */
  errorOf(kind: number): Error;
  /** Its deadline has passed: cancels it, whoever was to. */
  expire(context: Context): void;
}

/** Reads of `cancelled` between two looks at the clock: a look costs some ten of them. */
const READS = 256;

/**
 * A node in a tree of cancellation that all threads see: cancelling one cancels
 * everything below it, on every thread, once and for one reason. Pass it to tasks
 * as an argument; end it by `using`, `cancel` or its deadline.
 */
export class Context implements Disposable {
  /** @internal */
  readonly host: ContextHost;
  /** @internal */
  readonly header: number;
  /** @internal */
  readonly generation: number;
  /** When it is cancelled at the latest, in milliseconds since 1970; `undefined` for no deadline. */
  readonly deadlineMs: number | undefined;
  readonly #i32: Int32Array;
  /** Reads of `cancelled` until the next look at the clock; 0 without a deadline. */
  #reads: number;
  #done: Receiver<never> | undefined;
  /** The error, or the REASON that says which it will be. */
  #reason: Error | number | undefined;

  /** @internal Made by `context`. */
  constructor(host: ContextHost, at: number, generation: number, deadlineMs: number) {
    this.host = host;
    this.#i32 = host.i32;
    this.header = at;
    this.generation = generation;
    this.deadlineMs = deadlineMs === Infinity ? undefined : deadlineMs;
    this.#reads = deadlineMs === Infinity ? 0 : READS;
  }

  /**
   * Whether it is cancelled: two plain reads of shared memory, for loops that
   * compute; one in 256 also looks at the clock if there is a deadline, for a loop
   * that computes keeps its thread's timers from firing. `signal` and `done`
   * follow when their thread has a turn.
   */
  get cancelled(): boolean {
    if (this.isMarked) return true;
    return this.#reads !== 0 && --this.#reads === 0 && this.#look();
  }

  /** @internal Whether it has been cancelled: the reads alone. */
  get isMarked(): boolean {
    return this.#i32[this.header + contextHeader.cancelled] !== 0 || this.#i32[this.header + header.generation] !== this.generation;
  }

  #look(): boolean {
    this.#reads = READS;
    if (performance.timeOrigin + performance.now() < (this.deadlineMs as number)) return false;
    this.host.expire(this);
    return true;
  }

  /**
   * Cancels it and everything below it; only the first time counts. Without a
   * `reason` it is ERR_CANCELLED, and what is no error becomes its `cause`. The
   * reason travels as errors do, without channels and other handles. Returns
   * whether this call did it.
   */
  cancel(reason?: unknown): boolean {
    return !this.cancelled && this.host.cancel(this, reason);
  }

  /** Closes when it is cancelled, for selects and loops; nothing is ever sent on it. @throws ERR_ARENA_FULL */
  get done(): Receiver<never> {
    this.#done ??= this.host.openDone(this);
    return this.#done;
  }

  /** Aborts on this thread when it is cancelled, with the same reason: for `{ signal }` and for Node's own functions. @throws ERR_ARENA_FULL */
  get signal(): AbortSignal {
    return this.host.openSignal(this);
  }

  /** Why it was cancelled: the same error, as a copy, on every thread. ERR_DEADLINE, ERR_CANCELLED, or what `cancel` was given. */
  get reason(): Error | undefined {
    if (this.#reason === undefined && this.cancelled) this.#reason = this.host.reasonOf(this);
    else if (typeof this.#reason === "number") this.#reason = this.host.errorOf(this.#reason);
    return this.#reason as Error | undefined;
  }

  /** @internal Whether the reason is known here, whatever becomes of the header. */
  get isSettled(): boolean {
    return this.#reason !== undefined;
  }

  /** @internal The reason is known: the first time counts. */
  settle(reason: Error | number): void {
    this.#reason ??= reason;
  }

  /** Cancels it if it is not, and gives its memory back: on other threads it goes on as a cancelled one whose reason is lost unless they have asked for it. */
  [Symbol.dispose](): void {
    this.host.dispose(this);
  }
}
