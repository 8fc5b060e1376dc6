/**
 * The common part of every channel in the arena: its header and locks, its queues of
 * waiters, closing, and freeing the header. The operations are in channel.ts, the two
 * kinds in array.ts and rendezvous.ts.
 *
 * Invariants: at least one of the two queues of waiters is empty; while senders wait
 * the buffer is full, while receivers wait it is empty; a value is in exactly one of
 * the sender's record, the buffer and the receiver's record; after close no value
 * enters. A header is freed when its channel is closed and empty, or when there is no
 * reference to it. Its generation then differs from that of every handle, and such a
 * handle behaves like a closed channel.
 *
 * Source: Go, runtime/chan.go.
 */
import { INSPECT, WarrenError } from "../errors.ts";
import { KIND, OUTCOME, USE, WAITER_VALUE_WORDS, header, nextGeneration, waiter } from "../memory/layout.ts";
import { type Type, handleKey } from "../wire/type.ts";
import type { Finisher, Partners, Running, Wait } from "../wait/wait.ts";
import { claimFirst } from "../wait/claims.ts";
import { enqueue, isQueued, unlink } from "../wait/wait-queue.ts";
import { REASON_PLACE } from "../wait/wait-reason.ts";
import type { Waiters } from "../wait/waiter.ts";
import { BUSY, type CLOSED, DONE, READY, type WOULD_WAIT, copyWords } from "./exchange.ts";
import { type Queue, RECEIVERS, SENDERS } from "./words.ts";

/** How an attempt to send or receive without waiting can end. */
export type Attempt = typeof DONE | typeof WOULD_WAIT | typeof CLOSED;

/** As `Attempt`; or nothing was done. */
export type Quick = Attempt | typeof BUSY;

/** A batch that is being sent, and how many of its values were sent. */
export interface Batch<T> {
  readonly values: ArrayLike<T>;
  sent: number;
}

/** Watches whether an object becomes unreachable. */
export interface Watch {
  /** The object's channel has been freed: nothing has to be watched any more. */
  end(): void;
}

export abstract class ChannelCore<T> implements Finisher {
  readonly waiters: Waiters;
  readonly header: number;
  readonly generation: number;
  readonly type: Type<T>;
  readonly capacity: number;
  /** Set while the handle table watches this object, until its channel is freed. */
  watch: Watch | undefined = undefined;
  /** The words of a slot. */
  protected readonly words: number;
  protected readonly i32: Int32Array;
  /** The word that is `HEADER_MARK` while the header can be written: see `Arena.isHeader`. */
  protected readonly mark: number;

  constructor(waiters: Waiters, at: number, generation: number, type: Type<T>, capacity: number) {
    this.waiters = waiters;
    this.i32 = waiters.arena.i32;
    this.header = at;
    this.mark = waiters.arena.markOf(at);
    this.generation = generation;
    this.type = type;
    this.words = type.words;
    this.capacity = capacity;
  }

  abstract get length(): number;
  /** A word that changes with each value that comes; always 0 if there is no buffer. */
  get sent(): number {
    return 0;
  }
  /** Tries to send the value staged at `at`, if nothing unusual is in the way; in a buffered channel also only if nobody waits. */
  protected abstract putFast(at: number): Quick;
  /** As `putFast`, receives into `at`. */
  protected abstract takeFast(at: number): Quick;
  /** Tries to send the value staged at `at` where `putFast` has returned `BUSY`. Takes the lock itself. */
  protected abstract slowPut(at: number): Attempt;
  /** As `slowPut`, receives into `at`. */
  protected abstract slowTake(at: number): Attempt;

  /** Tries to send the value staged at `at`. */
  tryPut(at: number): Attempt {
    const attempt = this.putFast(at);
    return attempt === BUSY ? this.slowPut(at) : attempt;
  }

  /** Tries to receive into `at`. */
  tryTake(at: number): Attempt {
    const attempt = this.takeFast(at);
    return attempt === BUSY ? this.slowTake(at) : attempt;
  }

  /** Sends the value staged at `at`, or joins the queue with `record`, if nothing unusual is in the way: exchange.ts. Then call `Waiters.flush`. @param parked 1 if the owner of the record will not look before it is notified */
  protected abstract putOrJoin(at: number, record: number, parked: number): number;
  /** As `putOrJoin`, receives into `at`. */
  protected abstract takeOrJoin(at: number, record: number, parked: number): number;
  /** Locks the channel. If the handle is stale, returns false and does not lock. */
  abstract lock(): boolean;
  abstract unlock(): void;
  /** Between a `lock` that returned true and the `unlock` or `release` after it. */
  protected isHeld = false;
  /** As `tryPut` and `tryTake`, but under the lock. The waits that they claim are ended by `flush`. */
  abstract putLocked(at: number): Attempt;
  abstract takeLocked(at: number): Attempt;
  /** Under the lock: closes the channel. True the first time. */
  protected abstract closeLocked(): boolean;
  /** Under the lock. */
  protected abstract isClosedLocked(): boolean;
  /** Under the lock: whether no value is buffered. */
  protected abstract isEmptyLocked(): boolean;
  /**
   * Under the lock: marks the channel closed and empty. Returns a function that frees
   * the buffer and the values in it; call it after the lock is released, because the
   * values can be channels with locks of their own.
   */
  protected abstract clearLocked(): () => void;
  /** Waits a moment before a sender or receiver joins a queue; true if another attempt can succeed. @param _pauses see `watchFor` */
  protected patience(_queue: Queue, _pauses?: number): boolean {
    return false;
  }

  /** Records what the running task, or `task` as it is resumed, does to this channel. Call it only while there is a trace. @param use one of `USE`; @param times for a batch */
  noteUse(use: number, times = 1, task?: Running): void {
    for (let k = 0; k < times; k++) this.waiters.recorder?.noteUse(this.header, this.generation, use, use === USE.send ? this.capacity : 0, task);
  }

  /** @throws ERR_CHANNEL_CLOSED if it is closed already */
  close(): void {
    if (this.waiters.recorder !== undefined) this.noteUse(USE.close);
    if (!this.lock()) this.#refuseClose();
    if (!this.closeLocked()) {
      this.unlock();
      this.#refuseClose();
    }
    this.release();
    this.waiters.flush();
  }

  protected copy(from: number, to: number): void {
    copyWords(this.i32, from, to, this.words);
  }

  /** Under the lock: claims the first waiter of a queue that can be claimed and removes it; 0 if there is none. */
  protected claimFirst(queue: Queue, outcome: number): number {
    const { i32, here, owner } = this.waiters.arena;
    return claimFirst(i32, here, owner, this.header, queue, outcome);
  }

  #claimAll(queue: Queue): void {
    while (this.claimFirst(queue, OUTCOME.closed) !== 0);
  }

  /** Under the lock: a record of this thread joins a queue. */
  enqueueLocked(queue: Queue, record: number): void {
    enqueue(this.i32, this.header, queue, record);
  }

  /** Removes a record of this thread from a queue; false if another thread did so before. */
  withdrawRecord(queue: Queue, record: number): boolean {
    if (!isQueued(this.i32, record)) return false;
    if (!this.lock()) return false;
    const mine = isQueued(this.i32, record);
    if (mine) unlink(this.i32, this.header, queue, record);
    this.unlock();
    return mine;
  }

  /** After an exchange of exchange.ts that is done: what is left to do for the partner. */
  protected endPartner(attempt: number): typeof DONE {
    const { waiters } = this;
    if (attempt >= READY) waiters.scheduler.ready(attempt - READY);
    else if (attempt < 0) waiters.continueFlush(attempt);
    return DONE;
  }

  finish(wait: Wait): unknown {
    const { waiters } = this;
    const isLarge = this.words > WAITER_VALUE_WORDS;
    const at = isLarge ? waiters.valueAt(wait.record) : wait.record + waiter.value;
    const isSend = wait.place === REASON_PLACE.send;
    const ok = waiters.outcomeOf(wait) === OUTCOME.ok;
    try {
      if (ok && isSend) {
        waiters.countSent(1);
        return wait.extra === undefined ? undefined : this.sendAhead(wait.extra as Batch<T>, wait.task);
      }
      if (ok && wait.extra === undefined) return this.type.decode(waiters, at);
      if (ok) {
        const batch = this.withMore(this.type.decode(waiters, at), wait.extra as number);
        if (waiters.recorder !== undefined) this.noteUse(USE.receive, batch.length - 1, wait.task);
        return batch;
      }
      if (isSend) this.refuseClosed(at);
      return undefined;
    } finally {
      if (isLarge) waiters.releaseValue(wait.record);
      if (this.watch !== undefined && this.i32[this.header + header.generation] !== this.generation) this.endWatch();
    }
  }

  /** Sends as many values of a batch as fit now, before its sender continues. */
  protected abstract sendAhead(batch: Batch<T>, task: Running | undefined): void;
  /** The batch of at most `max` values that begins with `first`. */
  protected abstract withMore(first: T, max: number): T[];

  withdraw(wait: Wait): boolean {
    const isSend = wait.place === REASON_PLACE.send;
    if (!this.withdrawRecord(isSend ? SENDERS : RECEIVERS, wait.record)) return false;
    if (isSend) this.type.drop(this.waiters, this.waiters.valueAt(wait.record));
    this.waiters.releaseValue(wait.record);
    return true;
  }

  /** The kind and type that are sent with the handle. */
  get handleType(): string {
    return `chan(${this.type.name})`;
  }

  /** Whether the handle can still be valid: false if it is stale. */
  get isCurrent(): boolean {
    return this.waiters.arena.hasGeneration(this.header, this.generation);
  }

  /** Whether the channel is open. Another thread can close it right after. */
  get isOpen(): boolean {
    if (!this.lock()) return false;
    const isOpen = !this.isClosedLocked();
    this.unlock();
    return isOpen;
  }

  /** Whether a receive would find a value or a waiting sender: a hint, read without the lock. */
  get canReceive(): boolean {
    return this.length > 0 || this.i32[this.header + SENDERS] !== 0;
  }

  /** Whether a send would find room or a waiting receiver: a hint, as `canReceive`. */
  get canSend(): boolean {
    return this.length < this.capacity || this.i32[this.header + RECEIVERS] !== 0;
  }

  describe(): string {
    return `chan(${this.type.name}, ${this.capacity}) #${this.header.toString(36)}.${this.generation}`;
  }

  [INSPECT](): string {
    return `${this.describe()}, ${this.isCurrent ? `${this.length} buffered` : "closed"}`;
  }

  partners(): Partners {
    return { handles: [handleKey(this.header, this.generation)], tasks: [] };
  }

  /**
   * Unlocks after an operation that may have closed or emptied the channel. If it is
   * closed, all its waits end; if it is closed and empty, it is freed.
   */
  release(): void {
    if (!this.isClosedLocked()) return this.unlock();
    this.#claimAll(RECEIVERS);
    this.#claimAll(SENDERS);
    if (this.isEmptyLocked()) this.#freeLocked();
    else this.unlock();
  }

  #freeLocked(): void {
    const { i32, header: at } = this;
    // First, so that a repair after this thread's death knows what was in progress.
    i32[at + header.kind] = KIND.changing;
    const clear = this.clearLocked();
    const next = nextGeneration(this.generation);
    i32[at + header.generation] = next;
    i32[at + header.recvGeneration] = next;
    i32[at + header.kind] = 0;
    this.unlock();
    clear();
    this.waiters.arena.free(at);
    this.endWatch();
  }

  /**
   * The channel is freed, so its object is watched no longer. An object that is watched
   * lives until a full garbage collection; without a watch it dies young, and a million
   * reply channels do not fill the heap.
   */
  protected endWatch(): void {
    this.watch?.end();
    this.watch = undefined;
  }

  /** Adds a reference, for a message that contains the handle. Does nothing if the handle is stale. */
  retain(): void {
    if (!this.lock()) return;
    this.i32[this.header + header.references]++;
    this.unlock();
  }

  /** Drops a reference. With the last one, the channel is freed, with the values in it. */
  relinquish(): void {
    if (!this.lock()) return;
    if (--this.i32[this.header + header.references] > 0) this.unlock();
    else this.#freeLocked();
  }

  /** Throws, and drops the value staged at `at` unless that is 0. */
  protected refuseClosed(at: number): never {
    if (at !== 0) this.type.drop(this.waiters, at);
    throw this.closedError();
  }

  /** @throws ERR_RUNTIME_STOPPED */
  protected closedError(): WarrenError {
    this.waiters.checkOpen();
    return new WarrenError("ERR_CHANNEL_CLOSED", `send on closed ${this.describe()}`); // node-do-not-add-exception-line
  }

  #refuseClose(): never {
    this.waiters.checkOpen();
    throw new WarrenError("ERR_CHANNEL_CLOSED", `close of closed ${this.describe()}`);
  }
}
