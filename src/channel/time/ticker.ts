/**
 * `ticker`: ticks on a fixed grid.
 *
 * Tick k is due at start + k · period. It is computed from the start, not from the tick
 * before, so nothing drifts. At most one tick is pending: it keeps the time at which it
 * was due, and later ticks are dropped while it is pending, so a slow receiver finds one
 * tick and then the grid again. How ticks reach their receivers: alarm.ts.
 *
 * Source: Go's time.Ticker; crossbeam's tick for the grid. As in Go since 1.23, no tick
 * from before a `stop` or `reset` is delivered after it on this thread.
 */
import { performance } from "../../host.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { f64 } from "../../wire/scalars.ts";
import type { Timers } from "../../wait/timers.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Receiver } from "../chan.ts";
import type { Channel } from "../channel.ts";
import { LocalReceiver } from "../local-receiver.ts";
import { Alarm } from "./alarm.ts";

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

class Ticks extends Alarm {
  periodMs: number;
  runs = false;
  #startMs = 0;

  constructor(timers: Timers, periodMs: number) {
    super(timers);
    this.periodMs = periodMs;
  }

  /** Starts a new grid now, or none. */
  set(runs: boolean): void {
    this.runs = runs;
    this.#startMs = performance.now();
    this.nextMs = runs ? this.#startMs + this.periodMs : Infinity;
    this.drop();
    this.arm();
  }

  protected override halt(): void {
    this.set(false);
  }

  /** Takes the pending tick; the next is the first on the grid that is not due yet. */
  override take(): number | undefined {
    const nowMs = performance.now();
    if (this.nextMs > nowMs) return undefined;
    const dueMs = this.nextMs;
    let k = Math.floor((nowMs - this.#startMs) / this.periodMs) + 1;
    // The quotient can be rounded down.
    while (this.#startMs + k * this.periodMs <= nowMs) k++;
    this.nextMs = this.#startMs + k * this.periodMs;
    return performance.timeOrigin + dueMs;
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
    return this.channel === undefined ? (this.#ticks.isDue ? 1 : 0) : this.channel.length;
  }

  override get capacity(): number {
    return 1;
  }

  override describe(): string {
    return `ticker(${this.#ticks.periodMs} ms${this.#ticks.runs ? "" : ", stopped"})`;
  }

  protected override get isWanted(): boolean {
    return this.#ticks.isWanted;
  }

  protected override giveDue(): void {
    this.#ticks.giveDue();
  }

  override take(): number | undefined {
    return this.#ticks.take();
  }

  override isExhausted(): boolean {
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
