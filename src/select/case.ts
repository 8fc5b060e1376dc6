/** The cases of one select: a receive, a send, or a timer of this thread. */
import { WarrenError } from "../errors.ts";
import type { Channel } from "../channel/channel.ts";
import type { Attempt } from "../channel/channel-core.ts";
import { CLOSED, DONE, WOULD_WAIT } from "../channel/exchange.ts";
import type { LocalReceiver } from "../channel/local-receiver.ts";
import { type Queue, RECEIVERS, SENDERS } from "../channel/words.ts";
import { OUTCOME, USE, waiter } from "../memory/layout.ts";
import type { Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import { decide } from "../wait/waiter-state.ts";

/**
 * One case of a select. Its life:
 *
 *   poll ──committed──▶ result                                          (pass 1)
 *   reserve ▶ tryLocked ──committed──▶ result                           (pass 2)
 *                       ──none of them──▶ enqueue ▶ watch ▶ the select waits
 *                                         ──chosen──▶ resultOf          (pass 3)
 *                                         ──not chosen──▶ leave
 *   A case that was not chosen ends with `discard`, in every pass.
 */
export interface Case {
  /** The channel to lock in pass 2; none for a timer. If two cases have the same channel, both use the object of the first. */
  channel: Channel<unknown> | undefined;
  /** Pass 1, in random order until one commits: sends or receives if that needs no waiting. */
  poll(): boolean;
  /** Last, after `poll` or `tryLocked` has committed this case: what the select returns. */
  result(): unknown;
  /** Before pass 2, nothing is locked: makes the record that can queue up. @throws ERR_ARENA_FULL */
  reserve(decider: number, index: number): void;
  /** Pass 2, in random order until one commits: as `poll`, with all channels locked, or the handle known to be stale. */
  tryLocked(isStale: boolean): boolean;
  /** At the end of pass 2, if no case has committed: joins the queue of its channel. All channels are still locked. */
  enqueue(): void;
  /** After pass 2, before the select waits, nothing is locked: arms a timer. Channels need nothing. */
  watch(wait: Wait): void;
  /** Pass 3, or when a signal ends the select: leaves the queue, disarms the timer. Not for the case that was chosen. */
  leave(): void;
  /** When another case was chosen, or the select fails or is aborted: frees the record and the operand. */
  discard(): void;
  /** Last, after another thread or a timer has committed this case while the select waited: what the select returns. */
  resultOf(waiters: Waiters, wait: Wait): unknown;
  /** At any time, for dumps. */
  describe(): string;
}

/** A case at a channel: what receive and send share. */
abstract class ChannelSide implements Case {
  channel: Channel<unknown>;
  protected readonly waiters: Waiters;
  protected readonly name: string | number;
  protected readonly queue: Queue;
  protected record = 0;
  protected attempt: Attempt = WOULD_WAIT;

  constructor(waiters: Waiters, name: string | number, channel: Channel<unknown>, queue: Queue) {
    this.waiters = waiters;
    this.name = name;
    this.channel = channel;
    this.queue = queue;
  }

  abstract poll(): boolean;
  abstract tryLocked(isStale: boolean): boolean;
  abstract result(): unknown;
  abstract reserve(decider: number, index: number): void;
  abstract discard(): void;
  abstract resultOf(waiters: Waiters, wait: Wait): unknown;

  enqueue(): void {
    this.channel.enqueueLocked(this.queue, this.record);
  }

  watch(): void {
    // The channel itself wakes a queued record.
  }

  leave(): void {
    this.channel.withdrawRecord(this.queue, this.record);
  }

  /** Makes the record; returns where its value is stored. */
  protected reserveRecord(decider: number, index: number): number {
    const { waiters } = this;
    this.record = waiters.acquireCase(decider, index);
    return waiters.adoptValue(this.record, waiters.allocValue(this.channel.type.words));
  }

  protected freeRecord(): void {
    if (this.record === 0) return;
    this.waiters.releaseValue(this.record);
    this.waiters.arena.free(this.record);
    this.record = 0;
  }

  describe(): string {
    return `${this.name}: ${this.queue === SENDERS ? "send to" : "receive from"} ${this.channel.describe()}`;
  }
}

export class RecvSide extends ChannelSide {
  #value: unknown;

  constructor(waiters: Waiters, name: string | number, channel: Channel<unknown>) {
    super(waiters, name, channel, RECEIVERS);
  }

  override poll(): boolean {
    const { waiters, channel } = this;
    return this.#took(channel.tryTake(waiters.scratchTop));
  }

  override tryLocked(isStale: boolean): boolean {
    return this.#took(isStale ? CLOSED : this.channel.takeLocked(this.waiters.scratchTop));
  }

  #took(attempt: Attempt): boolean {
    if (attempt === WOULD_WAIT) return false;
    this.#value = attempt === DONE ? this.channel.type.decode(this.waiters, this.waiters.scratchTop) : undefined;
    return true;
  }

  override result(): unknown {
    if (this.waiters.recorder !== undefined) this.channel.noteUse(USE.receive);
    this.freeRecord();
    return { case: this.name, value: this.#value };
  }

  override reserve(decider: number, index: number): void {
    this.reserveRecord(decider, index);
  }

  override discard(): void {
    this.freeRecord();
  }

  override resultOf(waiters: Waiters, wait: Wait): unknown {
    const ok = waiters.outcomeOf(wait) === OUTCOME.ok;
    const value = ok ? this.channel.type.decode(waiters, waiters.valueAt(this.record)) : undefined;
    if (waiters.recorder !== undefined) this.channel.noteUse(USE.receive, 1, wait.task);
    this.freeRecord();
    return { case: this.name, value };
  }
}

export class SendSide extends ChannelSide {
  /** Block with the encoded operand, until it is sent or dropped. */
  #staged: number;

  /** @throws ERR_VALUE_REFUSED, ERR_ARENA_FULL */
  constructor(waiters: Waiters, name: string | number, channel: Channel<unknown>, value: unknown) {
    super(waiters, name, channel, SENDERS);
    this.#staged = channel.stageInBlock(value);
  }

  override poll(): boolean {
    return this.#put(this.channel.tryPut(this.#staged));
  }

  override tryLocked(isStale: boolean): boolean {
    return this.#put(isStale ? CLOSED : this.channel.putLocked(this.#staged));
  }

  #put(attempt: Attempt): boolean {
    this.attempt = attempt;
    return attempt !== WOULD_WAIT;
  }

  override result(): unknown {
    if (this.attempt === CLOSED) this.#refuse();
    if (this.waiters.recorder !== undefined) this.channel.noteUse(USE.send);
    this.#freeStaged();
    this.freeRecord();
    return { case: this.name };
  }

  override reserve(decider: number, index: number): void {
    const to = this.reserveRecord(decider, index);
    const { words } = this.channel.type;
    const { i32 } = this.waiters.arena;
    for (let k = 0; k < words; k++) i32[to + k] = i32[this.#staged + k];
  }

  override discard(): void {
    if (this.#staged !== 0) this.channel.type.drop(this.waiters, this.#staged);
    this.#freeStaged();
    this.freeRecord();
  }

  override resultOf(waiters: Waiters, wait: Wait): unknown {
    if (waiters.outcomeOf(wait) !== OUTCOME.ok) this.#refuse();
    if (waiters.recorder !== undefined) this.channel.noteUse(USE.send, 1, wait.task);
    waiters.countSent(1);
    this.#freeStaged();
    this.freeRecord();
    return { case: this.name };
  }

  #freeStaged(): void {
    if (this.#staged !== 0) this.waiters.arena.free(this.#staged);
    this.#staged = 0;
  }

  #refuse(): never {
    this.discard();
    throw new WarrenError("ERR_CHANNEL_CLOSED", `the select case ${this.name} sends on closed ${this.channel.describe()}`); // node-do-not-add-exception-line
  }
}

export class LocalCase implements Case {
  channel = undefined;
  readonly #waiters: Waiters;
  readonly #name: string | number;
  readonly #source: LocalReceiver<unknown>;
  #index = 0;
  #value: unknown;
  #unwatch: (() => void) | undefined;

  constructor(waiters: Waiters, name: string | number, source: LocalReceiver<unknown>) {
    this.#waiters = waiters;
    this.#name = name;
    this.#source = source;
  }

  /** The case as it is now: of a channel, if its timer has turned into one. */
  renewed(): Case {
    const { materialized } = this.#source;
    return materialized === undefined ? this : new RecvSide(this.#waiters, this.#name, materialized);
  }

  poll(): boolean {
    this.#value = this.#source.takeNew();
    return this.#value !== undefined || this.#source.isExhausted();
  }

  tryLocked(): boolean {
    return this.poll();
  }

  result(): unknown {
    return { case: this.#name, value: this.#value };
  }

  reserve(_decider: number, index: number): void {
    this.#index = index;
  }

  enqueue(): void {
    // `watch` arms it, when nothing is locked.
  }

  watch(wait: Wait): void {
    const { record } = wait;
    const waiters = this.#waiters;
    this.#unwatch = this.#source.watch(() => {
      if (!waiters.claimDecider(record)) return false;
      this.#value = this.#source.take();
      const { i32 } = waiters.arena;
      decide(i32, record, OUTCOME.ok, 0);
      i32[record + waiter.caseIndex] = this.#index;
      waiters.complete(record);
      return true;
    });
  }

  leave(): void {
    this.#unwatch?.();
  }

  discard(): void {
    // It owns nothing.
  }

  resultOf(): unknown {
    return { case: this.#name, value: this.#value };
  }

  describe(): string {
    return `${this.#name}: ${this.#source.describe()}`;
  }
}
