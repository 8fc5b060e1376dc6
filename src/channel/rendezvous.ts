/**
 * The unbuffered channel: a value is copied from the sender's record or scratch memory
 * directly to the receiver's. There is one lock, the `send` word, and no fast path,
 * because each operation needs a partner. The usual operations are functions over words
 * in exchange.ts; this file has what is left to do if they are `BUSY`.
 */
import { OUTCOME, header } from "../memory/layout.ts";
import { HEADER_MARK } from "../memory/size-classes.ts";
import { Channel } from "./channel.ts";
import type { Attempt, Quick } from "./channel-core.ts";
import { BUSY, CLOSED, DONE, WOULD_WAIT } from "./exchange.ts";
import { CLOSED_BIT, RECEIVERS, SENDERS, isClosed, lockWord, unlockWord } from "./words.ts";

export class Rendezvous<T> extends Channel<T> {
  /** The word while the lock is held: the value that `unlock` writes. */
  #word = 0;

  override get length(): number {
    return 0;
  }

  override lock(): boolean {
    const { i32, header: at } = this;
    if (i32[this.mark] !== HEADER_MARK) return false;
    this.#word = lockWord(i32, at + header.send, this.waiters.arena.owner);
    this.isHeld = i32[at + header.generation] === this.generation;
    if (!this.isHeld) this.unlock();
    return this.isHeld;
  }

  override unlock(): void {
    this.isHeld = false;
    unlockWord(this.i32, this.header + header.send, this.#word);
  }

  protected override putFast(at: number): Quick {
    const attempt = this.waiters.recorder === undefined ? this.putOrJoin(at, 0, 0) : BUSY;
    return attempt === BUSY || attempt === WOULD_WAIT ? attempt : this.endPartner(attempt);
  }

  protected override takeFast(at: number): Quick {
    const attempt = this.waiters.recorder === undefined ? this.takeOrJoin(at, 0, 0) : BUSY;
    return attempt === BUSY || attempt === WOULD_WAIT ? attempt : this.endPartner(attempt);
  }

  protected override slowPut(at: number): Attempt {
    if (!this.lock()) return CLOSED;
    const attempt = this.putLocked(at);
    this.unlock();
    this.waiters.flush();
    return attempt;
  }

  protected override slowTake(at: number): Attempt {
    if (!this.lock()) return CLOSED;
    const attempt = this.takeLocked(at);
    this.unlock();
    this.waiters.flush();
    return attempt;
  }

  protected override putOrJoin(at: number, record: number, parked: number): number {
    const { arena } = this.waiters;
    return arena.compiled.sendUnbuffered(this.header, this.mark, this.generation, arena.owner, this.words, at, arena.here, arena.id, record, parked);
  }

  protected override takeOrJoin(at: number, record: number, parked: number): number {
    const { arena } = this.waiters;
    return arena.compiled.recvUnbuffered(this.header, this.mark, this.generation, arena.owner, this.words, at, arena.here, arena.id, record, parked);
  }

  override putLocked(at: number): Attempt {
    if (isClosed(this.#word)) return CLOSED;
    const receiver = this.claimFirst(RECEIVERS, OUTCOME.ok);
    if (receiver === 0) return WOULD_WAIT;
    this.copy(at, this.waiters.valueAt(receiver));
    this.waiters.countSent(1);
    return DONE;
  }

  override takeLocked(at: number): Attempt {
    const sender = this.claimFirst(SENDERS, OUTCOME.ok);
    if (sender === 0) return isClosed(this.#word) ? CLOSED : WOULD_WAIT;
    this.copy(this.waiters.valueAt(sender), at);
    return DONE;
  }

  protected override closeLocked(): boolean {
    if (isClosed(this.#word)) return false;
    this.#word |= CLOSED_BIT;
    return true;
  }

  protected override isClosedLocked(): boolean {
    return isClosed(this.#word);
  }

  protected override isEmptyLocked(): boolean {
    return true;
  }

  protected override clearLocked(): () => void {
    this.#word |= CLOSED_BIT;
    // There is no buffer, and no value in it.
    return () => undefined;
  }
}
