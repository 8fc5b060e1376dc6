/**
 * Receivers that exist on one thread until they are sent to another: `after`, `ticker`
 * and `never`. They need no memory in the arena and no lock; a select arms them only
 * while it waits. When one is sent to another thread, it turns into a channel in the
 * arena, and its own thread sends the values.
 *
 * Invariants: the code that claims a wait takes the value for it in the same step, so no
 * other wait can take that value in between. A receive that begins when a value is due
 * comes after those that wait already, although no timer has told these.
 */
import { INSPECT, WarrenError, printValue } from "../errors.ts";
import type { Type } from "../wire/type.ts";
import { type Finisher, type Wait, signalOf } from "../wait/wait.ts";
import { REASON_PLACE } from "../wait/wait-reason.ts";
import type { Waiters } from "../wait/waiter.ts";
import type { Receiver, WaitOptions } from "./chan.ts";
import type { Channel } from "./channel.ts";
import { ChannelIterator } from "./iterator.ts";
import { makeChannel } from "./make-channel.ts";

/** What a parked receive keeps: how to stop watching, and the value when there is one. */
interface Watching<T> {
  readonly stop: () => void;
  value: T | undefined;
}

export abstract class LocalReceiver<T> implements Receiver<T>, Finisher {
  readonly waiters: Waiters;
  /** The channel that it has turned into. */
  protected channel: Channel<T> | undefined;

  constructor(waiters: Waiters) {
    this.waiters = waiters;
  }

  abstract readonly type: Type<T>;
  /** Whether its channel closes after one value. */
  protected readonly isSingle: boolean = true;
  abstract get length(): number;
  abstract get capacity(): number;
  abstract describe(): string;
  /** Whether a receive would not wait. */
  get isReady(): boolean {
    this.giveDue();
    return (!this.isWanted && this.length > 0) || this.isExhausted();
  }

  /** Whether a receive of this thread waits. */
  protected abstract get isWanted(): boolean;
  /** Gives a value that is due to the receive that has waited longest, if one waits. */
  protected abstract giveDue(): void;
  /** Takes the value if there is one, on this thread: for a receive that has waited. */
  abstract take(): T | undefined;
  /** Whether no value will come any more. */
  abstract isExhausted(): boolean;

  /** Takes the value for a receive that begins now. It leaves one that has become due since the last look to those that wait. */
  takeNew(): T | undefined {
    this.giveDue();
    return this.isWanted ? undefined : this.take();
  }

  /**
   * Calls `ready` when there is a value or no value will come any more. `ready` returns
   * whether the receive still waited; if so, it has taken the value. Returns a function
   * that stops watching.
   */
  abstract watch(ready: () => boolean): () => void;
  /** Sends the values on the channel that other threads have in its place. */
  protected abstract feed(channel: Channel<T>): void;

  /** Turns it into a channel in the arena, once, and returns the channel. */
  materialize(): Channel<T> {
    if (this.channel === undefined) {
      this.channel = makeChannel(this.waiters, this.type, 1, this.isSingle);
      this.feed(this.channel);
    }
    return this.channel;
  }

  /** The channel that it has turned into, if it has. */
  get materialized(): Channel<T> | undefined {
    return this.channel;
  }

  tryRecv(): T | undefined {
    if (this.channel !== undefined) return this.channel.tryRecv();
    this.waiters.checkOpen();
    return this.takeNew();
  }

  recv(options?: WaitOptions): T | undefined | Promise<T | undefined> {
    if (this.channel !== undefined) return this.channel.recv(options);
    const { waiters } = this;
    const signal = signalOf(options);
    waiters.checkOpen();
    const value = this.takeNew();
    if (value !== undefined || this.isExhausted()) {
      if (--waiters.scheduler.ticks < 0 && waiters.scheduler.tick()) return waiters.scheduler.hop(value);
      return value;
    }
    const wait = waiters.acquire(REASON_PLACE.receive, this);
    const { record } = wait;
    const watch: Watching<T> = {
      stop: this.watch(() => {
        if (!waiters.claimDecider(record)) return false;
        watch.value = this.take();
        waiters.complete(record);
        return true;
      }),
      value: undefined,
    };
    wait.extra = watch;
    return waiters.park(wait, signal) as Promise<T | undefined>;
  }

  recvMany(max: number, options?: WaitOptions): T[] | undefined | Promise<T[] | undefined> {
    if (!Number.isInteger(max) || max < 1) throw new WarrenError("ERR_INVALID_ARGUMENT", `recvMany needs an integer of at least 1, not ${printValue(max)}`);
    const many = (value: T | undefined): T[] | undefined => (value === undefined ? undefined : [value]);
    const received = this.recv(options);
    return received instanceof Promise ? received.then(many) : many(received);
  }

  [INSPECT](): string {
    return this.describe();
  }

  [Symbol.asyncIterator](): ChannelIterator<T> {
    return new ChannelIterator(this);
  }

  finish(wait: Wait): T | undefined {
    return (wait.extra as Watching<T>).value;
  }

  withdraw(wait: Wait): boolean {
    if (!this.waiters.claimDecider(wait.record)) return false;
    (wait.extra as Watching<T>).stop();
    return true;
  }
}
