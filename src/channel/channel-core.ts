/**
 * What every channel in the arena is made of: its header and locks, its queues of
 * waiters, closing, and the header's life. The operations over it are in
 * channel.ts, the kinds in array.ts and rendezvous.ts.
 *
 * Invariants: at least one of the two queues of waiters is empty; while senders
 * wait the buffer is full, while receivers wait it is empty; a value is in
 * exactly one of sender's record, buffer and receiver's record; after close no
 * value enters. A header is freed when its channel is closed and drained or when
 * nothing refers to it; its generation then differs from that of every handle,
 * and such a handle behaves as closed.
 *
 * Source: Go, runtime/chan.go.
 */
import { WarrenError } from "../errors.ts";
import { KIND, OUTCOME, header, nextGeneration } from "../memory/layout.ts";
import { type Type, handleKey } from "../wire/type.ts";
import type { Finisher, Partners, Wait } from "../wait/wait.ts";
import { enqueue, isQueued, unlink } from "../wait/wait-queue.ts";
import type { Waiters } from "../wait/waiter.ts";
import { type Queue, RECEIVERS, SENDERS } from "./queues.ts";

/** How an attempt to send or receive without waiting ends: it moved a value, … */
export const DONE = 0;
/** … it found no room or no value, or … */
export const WOULD_WAIT = 1;
/** … it never will: a send on a closed channel, a receive from one that is closed and empty. */
export const CLOSED = 2;
export type Attempt = typeof DONE | typeof WOULD_WAIT | typeof CLOSED;

/** The watch over an object that may become unreachable. */
export interface Watch {
  /** The object's channel is freed: nothing is left to watch for. */
  end(): void;
}

export abstract class ChannelCore<T> implements Finisher {
  readonly waiters: Waiters;
  readonly header: number;
  readonly generation: number;
  readonly type: Type<T>;
  readonly capacity: number;
  /** Set by who watches over this object, until its channel is freed. */
  watch: Watch | undefined = undefined;
  /** Words of a slot, rounded so that slots and staged values keep their alignment. */
  protected readonly words: number;
  protected readonly i32: Int32Array;

  constructor(waiters: Waiters, at: number, generation: number, type: Type<T>, capacity: number) {
    this.waiters = waiters;
    this.i32 = waiters.arena.i32;
    this.header = at;
    this.generation = generation;
    this.type = type;
    this.words = type.words;
    this.capacity = capacity;
  }

  abstract get length(): number;
  /** Sends the value staged at `at` without waiting; not under the lock. */
  abstract tryPut(at: number): Attempt;
  /** Receives into `at` without waiting; not under the lock. */
  abstract tryTake(at: number): Attempt;
  /** Locks the channel; false, and not locked, if the handle is stale. */
  abstract lock(): boolean;
  abstract unlock(): void;
  /** Between a `lock` that returned true and the `unlock` or `release` after it. */
  protected isHeld = false;
  /** As `tryPut` and `tryTake`, under the lock; claimed waiters are left to `flush`. */
  abstract putLocked(at: number): Attempt;
  abstract takeLocked(at: number): Attempt;
  /** Under the lock: no further send; true the first time. */
  protected abstract closeLocked(): boolean;
  /** Under the lock. */
  protected abstract isClosedLocked(): boolean;
  /** Under the lock: nothing buffered. */
  protected abstract isEmptyLocked(): boolean;
  /**
   * Under the lock: marks the channel closed and empty. Returns what frees the
   * buffer and the values in it once the lock is released: they may be channels,
   * with locks of their own.
   */
  protected abstract clearLocked(): () => void;
  /** A moment's patience before a sender or receiver queues up; true if it is worth another try. */
  protected patience(_queue: Queue): boolean {
    return false;
  }

  /** @throws ERR_CHANNEL_CLOSED if it is closed already */
  close(): void {
    if (!this.lock()) this.#refuseClose();
    if (!this.closeLocked()) {
      this.unlock();
      this.#refuseClose();
    }
    this.release();
    this.waiters.flush();
  }

  protected copy(from: number, to: number): void {
    const { i32, words } = this;
    for (let k = 0; k < words; k++) i32[to + k] = i32[from + k];
  }

  /** Under the lock: the first waiter of a queue that can be claimed, out of the queue; 0 if none. */
  protected claimFirst(queue: Queue, outcome: number): number {
    const { i32, waiters } = this;
    for (;;) {
      const record = i32[this.header + queue];
      if (record === 0) return 0;
      const claimed = waiters.claim(record, outcome);
      unlink(i32, this.header, queue, record);
      if (claimed) {
        waiters.defer(record);
        return record;
      }
    }
  }

  #claimAll(queue: Queue): void {
    while (this.claimFirst(queue, OUTCOME.closed) !== 0);
  }

  /** Under the lock, a record of this thread queues up. */
  enqueueLocked(queue: Queue, record: number): void {
    enqueue(this.i32, this.header, queue, record);
  }

  /** Takes a record of this thread out of a queue; false if somebody else did before. */
  withdrawRecord(queue: Queue, record: number): boolean {
    if (!isQueued(this.i32, record)) return false;
    if (!this.lock()) return false;
    const mine = isQueued(this.i32, record);
    if (mine) unlink(this.i32, this.header, queue, record);
    this.unlock();
    return mine;
  }

  finish(wait: Wait): unknown {
    const { waiters } = this;
    const at = waiters.valueAt(wait.record);
    const isSend = wait.reason === "send";
    const ok = waiters.outcomeOf(wait) === OUTCOME.ok;
    try {
      if (ok && isSend) return waiters.countSent(1);
      if (ok) return this.type.decode(waiters, at);
      if (isSend) this.refuseClosed(at);
      return undefined;
    } finally {
      waiters.releaseValue(wait.record);
      if (!this.isCurrent) this.endWatch();
    }
  }

  withdraw(wait: Wait): boolean {
    const isSend = wait.reason === "send";
    if (!this.withdrawRecord(isSend ? SENDERS : RECEIVERS, wait.record)) return false;
    if (isSend) this.type.drop(this.waiters, this.waiters.valueAt(wait.record));
    this.waiters.releaseValue(wait.record);
    return true;
  }

  /** The kind and type that travel with the handle. */
  get handleType(): string {
    return `chan(${this.type.name})`;
  }

  /** Whether the handle is not known to be stale. */
  get isCurrent(): boolean {
    return this.i32[this.header + header.generation] === this.generation;
  }

  /** Whether it can still be sent to; another thread may close it right after. */
  get isOpen(): boolean {
    if (!this.lock()) return false;
    const isOpen = !this.isClosedLocked();
    this.unlock();
    return isOpen;
  }

  describe(): string {
    return `chan(${this.type.name}, ${this.capacity}) #${this.header.toString(36)}.${this.generation}`;
  }

  partners(): Partners {
    return { handles: [handleKey(this.header, this.generation)], tasks: [] };
  }

  /**
   * Unlocks after an operation that may have closed or drained the channel: a
   * closed one ends all its waits, a closed and empty one is freed.
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
    // First: whoever repairs this after the thread's death knows then what was going on.
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
   * The channel is freed. An object that is watched lives until a full garbage
   * collection; one that is not dies young, and a million reply channels leave
   * the heap as it was.
   */
  protected endWatch(): void {
    this.watch?.end();
    this.watch = undefined;
  }

  /** One more reference, for a message that carries the handle; none if the handle is stale. */
  retain(): void {
    if (!this.lock()) return;
    this.i32[this.header + header.references]++;
    this.unlock();
  }

  /** Gives one reference back; without any left, the channel is freed with what is in it. */
  relinquish(): void {
    if (!this.lock()) return;
    if (--this.i32[this.header + header.references] > 0) this.unlock();
    else this.#freeLocked();
  }

  /** Drops the value staged at `at`, if that is not 0. */
  protected refuseClosed(at: number): never {
    if (at !== 0) this.type.drop(this.waiters, at);
    throw new WarrenError("ERR_CHANNEL_CLOSED", `send on closed ${this.describe()}`);
  }

  #refuseClose(): never {
    throw new WarrenError("ERR_CHANNEL_CLOSED", `close of closed ${this.describe()}`);
  }
}
