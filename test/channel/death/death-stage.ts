/**
 * A channel and three threads made by hand: main, another, and one that dies in
 * the middle of an operation. What was sent, in order, and what came of it is
 * written down, so that after the repair nothing may be missing, double or out of
 * order, and nobody may be left waiting.
 */
import { expect } from "vitest";
import type { Channel } from "../../../src/channel/channel.ts";
import { makeChannel, openChannel } from "../../../src/channel/make-channel.ts";
import { CLOSED_BIT, type Queue, RECEIVERS, SENDERS, distance, isClosed, ownerOf, positionOf } from "../../../src/channel/words.ts";
import { KIND, header, processor, WAITER_WORDS, superblock, waiter } from "../../../src/memory/layout.ts";
import { headersOf } from "../../../src/memory/headers.ts";
import type { Type } from "../../../src/wire/type.ts";
import { runSelect } from "../../../src/select/select.ts";
import { ownerIndex } from "../../../src/wait/claims.ts";
import { isClaimedOrDone } from "../../../src/wait/waiter-state.ts";
import { type HandMadeThread, freshMemory, handMadeWorld } from "../../wait/hand-made.ts";

/** What became of a value. */
type Fate = "sending" | "sent" | "refused" | "withdrawn";

/** A receive of a survivor, in the order of asking. */
interface Receive {
  state: "waiting" | "received" | "closed";
  value?: unknown;
}

export interface Shape {
  readonly capacity: number;
  readonly isOneshot?: boolean;
}

/** Values by number, for channels of another type than numbers. */
export interface Element<T> {
  readonly type: Type<T>;
  make(value: number, on: HandMadeThread): T;
  numberOf(element: T): number;
}

const WORKS_FOR = 400;

/** As `expect(actual).toBe(expected)`, which is slow where it is called by the million. */
function same(actual: unknown, expected: unknown, what: string, story?: () => string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}${story === undefined ? "" : `; ${story()}`}`);
}

export class DeathStage<T> {
  readonly main: HandMadeThread;
  readonly victim: HandMadeThread;
  readonly other: HandMadeThread;
  readonly at: number;
  readonly shape: Shape;
  readonly element: Element<T>;
  /** The channel, and one on which nothing happens, for the other cases of selects. */
  readonly #channels = new Map<HandMadeThread, [Channel<T>, Channel<T>]>();
  /** Values in the order in which they were sent, or began to wait for it. */
  readonly #order: { readonly value: number; fate: Fate; readonly by: HandMadeThread }[] = [];
  readonly #receives: Receive[] = [];
  readonly #dead: HandMadeThread[] = [];
  /** Values that may be gone with the dead: how many it may have taken. */
  #mayTake = 0;
  #next = 1;
  readonly #wordsBefore: number;

  /** @param areAllMortal the other thread can die as well as the victim */
  constructor(shape: Shape, element: Element<T>, areAllMortal = false) {
    this.shape = shape;
    this.element = element;
    ({ main: this.main, victim: this.victim, other: this.other } = handMadeWorld(true, areAllMortal, freshMemory()));
    const { waiters } = this.main;
    // Records in reserve: what an operation allocates is tested elsewhere, and counted here.
    for (const { arena, waiters: its } of [this.main, this.victim, this.other]) {
      its.prepare();
      for (const block of [4, 8, WAITER_WORDS, 48].map((words) => arena.alloc(words))) arena.free(block);
      arena.free(arena.allocHeader(0));
    }
    this.#wordsBefore = this.#words();
    const { header: at, generation } = makeChannel(waiters, element.type, shape.capacity, shape.isOneshot === true);
    this.at = at;
    const idle = makeChannel(waiters, element.type, 1, false);
    for (const thread of [this.main, this.victim, this.other]) {
      this.#channels.set(thread, [openChannel(thread.waiters, at, generation, element.type), openChannel(thread.waiters, idle.header, idle.generation, element.type)]);
      for (const channel of this.#channels.get(thread) as Channel<T>[]) channel.retain();
    }
  }

  get i32(): Int32Array {
    return this.main.arena.i32;
  }

  get survivors(): HandMadeThread[] {
    return [this.main, this.other, this.victim].filter((thread) => !this.#dead.includes(thread));
  }

  on(thread: HandMadeThread): Channel<T> {
    return (this.#channels.get(thread) as [Channel<T>, Channel<T>])[0];
  }

  idleOn(thread: HandMadeThread): Channel<T> {
    return (this.#channels.get(thread) as [Channel<T>, Channel<T>])[1];
  }

  /** A value that `by` is about to send. */
  value(by: HandMadeThread): T {
    const value = this.#next++;
    this.#order.push({ value, fate: "sending", by });
    return this.element.make(value, by);
  }

  #mark(value: number, fate: Fate): void {
    const entry = this.#order.find((its) => its.value === value);
    if (entry !== undefined) entry.fate = fate;
  }

  /** Sends without waiting; whether it went. */
  trySend(by: HandMadeThread): boolean {
    const value = this.#next;
    let fate: Fate = "withdrawn";
    const element = this.value(by);
    try {
      if (this.on(by).trySend(element)) fate = "sent";
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_CHANNEL_CLOSED") throw error;
      fate = "refused";
    }
    this.#mark(value, fate);
    return fate === "sent";
  }

  /** Sends and waits; `how` may make it a case of a select. */
  send(by: HandMadeThread, how: "send" | "select" = "send"): void {
    const value = this.#next;
    const element = this.value(by);
    const mark = (fate: Fate) => (error?: { code?: string }) => {
      // Of its death while it took delivery: nobody can say what became of the value.
      if (error !== undefined && error.code === undefined && by.life.isOver === true) return;
      if (error !== undefined) expect(error.code).toBe("ERR_CHANNEL_CLOSED");
      this.#mark(value, fate);
    };
    try {
      const sent = how === "send" ? this.on(by).send(element) : runSelect(by.waiters, { send: this.on(by).sending(element), idle: this.idleOn(by) }, undefined);
      if (sent instanceof Promise) sent.then(() => mark("sent")(), mark("refused"));
      else this.#mark(value, "sent");
    } catch (error) {
      mark("refused")(error as { code?: string });
    }
  }

  /** Receives and waits; what the victim receives is not written down, for it dies with it. */
  recv(by: HandMadeThread, how: "recv" | "select" = "recv"): void {
    const receive: Receive = { state: "waiting" };
    if (by === this.victim) this.#mayTake++;
    else this.#receives.push(receive);
    const end = (value: unknown): void => {
      const element = how === "select" ? (value as { value: unknown }).value : value;
      Object.assign(receive, element === undefined ? { state: "closed" } : { state: "received", value: this.element.numberOf(element as T) });
    };
    const result = how === "recv" ? this.on(by).recv() : runSelect(by.waiters, { recv: this.on(by), idle: this.idleOn(by) }, undefined);
    if (result instanceof Promise) result.then(end, () => undefined);
    else end(result);
  }

  /** Receives without waiting; whether there was something. */
  tryRecv(by: HandMadeThread): boolean {
    const element = this.on(by).tryRecv();
    if (element === undefined) return false;
    this.#receives.push({ state: "received", value: this.element.numberOf(element) });
    return true;
  }

  /** Runs an operation of a thread, which may take up to `mayTake` values, and dies before write `death`. */
  die(thread: HandMadeThread, death: number, mayTake: number, operation: () => unknown): boolean {
    this.#mayTake += mayTake;
    const died = thread.die(death, operation);
    this.#dead.push(thread);
    return died;
  }

  /** What the supervisor and the survivors do. */
  repair(dead: HandMadeThread): void {
    this.main.repairAfter(dead.arena.index, this.survivors);
    this.pump();
    this.expectWhole();
  }

  pump(): void {
    for (let round = 0; round < 2; round++) for (const thread of this.survivors) thread.pump();
  }

  /** No lock of a dead thread anywhere; the queues and words of the live headers are what they should be. */
  expectWhole(): void {
    const { i32, main } = this;
    const isDead = (index: number): boolean => this.#dead.some(({ arena }) => arena.index === index);
    for (const at of headersOf(main.arena)) {
      const [send, recv] = [i32[at + header.send], i32[at + header.recv]];
      same(ownerOf(send) + ownerOf(recv) + i32[at + header.arrayLock], 0, "a lock is held");
      const kind = i32[at + header.kind];
      if (kind !== KIND.array && kind !== KIND.oneshot && kind !== KIND.rendezvous) continue;
      const queues = [RECEIVERS, SENDERS].map((queue) => this.#queue(at, queue));
      for (const record of queues.flat()) {
        same(isDead(ownerIndex(i32, record)), false, "a waiter of the dead is queued");
        const decider = i32[record + waiter.decider];
        same(isClaimedOrDone(i32, decider), false, "the wait of a queued record has ended");
      }
      same(Math.min(...queues.map(({ length }) => length)), 0, "senders and receivers wait");
      if (isClosed(send)) same(queues.flat().length, 0, "waiters of a closed channel");
      if (kind === KIND.rendezvous) continue;
      const used = distance(positionOf(send), positionOf(recv));
      const capacity = i32[at + header.capacity];
      same(used <= capacity, true, "no more than fit");
      if (queues[0].length > 0) same(used, 0, "values while receivers wait");
      if (queues[1].length > 0) same(used, capacity, "values while senders wait");
      same(send & 0x180, this.#bits(queues[0], send), "bits of send");
      same(recv & 0x180, this.#bits(queues[1], send), "bits of recv");
      // Copies of the other side's position lag behind, and not behind this side's own.
      const [head, tail] = [positionOf(recv), positionOf(send)];
      same(distance(head, i32[at + header.headSeen]) <= capacity, true, "a copy or a lap that lags too far, or is ahead");
      same(distance(i32[at + header.tailSeen], head) <= used, true, "tailSeen is between head and tail");
      same(distance(tail, i32[at + header.sendLap]) <= 2 * capacity, true, "a copy or a lap that lags too far, or is ahead");
      same(distance(head, i32[at + header.recvLap]) <= 2 * capacity, true, "a copy or a lap that lags too far, or is ahead");
    }
    for (const word of [superblock.pageLock, superblock.namesLock]) same(i32[word], 0, "a lock of the arena");
    for (const { arena } of this.#dead) {
      const record = arena.here;
      const words = [processor.inbox, processor.claiming, processor.claimedFirst, processor.claimedLast, processor.completing, processor.queueCount, processor.held, processor.queueLock];
      for (const word of words) same(i32[record + word], 0, `word ${word} of the processor of the dead`);
    }
  }

  #bits(queue: readonly number[], send: number): number {
    return (queue.length > 0 ? 0x80 : 0) | (send & CLOSED_BIT);
  }

  /** The records of a queue, whose links must agree both ways. */
  #queue(at: number, queue: Queue): number[] {
    const { i32 } = this;
    const records: number[] = [];
    for (let record = i32[at + queue]; record !== 0; record = i32[record + waiter.next]) {
      same(i32[record + waiter.previous], records.at(-1) ?? 0, "previous");
      same(i32[record + waiter.queued], at + queue, "queued");
      records.push(record);
      same(records.length < 100, true, "the queue ends");
    }
    same(i32[at + queue + 1], records.at(-1) ?? 0, "last");
    return records;
  }

  /** Drives the channel to its end with what the survivors do, and checks each value. */
  async finish(): Promise<void> {
    const isLostAbove = this.#next;
    await this.settle();
    for (let k = 0; this.#receives.some(({ state }) => state === "waiting"); k++) {
      same(k < WORKS_FOR, true, "receivers wait forever");
      const went = this.trySend(this.#any(k));
      if (!went) same(this.#isOver, true, "no room while receivers wait");
      await this.settle();
    }
    for (let k = 0; this.#order.some(({ fate, by }) => fate === "sending" && !this.#dead.includes(by)); k++) {
      same(k < WORKS_FOR, true, "senders wait forever");
      this.tryRecv(this.#any(k));
      await this.settle();
    }
    for (let k = 0; this.tryRecv(this.#any(k)); k++) same(k < WORKS_FOR, true, "draining ends");
    if (!this.#isOver) await this.#use();
    if (!this.#isOver) this.on(this.main).close();
    for (const thread of this.survivors) {
      same(this.on(thread).recv(), undefined, "a value after the end");
      same(this.trySend(thread), false, "sent after the end");
    }
    this.idleOn(this.main).close();
    await this.settle();
    this.expectWhole();
    this.#checkFates(isLostAbove);
  }

  /** A channel that is open and empty works as a new one. */
  async #use(): Promise<void> {
    const room = this.shape.isOneshot === true ? 1 : this.shape.capacity;
    for (let round = 0; round < 3 && !this.#isOver; round++) {
      for (let k = 0; k < room; k++) same(this.trySend(this.#any(k + round)), true, "room");
      same(this.trySend(this.#any(round)), false, "more than the capacity");
      if (!this.#isOver) this.send(this.#any(round), round === 1 ? "select" : "send");
      for (let k = 0; this.tryRecv(this.#any(k + round)); k++) same(k < WORKS_FOR, true, "draining ends");
      await this.settle();
      if (this.#isOver) return;
      this.recv(this.#any(round), round === 1 ? "select" : "recv");
      same(this.trySend(this.#any(round + 1)), true, "sent to who waits");
      await this.settle();
      same(this.#receives.at(-1)?.state, "received", "who waited");
    }
  }

  get #isOver(): boolean {
    return !this.on(this.main).isOpen;
  }

  #any(k: number): HandMadeThread {
    const { survivors } = this;
    return survivors[k % survivors.length];
  }

  /** Lets everything come that is on its way. */
  async settle(): Promise<void> {
    this.pump();
    for (let k = 0; k < 6; k++) await undefined;
  }

  #checkFates(isLostAbove: number): void {
    const received = this.#receives.filter(({ state }) => state === "received").map(({ value }) => value as number);
    const story = () => `received ${received.join(" ")} of ${this.#order.map(({ value, fate, by }) => `${value} ${fate} by ${by.arena.index}`).join(", ")}`;
    same(new Set(received).size, received.length, "received twice", story);
    same(received.every((value, k) => k === 0 || received[k - 1] < value), true, "in order", story);
    const missing: number[] = [];
    for (const { value, fate, by } of this.#order) {
      const isReceived = received.includes(value);
      if (fate === "refused" || fate === "withdrawn") same(isReceived, false, `${value} was ${fate}`, story);
      else if (!isReceived && !(fate === "sending" && this.#dead.includes(by))) missing.push(value);
    }
    for (const value of missing) same(value < isLostAbove, true, `${value} was lost after the death`, story);
    same(missing.length <= this.#mayTake, true, `lost: ${missing.join(" ")}`, story);
  }

  /** Words of the arena that are gone: in use at the end, beyond what was before and what the survivors keep. */
  leak(): number {
    return this.#words() - this.#wordsBefore;
  }

  #words(): number {
    const { arena } = this.main;
    return [this.main, this.other].reduce((sum, thread) => sum - this.i32[thread.arena.here + processor.keptWords], arena.use().used / 4);
  }
}
