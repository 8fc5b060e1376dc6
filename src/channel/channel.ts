/**
 * The operations of a channel in the arena, over the primitives that each kind
 * implements (array.ts, rendezvous.ts): encode, try, watch for a moment, join the
 * queue; for single values and for batches.
 *
 * Invariants: a value is encoded, and all memory allocated, before anything is locked,
 * so a value that does not fit or a full arena changes nothing; what encoding allocated
 * is freed exactly once, by the receiver or by the operation that drops the value.
 */
import { type ErrorCode, INSPECT, WarrenError, invariant, printValue } from "../errors.ts";
import { isScalar } from "../wire/scalars.ts";
import { Refusal, refusalOf, refused } from "../wire/type.ts";
import { USE } from "../memory/layout.ts";
import { type Running, signalOf } from "../wait/wait.ts";
import { REASON_PLACE } from "../wait/wait-reason.ts";
import type { Chan, Sending, WaitOptions } from "./chan.ts";
import { type Attempt, type Batch, ChannelCore, type Quick } from "./channel-core.ts";
import { BUSY, CLOSED, DONE, WOULD_WAIT } from "./exchange.ts";
import { ChannelIterator } from "./iterator.ts";
import { pausesFor } from "./patience.ts";
import { RECEIVERS, SENDERS } from "./words.ts";

/** The most words of a batch that are staged at a time. */
const BATCH_WORDS = 2048;

export abstract class Channel<T> extends ChannelCore<T> implements Chan<T> {
  /** Encoding runs no code of the user and allocates nothing. */
  readonly #isScalar = isScalar(this.type);

  send(value: T, options?: WaitOptions): void | Promise<void> {
    const signal = signalOf(options);
    const at = this.#stage(value);
    if (this.waiters.recorder !== undefined) this.noteUse(USE.send);
    if (this.capacity > 0) {
      let attempt = this.putFast(at);
      if (attempt !== DONE && !this.#joinsAtOnce) attempt = this.#putPatiently(at, attempt);
      if (attempt === DONE) return this.#sent();
    }
    return this.#sendOrWait(at, signal);
  }

  trySend(value: T): boolean {
    const at = this.#stage(value);
    const attempt = this.tryPut(at);
    if (this.waiters.recorder !== undefined) this.noteUse(attempt === DONE ? USE.send : USE.miss);
    if (attempt === DONE) return true;
    if (attempt === CLOSED) this.refuseClosed(at);
    this.type.drop(this.waiters, at);
    return false;
  }

  recv(options?: WaitOptions): T | undefined | Promise<T | undefined> {
    const signal = signalOf(options);
    if (this.waiters.recorder !== undefined) this.noteUse(USE.receive);
    if (this.capacity > 0) {
      const at = this.waiters.scratchTop;
      let attempt = this.takeFast(at);
      if (attempt !== DONE && !this.#joinsAtOnce) attempt = this.#takePatiently(at, attempt);
      if (attempt === DONE) return this.#received(DONE, at, 0) as T | undefined | Promise<T | undefined>;
    }
    return this.#recvOrWait(signal) as T | undefined | Promise<T | undefined>;
  }

  tryRecv(): T | undefined {
    const at = this.waiters.scratchTop;
    const attempt = this.tryTake(at);
    if (this.waiters.recorder !== undefined) this.noteUse(attempt === WOULD_WAIT ? USE.miss : USE.receive);
    if (attempt === DONE) return this.type.decode(this.waiters, at);
    if (attempt === CLOSED) this.waiters.checkOpen();
    return undefined;
  }

  sendMany(values: ArrayLike<T>, options?: WaitOptions): void | Promise<void> {
    const { scheduler } = this.waiters;
    const signal = signalOf(options);
    if (!Number.isSafeInteger((values as Partial<ArrayLike<T>> | null | undefined)?.length)) throw new WarrenError("ERR_INVALID_ARGUMENT", `sendMany needs an array of values, not ${printValue(values)}`);
    for (let sent = 0; sent < values.length; ) {
      const more = this.#sendBurst(values, sent);
      sent += more;
      const isStuck = sent < values.length && (more === 0 || this.#isFull);
      if (isStuck && !this.patience(SENDERS)) return this.#sendRest(copyOf(values), sent, signal);
    }
    if (--scheduler.ticks < 0 && scheduler.tick()) return scheduler.hop(undefined);
  }

  recvMany(max: number, options?: WaitOptions): T[] | undefined | Promise<T[] | undefined> {
    if (!Number.isInteger(max) || max < 1) throw new WarrenError("ERR_INVALID_ARGUMENT", `recvMany needs an integer of at least 1, not ${printValue(max)}`);
    const { scheduler } = this.waiters;
    const signal = signalOf(options);
    let values = this.#recvBurst(max);
    if (values === WOULD_WAIT && this.patience(RECEIVERS)) values = this.#recvBurst(max);
    if (this.waiters.recorder !== undefined) this.noteUse(USE.receive, values === WOULD_WAIT || values === undefined ? 1 : values.length);
    if (values === WOULD_WAIT) return this.#recvOrWait(signal, max) as T[] | undefined | Promise<T[] | undefined>;
    if (values === undefined) this.#ended();
    if (--scheduler.ticks < 0 && scheduler.tick()) return scheduler.hop(values);
    return values;
  }

  sending(value: T): SendCase<T> {
    return new SendCase(this, value);
  }

  [Symbol.asyncIterator](): ChannelIterator<T> {
    return new ChannelIterator(this);
  }

  /** Whether an operation that the fast path of a buffer could not do goes on with `#sendOrWait` or `#recvOrWait`, which exchange or join the queue in one call: watching cannot help, and no memory is needed. */
  get #joinsAtOnce(): boolean {
    return this.waiters.isPreparedFor(this.words) && this.waiters.scheduler.spins() === 0;
  }

  /** Sends the value staged at `at` without joining the queue, watching for room, after `putFast` has returned `first`. */
  #putPatiently(at: number, first: Quick): Attempt {
    const attempt = first === BUSY ? this.slowPut(at) : first;
    return attempt === WOULD_WAIT && this.patience(SENDERS, pausesFor(this.capacity)) ? this.tryPut(at) : attempt;
  }

  /** As `#putPatiently`, receives into `at`. */
  #takePatiently(at: number, first: Quick): Attempt {
    const attempt = first === BUSY ? this.slowTake(at) : first;
    return attempt === WOULD_WAIT && this.patience(RECEIVERS) ? this.tryTake(at) : attempt;
  }

  /** Encodes a value into scratch memory, where it stays until the next operation of this thread. */
  #stage(value: T): number {
    const { waiters, type } = this;
    const at = waiters.scratchTop;
    if (this.#isScalar) {
      try {
        type.encode(waiters, at, value);
      } catch (error) {
        refused(error, type.name);
      }
      return at;
    }
    // Encoding can run code of the user (getters), which may use scratch memory further up.
    waiters.scratchTop = at + ((this.words + 1) & ~1);
    try {
      invariant(waiters.scratchTop <= waiters.scratchEnd, "scratch is large enough");
      type.encode(waiters, at, value);
    } catch (error) {
      refused(error, type.name);
    } finally {
      waiters.scratchTop = at;
    }
    return at;
  }

  /** Encodes a value into a block of its own, for a send in a select. @throws as `send` */
  stageInBlock(value: T): number {
    const at = this.#stage(value);
    try {
      const block = this.waiters.arena.alloc(this.words);
      this.copy(at, block);
      return block;
    } catch (error) {
      this.type.drop(this.waiters, at);
      throw error;
    }
  }

  /** Sends the value staged at `at`, or joins the queue. The memory that this can need is allocated before. @param batch the batch of which it is a value */
  #sendOrWait(at: number, signal: AbortSignal | undefined, batch?: Batch<T>): void | Promise<void> {
    const { waiters } = this;
    if (waiters.recorder !== undefined || !waiters.isPreparedFor(this.words)) return this.#sendLocked(at, this.#prepare(at), signal);
    const spins = waiters.scheduler.spins();
    const attempt = this.putOrJoin(at, waiters.spare, spins === 0 ? 1 : 0);
    if (attempt === WOULD_WAIT) {
      const wait = waiters.begin(REASON_PLACE.send, this);
      if (batch !== undefined) wait.extra = batch;
      return waiters.suspend(wait, spins, signal) as Promise<void>;
    }
    if (attempt === BUSY) return this.#sendLocked(at, 0, signal);
    if (attempt !== DONE) this.endPartner(attempt);
    return this.#sent();
  }

  /** As `#sendOrWait`, for a receive. @param max for a batch of at most so many values; 0 for one value */
  #recvOrWait(signal: AbortSignal | undefined, max = 0): T | T[] | undefined | Promise<T | T[] | undefined> {
    const { waiters } = this;
    if (waiters.recorder !== undefined || !waiters.isPreparedFor(this.words)) return this.#recvLocked(this.#prepare(0), signal, max);
    const at = waiters.scratchTop;
    const spins = waiters.scheduler.spins();
    const attempt = this.takeOrJoin(at, waiters.spare, spins === 0 ? 1 : 0);
    if (attempt === WOULD_WAIT) {
      const wait = waiters.begin(REASON_PLACE.receive, this);
      if (max > 0) wait.extra = max;
      return waiters.suspend(wait, spins, signal) as Promise<T | undefined>;
    }
    if (attempt === BUSY) return this.#recvLocked(0, signal, max);
    if (attempt !== DONE) this.endPartner(attempt);
    return this.#received(DONE, at, max);
  }

  /** As `#sendOrWait` in every case: the channel may be closed, its lock held, or the value too large for a record. @param large the block for such a value, or 0 */
  #sendLocked(at: number, large: number, signal: AbortSignal | undefined): void | Promise<void> {
    const { waiters } = this;
    const attempt = this.lock() ? this.putLocked(at) : CLOSED;
    if (attempt === WOULD_WAIT) {
      const spins = waiters.scheduler.spins();
      const wait = waiters.acquire(REASON_PLACE.send, this, spins);
      this.copy(at, waiters.adoptValue(wait.record, large));
      this.enqueueLocked(SENDERS, wait.record);
      this.unlock();
      return waiters.suspend(wait, spins, signal) as Promise<void>;
    }
    if (this.isHeld) this.release();
    if (large !== 0) waiters.arena.free(large);
    waiters.flush();
    if (attempt === CLOSED) this.refuseClosed(at);
    return this.#sent();
  }

  /** As `#sendLocked`, for a receive. */
  #recvLocked(large: number, signal: AbortSignal | undefined, max: number): T | T[] | undefined | Promise<T | T[] | undefined> {
    const { waiters } = this;
    const at = waiters.scratchTop;
    const attempt = this.lock() ? this.takeLocked(at) : CLOSED;
    if (attempt === WOULD_WAIT) {
      const spins = waiters.scheduler.spins();
      const wait = waiters.acquire(REASON_PLACE.receive, this, spins);
      if (max > 0) wait.extra = max;
      waiters.adoptValue(wait.record, large);
      this.enqueueLocked(RECEIVERS, wait.record);
      this.unlock();
      return waiters.suspend(wait, spins, signal) as Promise<T | undefined>;
    }
    if (this.isHeld) this.release();
    if (large !== 0) waiters.arena.free(large);
    waiters.flush();
    return this.#received(attempt, at, max);
  }

  /** Allocates what joining the queue needs. Returns the block for a value that a record cannot hold, or 0. If the arena is full, drops the value staged at `at`. */
  #prepare(at: number): number {
    const { waiters } = this;
    try {
      waiters.prepare();
      return waiters.allocValue(this.words);
    } catch (error) {
      if (at !== 0) this.type.drop(waiters, at);
      throw error;
    }
  }

  /** The end of a send that did not wait. Returns a promise if the time slice is used up. */
  #sent(): void | Promise<void> {
    const { scheduler } = this.waiters;
    if (--scheduler.ticks < 0 && scheduler.tick()) return scheduler.hop(undefined);
  }

  /** The end of a receive that did not wait: as `#sent`. */
  #received(attempt: Attempt, at: number, max: number): T | T[] | undefined | Promise<T | T[] | undefined> {
    const { waiters } = this;
    let value: T | T[] | undefined = attempt === DONE ? this.type.decode(waiters, at) : undefined;
    if (max > 0 && attempt === DONE) {
      const batch = this.withMore(value as T, max);
      if (waiters.recorder !== undefined) this.noteUse(USE.receive, batch.length - 1);
      value = batch;
    }
    if (attempt === CLOSED) this.#ended();
    if (--waiters.scheduler.ticks < 0 && waiters.scheduler.tick()) return waiters.scheduler.hop(value);
    return value;
  }

  /** A receive has found the channel closed and empty, or the handle stale. */
  #ended(): void {
    this.waiters.checkOpen();
    this.endWatch();
  }

  /** Whether a buffer has no room now: then sending more values without waiting need not be tried. */
  get #isFull(): boolean {
    return this.capacity > 0 && this.length >= this.capacity;
  }

  /** Sends as many values as possible without waiting; returns how many. */
  #sendBurst(values: ArrayLike<T>, from: number): number {
    const { waiters, type, words } = this;
    const at = waiters.scratchTop;
    const room = this.capacity === 0 ? 1 : Math.max(1, this.capacity - this.length);
    const count = Math.min(values.length - from, room, Math.max(1, (BATCH_WORDS / words) | 0));
    if (count <= 0) return 0;
    waiters.scratchTop = at + ((count * words + 1) & ~1);
    try {
      type.encodeMany(waiters, at, values, from, count);
    } catch (error) {
      throw withSent(error instanceof Refusal ? refusalOf(error, type.name) : error, from, "ERR_VALUE_REFUSED");
    } finally {
      waiters.scratchTop = at;
    }
    const put = this.putMany(at, count);
    if (put > 0 && waiters.recorder !== undefined) this.noteUse(USE.send, put);
    for (let k = Math.max(put, 0); k < count; k++) type.drop(waiters, at + k * words);
    if (put < 0) throw withSent(this.closedError(), from, "ERR_CHANNEL_CLOSED");
    return put;
  }

  /** Continues with a batch (a copy) from `from`, and waits if it must. */
  async #sendRest(values: ArrayLike<T>, from: number, signal: AbortSignal | undefined): Promise<void> {
    const batch: Batch<T> = { values, sent: from };
    while (batch.sent < values.length) {
      const at = batch.sent++;
      try {
        const staged = this.#stage(values[at] as T);
        if (this.waiters.recorder !== undefined) this.noteUse(USE.send);
        const waiting = this.#sendOrWait(staged, signal, batch);
        if (waiting !== undefined) await waiting;
      } catch (error) {
        throw withSent(error, at, signal?.aborted && error === signal.reason ? "ERR_CANCELLED" : "ERR_VALUE_REFUSED");
      }
      while (batch.sent < values.length) {
        const more = this.#sendBurst(values, batch.sent);
        batch.sent += more;
        if ((more === 0 || this.#isFull) && !this.patience(SENDERS)) break;
      }
    }
  }

  /** So the values are there when the next task runs, which may be their receiver. What does not fit is left to `#sendRest`, and errors, too. */
  protected override sendAhead(batch: Batch<T>, task: Running | undefined): void {
    const { values, sent } = batch;
    const count = Math.min(values.length - sent, this.capacity - this.length, (BATCH_WORDS / this.words) | 0);
    // Encoding other types can run code of the program, which belongs to the task that sends.
    const block = count > 0 && this.#isScalar ? this.#blockOf(values, sent, count) : 0;
    if (block === 0) return;
    const put = Math.max(0, this.putMany(block, count));
    if (put > 0 && this.waiters.recorder !== undefined) this.noteUse(USE.send, put, task);
    batch.sent += put;
    this.waiters.arena.free(block);
  }

  /** Encodes `count` scalars of a batch into a block, because another operation may have values in scratch memory. 0 if one does not fit, or there is no memory. */
  #blockOf(values: ArrayLike<T>, from: number, count: number): number {
    const { arena } = this.waiters;
    let block = 0;
    try {
      block = arena.alloc(count * this.words);
      this.type.encodeMany(this.waiters, block, values, from, count);
      return block;
    } catch {
      if (block !== 0) arena.free(block);
      return 0;
    }
  }

  /** Receives as many values as there are, at most `max` with those in `before`; `undefined` if the channel is closed and empty. */
  #recvBurst(max: number, before?: T[]): T[] | undefined | typeof WOULD_WAIT {
    const { waiters, type, words } = this;
    const at = waiters.scratchTop;
    const most = Math.max(1, (BATCH_WORDS / words) | 0);
    let values = before;
    for (;;) {
      const wanted = Math.min(max - (values?.length ?? 0), most);
      const taken = this.takeMany(at, wanted);
      if (taken > 0) values = type.decodeBatch(waiters, at, taken, values);
      if (taken < wanted || values?.length === max) return values ?? (taken < 0 ? undefined : WOULD_WAIT);
    }
  }

  protected override withMore(first: T, max: number): T[] {
    return max > 1 ? (this.#recvBurst(max, [first]) as T[]) : [first];
  }

  /** Sends up to `count` staged values without waiting. Returns how many, −1 if the channel was closed before the first. */
  protected putMany(at: number, count: number): number {
    for (let k = 0; k < count; k++) {
      const attempt = this.tryPut(at + k * this.words);
      if (attempt !== DONE) return k > 0 || attempt === WOULD_WAIT ? k : -1;
    }
    return count;
  }

  /** Receives up to `count` values without waiting. Returns how many, −1 if the channel is closed and empty. */
  protected takeMany(at: number, count: number): number {
    for (let k = 0; k < count; k++) {
      const attempt = this.tryTake(at + k * this.words);
      if (attempt !== DONE) return k > 0 || attempt === WOULD_WAIT ? k : -1;
    }
    return count;
  }
}

/** A send as a case of a select: made by `sending`. */
export class SendCase<T> implements Sending {
  readonly sending = true;
  readonly channel: Channel<T>;
  readonly value: T;

  constructor(channel: Channel<T>, value: T) {
    this.channel = channel;
    this.value = value;
  }

  [INSPECT](): string {
    return `send to ${this.channel.describe()}`;
  }
}

/** A copy of a batch that continues later. A loop, because `slice` takes 50 ns for each element of what is no array. */
function copyOf<T>(values: ArrayLike<T>): ArrayLike<T> {
  if (Array.isArray(values)) return values.slice() as T[];
  const copy: T[] = [];
  copy.length = values.length;
  for (let k = 0; k < copy.length; k++) copy[k] = values[k] as T;
  return copy;
}

/**
 * Adds to what ended a batch how many of its values were sent, and if a value did not fit, which one.
 * An error that is not warren's becomes the cause of one with `code`: the reason of a signal, or what a getter in a value has thrown.
 */
function withSent(thrown: unknown, sent: number, code: ErrorCode): WarrenError {
  const error = thrown instanceof WarrenError ? thrown : new WarrenError(code, `the batch ended early: ${thrown instanceof Error ? thrown.message : printValue(thrown)}`);
  const { path } = error.details;
  const at = typeof path === "string" && !path.startsWith("[") ? { path: `[${sent}]${path}` } : {};
  return new WarrenError(error.code, `${error.message} (after ${sent} of the batch)`, { ...error.details, ...at, sent }, { cause: thrown });
}
