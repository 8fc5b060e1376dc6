/**
 * `timer`: fires once, and can be stopped and set again.
 *
 * Invariants: after `stop` or `reset` no value from before it is received on any thread;
 * `stop` and `reset` return true exactly if a value would have been received otherwise.
 * So each start of the timer ends in one value, or in one `stop` or `reset` that
 * returned true. How the value reaches its receiver: alarm.ts.
 *
 * Source: Go's time.Timer with the rules of Go 1.23. As there, a timer that nobody waits
 * for costs nothing, and its value is the time at which it was due. Not done: closing the
 * channel after the value, as `after` does, because the timer can be set again.
 */
import { performance } from "../../host.ts";
import { WarrenError } from "../../errors.ts";
import { f64 } from "../../wire/scalars.ts";
import type { Timers } from "../../wait/timers.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Receiver } from "../chan.ts";
import type { Channel } from "../channel.ts";
import { LocalReceiver } from "../local-receiver.ts";
import { checkDelay } from "./after.ts";
import { Alarm } from "./alarm.ts";

/**
 * A receiver that fires once and can be set again. Its value is the time at which it was
 * due, in milliseconds since 1970. Disposing it ends all waiting receives, as closing a
 * channel does. On another thread it is a plain receiver.
 */
export interface Timer extends Receiver<number>, Disposable {
  /**
   * Stops it, and drops its value if that has not been received. A receive that waits
   * continues to wait. Returns whether it was running or its value had not been received.
   */
  stop(): boolean;
  /** Sets it to fire `delayMs` milliseconds from now, like `stop` and a new timer. Returns what `stop` would. @throws ERR_INVALID_ARGUMENT, ERR_CHANNEL_CLOSED once it is disposed, ERR_RUNTIME_STOPPED */
  reset(delayMs: number): boolean;
}

class OneTime extends Alarm {
  /** It was set, and its value has not been taken on this thread or sent to others. */
  isSet = false;

  constructor(timers: Timers, delayMs: number) {
    super(timers);
    this.set(delayMs);
  }

  /** Forgets the value from before. Returns whether there was one, or would have been. */
  clear(): boolean {
    const { isSet } = this;
    this.isSet = false;
    this.nextMs = Infinity;
    return this.drop() || isSet;
  }

  set(delayMs: number): boolean {
    const wasSet = this.clear();
    this.isSet = true;
    this.nextMs = performance.now() + delayMs;
    this.arm();
    return wasSet;
  }

  protected override halt(): void {
    this.clear();
  }

  override take(): number | undefined {
    if (!this.isDue) return undefined;
    const dueMs = this.nextMs;
    this.isSet = false;
    this.nextMs = Infinity;
    return performance.timeOrigin + dueMs;
  }
}

export class TimerReceiver extends LocalReceiver<number> implements Timer {
  override readonly type = f64;
  protected override readonly isSingle = false;
  readonly #alarm: OneTime;

  /** @throws ERR_INVALID_ARGUMENT if `delayMs` is not a number of milliseconds */
  constructor(waiters: Waiters, delayMs: number) {
    super(waiters);
    this.#alarm = new OneTime(waiters.timers, checkDelay(delayMs, "timer"));
  }

  override get length(): number {
    return this.channel === undefined ? (this.#alarm.isDue ? 1 : 0) : this.channel.length;
  }

  override get capacity(): number {
    return 1;
  }

  override describe(): string {
    const { nextMs } = this.#alarm;
    return nextMs === Infinity ? "timer(not set)" : `timer(${Math.max(0, Math.ceil(nextMs - performance.now()))} ms from now)`;
  }

  protected override get isWanted(): boolean {
    return this.#alarm.isWanted;
  }

  protected override giveDue(): void {
    this.#alarm.giveDue();
  }

  override take(): number | undefined {
    return this.#alarm.take();
  }

  override isExhausted(): boolean {
    return this.#alarm.isDisposed;
  }

  override watch(ready: () => boolean): () => void {
    return this.#alarm.watch(ready);
  }

  protected override feed(channel: Channel<number>): void {
    this.#alarm.feed(channel, this);
  }

  stop(): boolean {
    const wasSet = this.#alarm.clear();
    this.#alarm.arm();
    return wasSet;
  }

  reset(delayMs: number): boolean {
    const checkedMs = checkDelay(delayMs, "reset");
    this.waiters.checkOpen();
    if (this.#alarm.isDisposed) throw new WarrenError("ERR_CHANNEL_CLOSED", `reset of the disposed ${this.describe()}`);
    return this.#alarm.set(checkedMs);
  }

  [Symbol.dispose](): void {
    if (!this.#alarm.isDisposed) this.#alarm.end();
  }
}
