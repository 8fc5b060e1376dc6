/**
 * Calls that start later: when a timer fires (`afterFunc`), or when a context is
 * cancelled (`ctx.afterFunc`).
 *
 * Invariants: an expected call starts once or is dropped, never both. While it is
 * expected it is in `known`, so that the search for partial deadlocks knows that it may
 * use every channel that its maker knows. After the runtime has stopped nothing is
 * expected and nothing starts.
 */
import { INSPECT } from "../../errors.ts";
import { performance } from "../../host.ts";
import type { Timer } from "../../wait/timers.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Identity } from "./identity.ts";

export class Planned {
  readonly #known: Set<Identity>;
  readonly #task: Identity;
  readonly #start: () => void;

  /** @param task what it will be; @param known the calls that this thread expects */
  constructor(task: Identity, known: Set<Identity>, start: () => void) {
    this.#task = task;
    this.#known = known;
    this.#start = start;
  }

  /** From now on it may start. */
  expect(): void {
    this.#known.add(this.#task);
  }

  /** Starts it, if it is expected. */
  start(): void {
    if (this.#known.delete(this.#task)) this.#start();
  }

  get isExpected(): boolean {
    return this.#known.has(this.#task);
  }

  /** It does not start. Returns whether it was expected. */
  drop(): boolean {
    return this.#known.delete(this.#task);
  }
}

/**
 * A call that starts when a timer fires: made by `afterFunc`. Disposing it stops it, so
 * `using` drops the call at the end of the block.
 */
export interface TimedCall extends Disposable {
  /** Drops the call. Returns whether it had not started; it does not wait for one that has. */
  stop(): boolean;
  /** Sets the call to start `delayMs` milliseconds from now, also after it has started or was stopped. Returns what `stop` would. @throws ERR_INVALID_ARGUMENT, ERR_RUNTIME_STOPPED */
  reset(delayMs: number): boolean;
}

export class PlannedTimer implements TimedCall {
  readonly #waiters: Waiters;
  readonly #planned: Planned;
  readonly #check: (delayMs: unknown) => number;
  #timer: Timer | undefined;

  /** @param check checks a delay. @throws what `check` throws */
  constructor(waiters: Waiters, planned: Planned, delayMs: number, check: (delayMs: unknown) => number) {
    this.#waiters = waiters;
    this.#planned = planned;
    this.#check = check;
    this.#set(check(delayMs));
  }

  #set(delayMs: number): void {
    this.#planned.expect();
    this.#timer = this.#waiters.timers.arm(performance.now() + delayMs, () => this.#planned.start());
  }

  stop(): boolean {
    if (this.#timer !== undefined) this.#waiters.timers.cancel(this.#timer);
    return this.#planned.drop();
  }

  reset(delayMs: number): boolean {
    const checkedMs = this.#check(delayMs);
    this.#waiters.checkOpen();
    const wasExpected = this.stop();
    this.#set(checkedMs);
    return wasExpected;
  }

  [INSPECT](): string {
    const leftMs = (this.#timer?.deadlineMs ?? 0) - performance.now();
    return this.#planned.isExpected ? `afterFunc(${Math.max(0, Math.ceil(leftMs))} ms from now)` : "afterFunc(not set)";
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
