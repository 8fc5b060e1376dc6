/**
 * Receivers that live on one thread until they are sent to another: `after` and
 * `never`. They need no memory in the arena and no lock; a select arms them only
 * while it waits. Sent through a channel or to a task, one turns into a channel
 * in the arena that its own thread feeds.
 */
import { WarrenError, printValue } from "../errors.ts";
import { f64 } from "../memory/scalars.ts";
import type { Type } from "../memory/type.ts";
import type { Timer } from "../sync/timers.ts";
import type { Finisher, Wait } from "../sync/wait.ts";
import type { Waiters } from "../sync/waiter.ts";
import type { Receiver, WaitOptions } from "./chan.ts";
import type { Channel } from "./channel.ts";
import { makeChannel } from "./make-channel.ts";

export abstract class LocalReceiver<T> implements Receiver<T>, Finisher {
  readonly waiters: Waiters;
  /** The channel it has turned into. */
  protected channel: Channel<T> | undefined;

  constructor(waiters: Waiters) {
    this.waiters = waiters;
  }

  abstract readonly type: Type<T>;
  abstract get length(): number;
  abstract get capacity(): number;
  abstract describe(): string;
  /** Whether a receive would not wait. */
  get isReady(): boolean {
    return this.length > 0 || this.isOver();
  }

  /** Takes the value if it is there. */
  protected abstract take(): T | undefined;
  /** Nothing will ever come any more. */
  protected abstract isOver(): boolean;
  /** Calls `ready` once when a value may be there; returns how to take that back. */
  abstract watch(ready: () => void): () => void;
  /** Feeds the channel that stands for it on other threads. */
  protected abstract feed(channel: Channel<T>): void;

  /** The channel in the arena that stands for this from now on. */
  materialize(): Channel<T> {
    if (this.channel === undefined) {
      this.channel = makeChannel(this.waiters, this.type, 1, true);
      this.feed(this.channel);
    }
    return this.channel;
  }

  /** The channel it has turned into, if it has. */
  get materialized(): Channel<T> | undefined {
    return this.channel;
  }

  tryRecv(): T | undefined {
    return this.channel === undefined ? this.take() : this.channel.tryRecv();
  }

  recv(options?: WaitOptions): T | undefined | Promise<T | undefined> {
    if (this.channel !== undefined) return this.channel.recv(options);
    const { waiters } = this;
    const signal = options?.signal;
    if (signal?.aborted) throw signal.reason;
    const value = this.take();
    if (value !== undefined || this.isOver()) {
      if (--waiters.turn.ticks < 0 && waiters.turn.tick()) return waiters.turn.hop(value);
      return value;
    }
    const wait = waiters.acquire("receive", this);
    const { record } = wait;
    wait.extra = this.watch(() => {
      if (waiters.claimDecider(record)) waiters.complete(record);
    });
    return waiters.park(wait, signal) as Promise<T | undefined>;
  }

  recvMany(max: number, options?: WaitOptions): T[] | undefined | Promise<T[] | undefined> {
    if (!Number.isInteger(max) || max < 1) throw new WarrenError("ERR_INVALID_ARGUMENT", `recvMany needs a whole number of at least 1, not ${printValue(max)}`);
    const many = (value: T | undefined): T[] | undefined => (value === undefined ? undefined : [value]);
    const received = this.recv(options);
    return received instanceof Promise ? received.then(many) : many(received);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (;;) {
      const value = await this.recv();
      if (value === undefined) return undefined;
      yield value;
    }
  }

  /** A wait that is over takes the value; another may have been quicker, then it ends as closed. */
  finish(): T | undefined {
    return this.tryRecv();
  }

  withdraw(wait: Wait): boolean {
    if (!this.waiters.claimDecider(wait.record)) return false;
    (wait.extra as () => void)();
    return true;
  }
}

/** Fires once, with the time in milliseconds since 1970, then is closed. */
export class After extends LocalReceiver<number> {
  override readonly type = f64;
  readonly #deadlineMs: number;
  #taken = false;

  /** @throws ERR_INVALID_ARGUMENT for what is no number of milliseconds */
  constructor(waiters: Waiters, delayMs: number) {
    super(waiters);
    this.#deadlineMs = performance.now() + checkDelay(delayMs, "after");
  }

  override get length(): number {
    return this.channel === undefined ? (this.#isDue() && !this.#taken ? 1 : 0) : this.channel.length;
  }

  override get capacity(): number {
    return 1;
  }

  override describe(): string {
    return `after(${Math.max(0, Math.ceil(this.#deadlineMs - performance.now()))} ms from now)`;
  }

  #isDue(): boolean {
    return performance.now() >= this.#deadlineMs;
  }

  protected override take(): number | undefined {
    if (this.#taken || !this.#isDue()) return undefined;
    this.#taken = true;
    return performance.timeOrigin + performance.now();
  }

  protected override isOver(): boolean {
    return this.#taken;
  }

  override watch(ready: () => void): () => void {
    const { timers } = this.waiters;
    const timer: Timer = timers.arm(this.#deadlineMs, ready);
    return () => timers.cancel(timer);
  }

  protected override feed(channel: Channel<number>): void {
    if (this.#taken) return channel.close();
    this.watch(() => {
      // The reader may have gone and the channel with it.
      if (channel.isOpen) channel.trySend(performance.timeOrigin + performance.now());
    });
  }
}

/** Never has a value and is never closed; in a select it disables its case. */
export class Never extends LocalReceiver<never> {
  override readonly type = f64 as unknown as Type<never>;

  override get length(): number {
    return 0;
  }

  override get capacity(): number {
    return 0;
  }

  override describe(): string {
    return "never()";
  }

  protected override take(): undefined {
    return undefined;
  }

  protected override isOver(): boolean {
    return false;
  }

  override watch(): () => void {
    return () => undefined;
  }

  protected override feed(): void {
    // Nothing ever comes.
  }
}

/** Milliseconds, 0 for negative ones, `Infinity` for never. @throws ERR_INVALID_ARGUMENT */
export function checkDelay(delayMs: unknown, what: string): number {
  if (typeof delayMs !== "number" || Number.isNaN(delayMs)) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs a number of milliseconds, not ${printValue(delayMs)}`);
  }
  return Math.max(0, delayMs);
}
