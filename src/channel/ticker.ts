/**
 * `ticker`: ticks on a fixed grid.
 *
 * Tick k is due at start + k · period, computed from the start and not from the
 * tick before, so nothing drifts. At most one tick is pending: it keeps the time
 * at which it was due, and what comes due behind it is dropped, so a reader that
 * was away finds one tick and then the grid again. Nothing is counted while
 * nobody looks; a timer is armed only while a receive waits or a channel on
 * other threads is fed, and it does not keep the process alive.
 *
 * The state lies in `Ticks`, apart from the object of the user: the feed keeps
 * the state only, so that it can tell when nobody on any thread has the ticker.
 *
 * Source: Go's time.Ticker; crossbeam's tick for the grid. As since Go 1.23, no
 * tick from before a `stop` or `reset` is delivered after it on this thread.
 */
import { WarrenError, printValue } from "../errors.ts";
import { header } from "../memory/layout.ts";
import { f64 } from "../wire/scalars.ts";
import type { Timer, Timers } from "../wait/timers.ts";
import type { Waiters } from "../wait/waiter.ts";
import type { Receiver } from "./chan.ts";
import type { Channel } from "./channel.ts";
import { LocalReceiver } from "./local-receiver.ts";

/**
 * Ticks every so many milliseconds, with the time (milliseconds since 1970) at
 * which the tick was due. Disposing it ends those who wait as a closed channel
 * does. Sent to another thread it arrives as a plain receiver.
 */
export interface Ticker extends Receiver<number>, Disposable {
  /** No more ticks; who waits goes on waiting. Returns whether it ran. */
  stop(): boolean;
  /** Begins a new grid now, of `periodMs` or as before, also after `stop`. @throws ERR_INVALID_ARGUMENT, ERR_CHANNEL_CLOSED once it is disposed */
  reset(periodMs?: number): void;
}

class Ticks {
  periodMs: number;
  /** When the pending tick was due or the next one will be; `Infinity` for never. */
  nextMs = Infinity;
  runs = false;
  isDisposed = false;
  readonly #timers: Timers;
  /** Receives that wait on this thread, first come first served. */
  readonly #watchers = new Set<() => boolean>();
  #startMs = 0;
  #timer: Timer | undefined;
  #channel: Channel<number> | undefined;
  #user: WeakRef<object> | undefined;

  constructor(timers: Timers, periodMs: number) {
    this.#timers = timers;
    this.periodMs = periodMs;
  }

  /** A new grid from now on, or none. */
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
    // A quotient may be rounded down.
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

  /** Who waits sees the end. */
  end(): void {
    this.isDisposed = true;
    this.set(false);
    for (const ready of this.#watchers) ready();
    this.#watchers.clear();
    if (this.#channel?.isOpen === true) this.#channel.close();
    this.#channel = undefined;
  }

  /** Arms the timer for the next tick if anybody is there to have it. */
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

  /** Gives the tick to the first on this thread that still waits. */
  #give(): boolean {
    for (const ready of this.#watchers) {
      this.#watchers.delete(ready);
      if (ready()) return true;
    }
    return false;
  }

  /** Gives the tick to the other threads; dropped if theirs is pending. */
  #send(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    if (!channel.isOpen) return this.end();
    const value = this.take();
    if (value !== undefined) channel.trySend(value);
    // One reference is the channel object here: nobody else can have one again.
    const { i32 } = channel.waiters.arena;
    if (i32[channel.header + header.references] === 1 && this.#user?.deref() === undefined) this.end();
  }
}

export class TickerReceiver extends LocalReceiver<number> implements Ticker {
  override readonly type = f64;
  protected override readonly isSingle = false;
  readonly #ticks: Ticks;

  /** @throws ERR_INVALID_ARGUMENT for what is no number above 0 */
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
    if (this.#ticks.isDisposed) throw new WarrenError("ERR_CHANNEL_CLOSED", `reset of the disposed ${this.describe()}`);
    this.#ticks.periodMs = checkedMs;
    this.#ticks.set(true);
  }

  [Symbol.dispose](): void {
    if (!this.#ticks.isDisposed) this.#ticks.end();
  }
}

function checkPeriod(periodMs: unknown): number {
  if (typeof periodMs === "number" && periodMs > 0) return periodMs;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `ticker needs a number of milliseconds above 0, not ${printValue(periodMs)}`);
}
