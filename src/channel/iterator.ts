/**
 * Iterating over a channel: `for await`, and streams that are made from it.
 *
 * Invariants: a value that the iterator has taken is what some call of `next` resolves
 * to; `return` and `throw` end the iterator for good and withdraw its receives that are
 * still parked, so that the next value is left to another receiver.
 */
import { INSPECT } from "../errors.ts";
import type { Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

/** What an iterator needs of a receiver. */
interface Source<T> {
  readonly waiters: Waiters;
  recv(): T | undefined | Promise<T | undefined>;
  describe(): string;
}

type Result<T> = IteratorResult<T, undefined>;

export class ChannelIterator<T> implements AsyncIterator<T, undefined>, AsyncIterable<T, undefined>, AsyncDisposable {
  readonly #source: Source<T>;
  /** Receives of this iterator that were parked and are not known to have ended: one, unless a caller did not await `next`. */
  readonly #parked = new Set<Wait>();
  #isOver = false;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  next(): Promise<Result<T>> {
    if (this.#isOver) return Promise.resolve({ value: undefined, done: true });
    let received: T | undefined | Promise<T | undefined>;
    try {
      received = this.#source.recv();
    } catch (error) {
      return Promise.reject(error as Error);
    }
    if (!(received instanceof Promise)) return Promise.resolve(this.#result(received));
    const wait = this.#source.waiters.parkedAs(received);
    if (wait === undefined) return received.then((value) => this.#result(value));
    this.#parked.add(wait);
    return received.then(
      (value) => {
        this.#parked.delete(wait);
        return this.#result(value);
      },
      (error: unknown) => {
        this.#parked.delete(wait);
        throw error;
      },
    );
  }

  /** Ends the iterator: a `next` that still waits gives the end, and the value it would have got stays in the channel. */
  return(): Promise<Result<T>> {
    this.#end();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** As `return`; rejects with `error`. */
  throw(error?: unknown): Promise<Result<T>> {
    this.#end();
    return Promise.reject(error as Error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [INSPECT](): string {
    return `iterator over ${this.#source.describe()}`;
  }

  #result(value: T | undefined): Result<T> {
    if (value !== undefined) return { value, done: false };
    this.#isOver = true;
    return { value: undefined, done: true };
  }

  #end(): void {
    this.#isOver = true;
    // One that has been claimed meanwhile gets its value: its `next` resolves to it.
    for (const wait of this.#parked) this.#source.waiters.giveUp(wait);
  }
}
