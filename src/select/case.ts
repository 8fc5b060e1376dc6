/** The cases of one select: a receive, a send, or something of this thread (a timer). */
import { WarrenError } from "../errors.ts";
import type { Channel } from "../channel/channel.ts";
import { DID, type Did } from "../channel/channel-core.ts";
import type { LocalReceiver } from "../channel/local-receiver.ts";
import { type Queue, RECEIVERS, SENDERS } from "../channel/queues.ts";
import { OUTCOME, waiter } from "../memory/layout.ts";
import type { Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import { decide } from "../wait/waiter-state.ts";

export interface Case {
  /** The channel to lock; none for a case of this thread. A duplicate is replaced by the first of its kind. */
  channel: Channel<unknown> | undefined;
  /** Commits if that needs no waiting. */
  poll(): boolean;
  /** What the select returns for this case, after `poll` or `tryLocked` committed it. */
  result(): unknown;
  /** Makes the record that can queue up. @throws ERR_ARENA_FULL */
  reserve(decider: number, index: number): void;
  /** As `poll`, with all channels locked, or the handle known to be stale. */
  tryLocked(isStale: boolean): boolean;
  /** Queues up; all channels are locked. */
  enqueue(): void;
  /** Arms what is not a channel; nothing is locked. */
  watch(wait: Wait): void;
  /** Leaves the queue. */
  leave(): void;
  /** Frees what a case that was not chosen still owns. */
  discard(): void;
  /** What the select returns after another thread committed this case. */
  resultOf(waiters: Waiters, wait: Wait): unknown;
  describe(): string;
}

/** A case at a channel: what receive and send share. */
abstract class ChannelSide implements Case {
  channel: Channel<unknown>;
  protected readonly waiters: Waiters;
  protected readonly name: string;
  protected readonly queue: Queue;
  protected record = 0;
  protected did: Did = DID.wait;

  constructor(waiters: Waiters, name: string, channel: Channel<unknown>, queue: Queue) {
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

  /** Makes the record; returns where its value lies. */
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

  constructor(waiters: Waiters, name: string, channel: Channel<unknown>) {
    super(waiters, name, channel, RECEIVERS);
  }

  override poll(): boolean {
    const { waiters, channel } = this;
    return this.#took(channel.tryTake(waiters.scratchTop));
  }

  override tryLocked(isStale: boolean): boolean {
    return this.#took(isStale ? DID.closed : this.channel.takeLocked(this.waiters.scratchTop));
  }

  #took(did: Did): boolean {
    if (did === DID.wait) return false;
    this.#value = did === DID.it ? this.channel.type.decode(this.waiters, this.waiters.scratchTop) : undefined;
    return true;
  }

  override result(): unknown {
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
    this.freeRecord();
    return { case: this.name, value };
  }
}

export class SendSide extends ChannelSide {
  /** Block with the encoded operand, until it is sent or dropped. */
  #staged: number;

  /** @throws ERR_VALUE_REFUSED, ERR_ARENA_FULL */
  constructor(waiters: Waiters, name: string, channel: Channel<unknown>, value: unknown) {
    super(waiters, name, channel, SENDERS);
    this.#staged = channel.stageInBlock(value);
  }

  override poll(): boolean {
    return this.#put(this.channel.tryPut(this.#staged));
  }

  override tryLocked(isStale: boolean): boolean {
    return this.#put(isStale ? DID.closed : this.channel.putLocked(this.#staged));
  }

  #put(did: Did): boolean {
    this.did = did;
    return did !== DID.wait;
  }

  override result(): unknown {
    if (this.did === DID.closed) this.#refuse();
    this.waiters.countSent(1);
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
    throw new WarrenError("ERR_CHANNEL_CLOSED", `the select case ${this.name} sends on closed ${this.channel.describe()}`);
  }
}

export class LocalCase implements Case {
  channel = undefined;
  readonly #waiters: Waiters;
  readonly #name: string;
  readonly #source: LocalReceiver<unknown>;
  #index = 0;
  #value: unknown;
  #unwatch: (() => void) | undefined;

  constructor(waiters: Waiters, name: string, source: LocalReceiver<unknown>) {
    this.#waiters = waiters;
    this.#name = name;
    this.#source = source;
  }

  poll(): boolean {
    if (!this.#source.isReady) return false;
    this.#value = this.#source.tryRecv();
    return true;
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
    // Watched once nothing is locked.
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
