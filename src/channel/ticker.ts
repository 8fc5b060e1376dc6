/**
 * `ticker`: ticks on a fixed grid.
 *
 * Tick k is due at start + k · period. It is computed from the start, not from the tick
 * before, so nothing drifts. At most one tick is pending: it keeps the time at which it
 * was due, and later ticks are dropped while it is pending, so a slow receiver finds one
 * tick and then the grid again. Nothing runs while nobody receives: a timer is armed
 * only while a receive waits, or while ticks are sent to other threads, and it does not
 * keep the process alive.
 *
 * The state is in `Ticks`, apart from the object of the user. The timer that sends to
 * other threads refers only to the state, so it can detect that no thread has the ticker
 * any more.
 *
 * Source: Go's time.Ticker; crossbeam's tick for the grid. As in Go since 1.23, no tick
 * from before a `stop` or `reset` is delivered after it on this thread.
 */
import { performance } from "../host.ts";
import { WarrenError, printValue } from "../errors.ts";
import { header } from "../memory/layout.ts";
import { f64 } from "../wire/scalars.ts";
import type { Timer, Timers } from "../wait/timers.ts";
import type { Waiters } from "../wait/waiter.ts";
import type { Receiver } from "./chan.ts";
import type { Channel } from "./channel.ts";
import { LocalReceiver } from "./local-receiver.ts";

/**
 * A receiver that fires every `periodMs` milliseconds. The value of a tick is the time
 * at which it was due, in milliseconds since 1970. Disposing it ends all waiting
 * receives, as closing a channel does. On another thread it is a plain receiver.
 */
export interface Ticker extends Receiver<number>, Disposable {
  /** Stops the ticks. A receive that waits continues to wait. Returns whether it was running. */
  stop(): boolean;
  /** Starts a new grid now, with `periodMs` or the period as before, also after `stop`. @throws ERR_INVALID_ARGUMENT, ERR_CHANNEL_CLOSED once it is disposed */
  reset(periodMs?: number): void;
}

class Ticks {
  periodMs: number;
  /** When the pending tick was due or the next one will be; `Infinity` for never. */
  nextMs = Infinity;
  runs = false;
  isDisposed = false;
  readonly #timers: Timers;
  /** The receives that wait on this thread, first come first served. */
  readonly #watchers = new Set<() => boolean>();
  #startMs = 0;
  #timer: Timer | undefined;
  #channel: Channel<number> | undefined;
  #user: WeakRef<object> | undefined;

  constructor(timers: Timers, periodMs: number) {
    this.#timers = timers;
    this.periodMs = periodMs;
  }

  /** Starts a new grid now, or none. */
  set(runs: boolean): void {
    this.runs = runs;
    this.#startMs = performance.now();
    this.nextMs = runs ? this.#startMs + this.periodMs : Infinity;
    this.#channel?.tryRecv();
    this.arm();
  }

  /** Takes the pending tick; the next is the first on the grid that is not due yet. */
  take(): number | undefined {
    const nowMs = performance.now();
    if (this.nextMs > nowMs) return undefined;
    const dueMs = this.nextMs;
    let k = Math.floor((nowMs - this.#startMs) / this.periodMs) + 1;
    // The quotient can be rounded down.
    while (this.#startMs + k * this.periodMs <= nowMs) k++;
    this.nextMs = this.#startMs + k * this.periodMs;
    return performance.timeOrigin + dueMs;
  }

  watch(ready: () => boolean): () => void {
    this.#watchers.add(ready);
    this.arm();
    return () => {
      if (this.#watchers.delete(ready)) this.arm();
    };
  }

  feed(channel: Channel<number>, user: object): void {
    if (this.isDisposed) return channel.close();
    this.#channel = channel;
    this.#user = new WeakRef(user);
    this.arm();
  }

  /** Ends all receives that wait. */
  end(): void {
    this.isDisposed = true;
    this.set(false);
    for (const ready of this.#watchers) ready();
    this.#watchers.clear();
    if (this.#channel?.isOpen === true) this.#channel.close();
    this.#channel = undefined;
  }

  /** Arms the timer for the next tick if something receives it. */
  arm(): void {
    const isWanted = !this.isDisposed && (this.#watchers.size > 0 || this.#channel !== undefined);
    const dueMs = isWanted ? this.nextMs : Infinity;
    if (this.#timer !== undefined) {
      if (this.#timer.place >= 0 && this.#timer.deadlineMs === dueMs) return;
      this.#timers.cancel(this.#timer);
    }
    this.#timer = dueMs === Infinity ? undefined : this.#timers.arm(dueMs, () => this.#due(), true);
  }

  #due(): void {
    if (!this.#give()) this.#send();
    this.arm();
  }

  /** Gives the tick to the first receive on this thread that still waits. */
  #give(): boolean {
    for (const ready of this.#watchers) {
      this.#watchers.delete(ready);
      if (ready()) return true;
    }
    return false;
  }

  /** Sends the tick to the other threads. It is dropped if one is pending there. */
  #send(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    if (!channel.isOpen) return this.end();
    const value = this.take();
    if (value !== undefined) channel.trySend(value);
    // The only reference is this thread's own object: no other thread can get the channel again.
    const { i32 } = channel.waiters.arena;
    if (i32[channel.header + header.references] === 1 && this.#user?.deref() === undefined) this.end();
  }
}

export class TickerReceiver extends LocalReceiver<number> implements Ticker {
  override readonly type = f64;
  protected override readonly isSingle = false;
  readonly #ticks: Ticks;

  /** @throws ERR_INVALID_ARGUMENT if `periodMs` is not a number of at least 0.001 */
  constructor(waiters: Waiters, periodMs: number) {
    super(waiters);
    this.#ticks = new Ticks(waiters.timers, checkPeriod(periodMs));
    this.#ticks.set(true);
  }

  override get length(): number {
    return this.channel === undefined ? (performance.now() >= this.#ticks.nextMs ? 1 : 0) : this.channel.length;
  }

  override get capacity(): number {
    return 1;
  }

  override describe(): string {
    return `ticker(${this.#ticks.periodMs} ms${this.#ticks.runs ? "" : ", stopped"})`;
  }

  override take(): number | undefined {
    return this.#ticks.take();
  }

  protected override isExhausted(): boolean {
    return this.#ticks.isDisposed;
  }

  override watch(ready: () => boolean): () => void {
    return this.#ticks.watch(ready);
  }

  protected override feed(channel: Channel<number>): void {
    this.#ticks.feed(channel, this);
  }

  stop(): boolean {
    const { runs } = this.#ticks;
    this.#ticks.set(false);
    return runs;
  }

  reset(periodMs = this.#ticks.periodMs): void {
    const checkedMs = checkPeriod(periodMs);
    this.waiters.checkOpen();
    if (this.#ticks.isDisposed) throw new WarrenError("ERR_CHANNEL_CLOSED", `reset of the disposed ${this.describe()}`);
    this.#ticks.periodMs = checkedMs;
    this.#ticks.set(true);
  }

  [Symbol.dispose](): void {
    if (!this.#ticks.isDisposed) this.#ticks.end();
  }
}

/** The shortest period. The number of a tick is exact for centuries, and no two ticks are at the same time. */
const LEAST_MS = 0.001;

function checkPeriod(periodMs: unknown): number {
  if (typeof periodMs === "number" && periodMs >= LEAST_MS) return periodMs;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `ticker needs a number of milliseconds from ${LEAST_MS} on, not ${printValue(periodMs)}`);
}
