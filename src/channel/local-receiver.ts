/**
 * Receivers that live on one thread until they are sent to another: `after`,
 * `ticker` and `never`. They need no memory in the arena and no lock; a select
 * arms them only while it waits. Sent through a channel or to a task, one turns
 * into a channel in the arena that its own thread feeds.
 *
 * Invariant: whoever claims a wait takes the value for it at that moment, so no
 * other wait can be quicker between the two.
 */
import { WarrenError, printValue } from "../errors.ts";
import type { Type } from "../wire/type.ts";
import type { Finisher, Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import type { Receiver, WaitOptions } from "./chan.ts";
import type { Channel } from "./channel.ts";
import { makeChannel } from "./make-channel.ts";

/** What a parked receive keeps: how to stop watching, and the value once it has one. */
interface Watching<T> {
  readonly stop: () => void;
  value: T | undefined;
}

export abstract class LocalReceiver<T> implements Receiver<T>, Finisher {
  readonly waiters: Waiters;
  /** The channel it has turned into. */
  protected channel: Channel<T> | undefined;

  constructor(waiters: Waiters) {
    this.waiters = waiters;
  }

  abstract readonly type: Type<T>;
  /** Whether the channel that stands for it closes after one value. */
  protected readonly isSingle: boolean = true;
  abstract get length(): number;
  abstract get capacity(): number;
  abstract describe(): string;
  /** Whether a receive would not wait. */
  get isReady(): boolean {
    return this.length > 0 || this.isExhausted();
  }

  /** Takes the value if it is there, on this thread. */
  abstract take(): T | undefined;
  /** Nothing will ever come any more. */
  protected abstract isExhausted(): boolean;
  /**
   * Calls `ready` when a value is there or never will be. It returns whether it
   * still waited; then it has taken the value. Returns how to stop watching.
   */
  abstract watch(ready: () => boolean): () => void;
  /** Feeds the channel that stands for it on other threads. */
  protected abstract feed(channel: Channel<T>): void;

  /** The channel in the arena that stands for this from now on. */
  materialize(): Channel<T> {
    if (this.channel === undefined) {
      this.channel = makeChannel(this.waiters, this.type, 1, this.isSingle);
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
    if (value !== undefined || this.isExhausted()) {
      if (--waiters.scheduler.ticks < 0 && waiters.scheduler.tick()) return waiters.scheduler.hop(value);
      return value;
    }
    const wait = waiters.acquire("receive", this);
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

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (;;) {
      const value = await this.recv();
      if (value === undefined) return undefined;
      yield value;
    }
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
