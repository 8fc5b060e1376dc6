/**
 * The buffered channel: a ring of slots.
 *
 * Senders and receivers have one lock each, so a stream between two threads moves as
 * few cache lines between cores as possible: each side touches its own word, its copy
 * of the other side's position (read again only when the ring seems full or empty), and
 * the slots. While the channel is open and nobody waits, an operation is one
 * compare-and-swap and one store on its own side. Everything else (waiters, close)
 * takes both locks, send before receive, and is then Go's algorithm.
 *
 * Who writes what: `send`, `sendLap`, `headSeen` under the send lock; `recv`,
 * `recvLap`, `tailSeen` under the receive lock; the queues, the waited-for and closed
 * bits under both. The sender writes a slot before its store to `send` publishes it,
 * and the receiver reads the slot before its store to `recv` releases it. Those stores
 * pair with the loads of the other side's word. The usual operations are functions over
 * words in exchange.ts; this file has what is left to do if they are `BUSY`.
 *
 * A thread can be killed between any two writes. A fast path changes only the position
 * in its own word: the slot follows from the position and the lap, and a lap moves on
 * only for positions that are published. So after such a death only the lock has to be
 * removed from the word. With both locks held, a received value is published as taken
 * before its slot can be written again. A sent value, and the claim of its receiver,
 * counts from the store to `send` that releases the lock; if the thread dies before
 * that store, both are taken back (repair-channels.ts).
 *
 * Source: Lamport (1983) with cached indices (FastForward, B-Queue); Go's chan.go for
 * the slow path. Not done: sequence numbers per slot (Vyukov), which break at capacity
 * 1 and block the ring forever when a thread dies between claim and publish; lock-free
 * sides, whose gain is lost because an atomic costs 10 ns in V8.
 */
import { load } from "../memory/atomics.ts";
import { OUTCOME, header } from "../memory/layout.ts";
import { HEADER_MARK } from "../memory/size-classes.ts";
import { Channel } from "./channel.ts";
import type { Attempt, Quick } from "./channel-core.ts";
import { BUSY, BUSY_MANY, CLOSED, DONE, WOULD_WAIT, readMany, slotOf } from "./exchange.ts";
import { watchFor } from "./patience.ts";
import { CLOSED_BIT, type Queue, RECEIVERS, SENDERS, STEP, distance, isClosed, lockWord, positionOf, unlockWord, withWaited } from "./words.ts";

export class ArrayChannel<T> extends Channel<T> {
  /** The two words while the locks are held: the values that `unlock` writes. */
  #send = 0;
  #recv = 0;
  /** A oneshot closes itself after its one value. */
  readonly #isOneshot: boolean;

  constructor(...[waiters, at, generation, type, capacity, isOneshot]: [...ConstructorParameters<typeof Channel<T>>, boolean]) {
    super(waiters, at, generation, type, capacity);
    this.#isOneshot = isOneshot;
  }

  override get length(): number {
    const length = this.waiters.arena.compiled.lengthOf(this.header, this.capacity);
    return this.isCurrent ? length : 0;
  }

  override get sent(): number {
    return load(this.i32, this.header + header.send);
  }

  protected override putFast(at: number): Quick {
    const { arena } = this.waiters;
    return this.#isOneshot ? BUSY : (arena.compiled.put(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, arena.here) as Quick);
  }

  protected override takeFast(at: number): Quick {
    const { arena } = this.waiters;
    return arena.compiled.take(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at) as Quick;
  }

  protected override putMany(at: number, count: number): number {
    const { arena } = this.waiters;
    const moved = this.#isOneshot ? BUSY_MANY : arena.compiled.putMany(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, arena.here, count);
    return moved === BUSY_MANY ? this.#slowPutMany(at, count) : moved;
  }

  protected override takeMany(at: number, count: number): number {
    const { arena } = this.waiters;
    const moved = arena.compiled.takeMany(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, count);
    return moved === BUSY_MANY ? this.#slowTakeMany(at, count) : moved;
  }

  protected override putOrJoin(at: number, record: number, parked: number): number {
    const { arena } = this.waiters;
    return this.#isOneshot ? BUSY : arena.compiled.sendBuffered(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, arena.here, arena.id, record, parked);
  }

  protected override takeOrJoin(at: number, record: number, parked: number): number {
    const { arena } = this.waiters;
    return arena.compiled.recvBuffered(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, arena.here, arena.id, record, parked);
  }

  /** Copies staged words into the slot of a position. Under the send lock. */
  #write(from: number, position: number): void {
    const { i32, header: channel, words, capacity } = this;
    this.copy(from, i32[channel + header.buffer] + slotOf(i32, channel + header.sendLap, position, capacity) * words);
  }

  override lock(): boolean {
    const { i32, header: at } = this;
    if (i32[this.mark] !== HEADER_MARK) return false;
    const { owner } = this.waiters.arena;
    this.#send = lockWord(i32, at + header.send, owner);
    this.#recv = lockWord(i32, at + header.recv, owner);
    this.isHeld = i32[at + header.generation] === this.generation;
    if (this.isHeld) return true;
    unlockWord(i32, at + header.send, this.#send);
    unlockWord(i32, at + header.recv, this.#recv);
    return false;
  }

  override unlock(): void {
    this.isHeld = false;
    const { i32, header: at } = this;
    const send = withWaited(this.#send, i32[at + RECEIVERS] !== 0);
    const recv = withWaited(this.#recv, i32[at + SENDERS] !== 0);
    // In this order: the next holder of the receive lock must not find `tailSeen` ahead of the send word.
    unlockWord(i32, at + header.send, send);
    i32[at + header.tailSeen] = positionOf(send);
    unlockWord(i32, at + header.recv, recv);
  }

  protected override slowPut(at: number): Attempt {
    const attempted = this.waiters.recorder === undefined ? this.putOrJoin(at, 0, 0) : BUSY;
    if (attempted !== BUSY) return attempted === WOULD_WAIT ? WOULD_WAIT : this.endPartner(attempted);
    if (!this.lock()) return CLOSED;
    const attempt = this.putLocked(at);
    this.release();
    this.waiters.flush();
    return attempt;
  }

  protected override slowTake(at: number): Attempt {
    const attempted = this.waiters.recorder === undefined ? this.takeOrJoin(at, 0, 0) : BUSY;
    if (attempted !== BUSY) return attempted === WOULD_WAIT ? WOULD_WAIT : this.endPartner(attempted);
    if (!this.lock()) return CLOSED;
    const attempt = this.takeLocked(at);
    this.release();
    this.waiters.flush();
    return attempt;
  }

  #slowPutMany(at: number, count: number): number {
    const { arena } = this.waiters;
    const sent = this.#isOneshot ? BUSY_MANY : arena.compiled.sendManyBuffered(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, arena.here, count);
    if (sent !== BUSY_MANY) {
      this.waiters.flush();
      return sent;
    }
    if (!this.lock()) return -1;
    let attempt: Attempt = DONE;
    let moved = 0;
    while (moved < count && (attempt = this.putLocked(at + moved * this.words)) === DONE) moved++;
    this.release();
    this.waiters.flush();
    return moved === 0 && attempt === CLOSED ? -1 : moved;
  }

  #slowTakeMany(at: number, count: number): number {
    const { arena } = this.waiters;
    const received = arena.compiled.recvManyBuffered(this.header, this.mark, this.generation, arena.owner, this.capacity, this.words, at, arena.here, count);
    if (received !== BUSY_MANY) {
      this.waiters.flush();
      return received;
    }
    if (!this.lock()) return -1;
    const moved = this.#takeManyLocked(at, count);
    const isDrained = moved === 0 && isClosed(this.#send);
    this.release();
    this.waiters.flush();
    return isDrained ? -1 : moved;
  }

  override putLocked(at: number): Attempt {
    if (isClosed(this.#send)) return CLOSED;
    const receiver = this.claimFirst(RECEIVERS, OUTCOME.ok);
    if (receiver !== 0) this.copy(at, this.waiters.valueAt(receiver));
    else if (this.#used() >= this.capacity) return WOULD_WAIT;
    else {
      this.#write(at, positionOf(this.#send));
      this.#send = (this.#send + STEP) | 0;
    }
    if (this.#isOneshot) this.closeLocked();
    this.waiters.countSent(1);
    return DONE;
  }

  override takeLocked(at: number): Attempt {
    if (this.#takeManyLocked(at, 1) === 1) return DONE;
    return isClosed(this.#send) ? CLOSED : WOULD_WAIT;
  }

  /** Takes up to `count` buffered values. Waiting senders then fill the slots. */
  #takeManyLocked(at: number, count: number): number {
    const { i32, header: channel, waiters } = this;
    const moved = Math.min(count, this.#used());
    if (moved === 0) return 0;
    readMany(i32, channel, this.capacity, this.words, at, moved, positionOf(this.#recv));
    this.#recv = (this.#recv + moved * STEP) | 0;
    // From this write on this thread owns the values, even if it dies: their slots can be written again. Still locked.
    i32[channel + header.recv] = this.#recv | waiters.arena.owner;
    for (let k = 0; k < moved; k++) {
      const sender = this.claimFirst(SENDERS, OUTCOME.ok);
      if (sender === 0) break;
      this.#write(waiters.valueAt(sender), positionOf(this.#send));
      this.#send = (this.#send + STEP) | 0;
    }
    return moved;
  }

  #used(): number {
    return distance(positionOf(this.#send), positionOf(this.#recv));
  }

  protected override closeLocked(): boolean {
    if (isClosed(this.#send)) return false;
    this.#send |= CLOSED_BIT;
    this.#recv |= CLOSED_BIT;
    return true;
  }

  protected override isClosedLocked(): boolean {
    return isClosed(this.#send);
  }

  protected override isEmptyLocked(): boolean {
    return this.#used() === 0;
  }

  protected override clearLocked(): () => void {
    const { i32, waiters, type, words, capacity } = this;
    const buffer = i32[this.header + header.buffer];
    const slot = slotOf(i32, this.header + header.recvLap, positionOf(this.#recv), capacity);
    const left = this.#used();
    this.#recv = positionOf(this.#send) | CLOSED_BIT;
    this.#send |= CLOSED_BIT;
    i32[this.header + header.buffer] = 0;
    return () => {
      for (let k = 0; k < left; k++) type.drop(waiters, buffer + ((slot + k) % capacity) * words);
      waiters.arena.free(buffer);
    };
  }

  /**
   * Before joining the queue, watches the other side for a moment. While that side
   * works, a few more values or slots arrive soon. A batch of them costs one transfer
   * of the cache line; with a waiter each would cost a wake-up.
   */
  protected override patience(queue: Queue, pauses?: number): boolean {
    const { i32 } = this;
    const at = this.header + (queue === SENDERS ? header.recv : header.send);
    const seen = load(i32, at);
    return watchFor(this.waiters.scheduler, () => load(i32, at) !== seen, pauses);
  }
}
