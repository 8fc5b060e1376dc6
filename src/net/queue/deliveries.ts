/**
 * The deliveries of a queue on this node: a local channel that the connection feeds.
 *
 * Invariants:
 * 1. This node has at most `credit` values that are not settled.
 * 2. A value is given to the program, and an answer is sent to the server, only while its
 *    lease is known to hold (leases.ts).
 * 3. A value that may have been started before is given when its start is noted on the
 *    server (suspects.ts).
 * 4. A value that was not given is given back when the deliveries stop, and is not blamed.
 *
 * A server takes a late answer for that of the node that has the value now
 * (nats-server#4786); therefore invariant 2.
 */
import type { Msg, Subscription } from "@nats-io/transport-node";
import { WarrenError, printValue } from "../../errors.ts";
import { performance, setTimeout, within } from "../../host.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import type { Wait, WaitOptions } from "../../wait/wait.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { Inflow } from "../link/inflow.ts";
import { codedError } from "../link/refusals.ts";
import { Acknowledged } from "./acknowledged.ts";
import { DeliveryType, STAYS } from "./delivery-type.ts";
import { type Delivery, type Held, type Holder, QueueDelivery, leaseLost } from "./delivery.ts";
import { placeOf, readValue } from "./incoming.ts";
import { Leases } from "./leases.ts";
import type { Deliveries, QueueParts } from "./parts.ts";
import { Pulls } from "./pulls.ts";
import { CONSUMER, JS, codeOf } from "./stream.ts";
import { Suspects } from "./suspects.ts";

/** Between two looks at a queue that nobody answers for. */
const ABSENT_MS = 250;
const ACK = new TextEncoder().encode("+ACK");
/** After so long a value comes again for which there was no memory. */
const FULL_MS = 1000;

export class QueueDeliveries<T> extends Inflow<Delivery<T>> implements Deliveries<T>, Holder {
  override readonly type = new DeliveryType<T>();
  readonly #queue: QueueParts<T>;
  readonly #credit: number;
  readonly #leases: Leases;
  readonly #pulls: Pulls;
  readonly #suspects: Suspects;
  /** Suspects whose start is noted: they are given before all others. */
  readonly #noted = new Fifo<Held>();
  /** Values that may be given. */
  readonly #ready = new Fifo<Held>();
  /** Gives a delivery back that the program has lost. */
  readonly #dropped = new FinalizationRegistry<Held>((held) => {
    if (held.state === "given") this.again(held, 0, "the program has dropped the delivery").catch((error: unknown) => this.#queue.warn(String(error)));
  });
  #subscription: Subscription | undefined;
  readonly #stopListening: () => void;
  /** All values up to this number may be repeated: they were delivered before, to this node or any. */
  #repeatedUpTo = 0;
  readonly #acknowledged = new Acknowledged();
  #isAbsent = false;
  #failure: WarrenError | undefined;
  #stopping: Promise<void> | undefined;

  readonly #onClosed: () => void;

  private constructor(waiters: Waiters, queue: QueueParts<T>, credit: number) {
    super(waiters, STAYS);
    const { link, name, options } = queue;
    this.#queue = queue;
    this.#credit = credit;
    this.#pulls = new Pulls(link, link.names.stream(name), credit, options.leaseMs);
    this.#leases = new Leases(link, options.leaseMs, (held) => this.#lost(held), () => this.#tick());
    this.#suspects = new Suspects({
      marks: queue.marks,
      tries: options.tries,
      retryMs: options.leaseMs / 8,
      warn: (error) => this.#complain(error),
      isWanted: () => this.isWanted && !this.isEnded,
      give: (held) => this.#noted.push(held),
      bury: (held) => this.#buryUnstarted(held),
      goOn: () => this.giveDue(),
    });
    this.#onClosed = queue.opened(this as Deliveries<unknown>);
    this.#stopListening = link.listen({ up: () => this.#reconnected(), down: () => this.#unsubscribe(), refused: (error, subject) => this.#refused(error, subject), closed: () => this.#disconnected() });
  }

  /** Subscribes, and asks for the first values. @throws ERR_NET_REFUSED, ERR_NET_DOWN, ERR_NET_CLOSED */
  static async open<T>(waiters: Waiters, queue: QueueParts<T>, credit: number): Promise<QueueDeliveries<T>> {
    const deliveries = new QueueDeliveries(waiters, queue, credit);
    try {
      await deliveries.#begin();
      return deliveries;
    } catch (error) {
      await deliveries.stop();
      throw codedError(error, `receive from the queue ${queue.name}`);
    }
  }

  get queue(): string {
    return this.#queue.name;
  }

  get inHand(): number {
    return this.#leases.size;
  }

  /** The longest time between two renewals so far, in milliseconds. */
  get worstRenewalMs(): number {
    return this.#leases.worstMs;
  }

  // What a local receiver needs.

  override get length(): number {
    if (this.isEnded) return 0;
    this.#dropLost();
    return this.#noted.length + (this.#suspects.isDue ? 0 : this.#ready.length);
  }

  override get capacity(): number {
    return this.#credit;
  }

  override describe(): string {
    const { name, link } = this.#queue;
    return `queue ${JSON.stringify(name)}${this.isEnded ? ", stopped" : link.isUp ? "" : ", no connection"}`;
  }

  override take(): Delivery<T> | undefined {
    if (this.isEnded) return undefined;
    this.#dropLost();
    const held = this.#noted.shift() ?? (this.#suspects.isDue ? undefined : this.#ready.shift());
    if (held === undefined) {
      void this.#suspects.noteNext();
      return undefined;
    }
    held.state = "given";
    const delivery = new QueueDelivery<T>(this, held);
    this.#dropped.register(delivery, held, held);
    return delivery;
  }

  override isExhausted(): boolean {
    return this.isEnded;
  }

  override watch(ready: () => boolean): () => void {
    const stop = super.watch(ready);
    // It has not tried to take one if others waited before it.
    void this.#suspects.noteNext();
    return stop;
  }

  override finish(wait: Wait): Delivery<T> | undefined {
    const delivery = super.finish(wait);
    if (delivery === undefined && this.#failure !== undefined) throw this.#failure;
    return delivery;
  }

  override recv(options?: WaitOptions): Delivery<T> | undefined | Promise<Delivery<T> | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    return super.recv(options);
  }

  // What a delivery does.

  acknowledge(held: Held): void {
    this.#checkMine(held);
    const { link } = this.#queue;
    link.checkUp("the acknowledgement");
    link.soon(held.reply, ACK);
    this.#settle(held);
    this.#acknowledged.add(held);
  }

  async again(held: Held, delayMs: number, why: string): Promise<void> {
    const { options } = this.#queue;
    const starts = (held.starts ?? 0) + 1;
    if (starts >= options.tries) return this.bury(held, why);
    await this.#settling(held, async () => {
      await this.#queue.marks.note(held.sequence, held.id, { starts, why });
      return nak(delayMs);
    });
  }

  async bury(held: Held, why: string): Promise<void> {
    const { name, bury } = this.#queue;
    await this.#settling(held, async () => {
      await bury(held.value as T, held.id, { queue: name, why, attempts: (held.starts ?? 0) + 1 }, held.sequence);
      return "+TERM";
    });
  }

  /** Settles a delivery with what `prepare` returns; if that fails, it stays in hand. */
  async #settling(held: Held, prepare: () => Promise<string>): Promise<void> {
    this.#checkMine(held);
    this.#queue.link.checkUp("the answer for a delivery");
    held.state = "settling";
    let answer: string;
    try {
      answer = await prepare();
    } catch (error) {
      if (held.state === "settling") held.state = "given";
      throw error;
    }
    // `prepare` may have taken long.
    if (!this.#leases.check(held)) throw leaseLost(this.#queue.name, held);
    this.#queue.link.checkUp(`the answer for ${printValue(held.id)}`);
    // First it asks for another one, then it gives this one back (pulls.ts).
    this.#settle(held);
    this.#queue.link.nc.publish(held.reply, answer);
  }

  #checkMine(held: Held): void {
    if (!this.#leases.check(held)) throw leaseLost(this.#queue.name, held);
    if (held.state !== "given") throw new WarrenError("ERR_SETTLED", `the delivery of ${printValue(held.id)} of queue ${this.#queue.name} is settled already`);
  }

  #settle(held: Held): void {
    held.state = "settled";
    this.#dropped.unregister(held);
    this.#leases.remove(held);
    this.#released(held);
  }

  #lost(held: Held): void {
    held.abort?.abort(leaseLost(this.#queue.name, held));
    this.#released(held);
  }

  #released(held: Held): void {
    this.#suspects.released(held);
    if (this.isEnded) this.#closeIfDone();
    this.#ask();
  }

  /** Asks for as many values as there is credit for, until it stops. */
  #ask(): void {
    if (!this.isEnded) this.#pulls.ask(this.#leases.size);
  }

  /** Gives back a value that was not started, and blames it for nothing. */
  async #giveBack(held: Held, delayMs = 0): Promise<void> {
    const { name, marks, link, warn } = this.#queue;
    const { starts, why } = held;
    held.state = "settling";
    try {
      if (starts !== undefined) await marks.note(held.sequence, held.id, { starts, why });
      if (!this.#leases.check(held)) return;
      const isUp = link.isUp;
      this.#settle(held);
      if (isUp) link.nc.publish(held.reply, nak(delayMs));
    } catch (error) {
      warn(`queue ${name}: a value could not be given back, and comes again when its lease ends: ${(error as Error).message}`);
      if (held.state === "settling") this.#settle(held);
    }
  }

  // What the server does.

  #came(error: Error | null, message: Msg): void {
    if (error !== null) {
      this.#queue.warn(`queue ${this.#queue.name}: ${error.message}`);
      return;
    }
    if (message.reply === undefined || message.reply === "") return this.#said(message);
    const at = placeOf(message.reply);
    if (at === undefined) return;
    this.#pulls.came();
    const { untilMs } = this.#leases;
    // It waited in the socket while the process stood still: another node gets it, or this one once more.
    if (performance.now() >= untilMs) return this.#ask();
    const held = readValue(this.#queue, message, at, untilMs);
    const known = this.#leases.get(at.sequence);
    if (held !== undefined && known?.id === held.id) {
      // The server has forgotten that this node has it, or has not heard the renewals.
      known.reply = held.reply;
      known.mayBeRepeated = true;
      return;
    }
    // A server that was killed uses the number again.
    if (held !== undefined && known !== undefined) this.#leases.lose(known);
    if (held !== undefined && this.#acknowledged.has(held)) {
      // The server has forgotten it.
      this.#queue.link.nc.publish(held.reply, ACK);
    } else if (held !== undefined) {
      this.#leases.add(held);
      this.#sort(held, at.deliveries);
    }
    this.#ask();
  }

  /** Whether a value may be given, or is a suspect. */
  #sort(held: Held, deliveries: number): void {
    const mayBeStarted = deliveries > 1 || held.sequence <= this.#repeatedUpTo;
    // New values come in their order, so what comes after a later one has come before (nats-server 2.9, pulls.ts).
    this.#repeatedUpTo = Math.max(this.#repeatedUpTo, held.sequence);
    held.mayBeRepeated ||= mayBeStarted;
    // Without a note a value that comes again was started once; so where one try is all, the first start is noted, too.
    held.startsUnnoted = deliveries > 1 && this.#queue.options.tries > 1 ? 1 : 0;
    if (held.isMissing) {
      held.starts = mayBeStarted ? undefined : 0;
      void this.#giveBack(held, FULL_MS);
    } else if (mayBeStarted) this.#suspects.add(held, undefined);
    else if (this.#queue.options.tries === 1) this.#suspects.add(held, 0);
    else {
      this.#ready.push(held);
      this.giveDue();
    }
  }

  #said(message: Msg): void {
    const code = this.#pulls.ended(message);
    if (this.isEnded) return;
    // The usual ends of a request: its time is over, or there is nothing.
    if (code === 408 || code === 404) return this.#ask();
    // Nobody answers, or not now: the server has just started, elects a leader, has too many requests, or the queue is gone.
    if (this.#isAbsent) return;
    this.#isAbsent = true;
    setTimeout(() => void this.#askAgain(), ABSENT_MS);
  }

  /** Asks again, if the queue is still there. */
  async #askAgain(): Promise<void> {
    const { link, name } = this.#queue;
    this.#isAbsent = false;
    if (this.isEnded || !link.isUp) return;
    try {
      await this.#queue.mend();
    } catch (error) {
      if (codeOf(error) === JS.streamNotFound) {
        this.#failure = new WarrenError("ERR_QUEUE_GONE", `the queue ${name} was deleted on the server: its values are gone`, { queue: name });
        return this.stop();
      }
      // The server does not answer yet.
    }
    this.#ask();
  }

  /** A value has been started as often as it may, and its node has died or lost it each time. */
  async #buryUnstarted(held: Held): Promise<void> {
    const { name, bury, link } = this.#queue;
    held.state = "settling";
    try {
      await bury(held.value as T, held.id, { queue: name, why: held.why ?? "its node ended, or lost the lease, while it was being handled", attempts: held.starts as number }, held.sequence);
      if (!this.#leases.check(held)) return;
      link.checkUp(`the answer for ${printValue(held.id)}`);
      link.nc.publish(held.reply, "+TERM");
      this.#settle(held);
    } finally {
      if (held.state === "settling") held.state = "waiting";
    }
  }

  // The connection.

  /** Learns what is new since the connection began, then asks for values. */
  async #begin(): Promise<void> {
    const { link, marks } = this.#queue;
    this.#unsubscribe();
    // A new one for each connection: so nothing comes that an old one has asked for.
    const inbox = link.names.inbox(link.unique());
    this.#pulls.begin(inbox);
    const subscription = await link.subscribe(`${inbox}.*`, { callback: (error, message) => this.#came(error, message) });
    // Meanwhile the connection may have ended, and another may have begun.
    if (!this.#pulls.isFor(inbox) || this.isEnded) return subscription.unsubscribe();
    this.#subscription = subscription;
    await this.#queue.ready();
    this.#repeatedUpTo = Math.max(await marks.repeatedUpTo(), await this.#delivered());
    if (!this.#pulls.isFor(inbox)) return;
    await this.#leases.renew();
    if (!this.#pulls.isFor(inbox)) return;
    this.#pulls.start();
    this.#ask();
  }

  #unsubscribe(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#pulls.end();
  }

  #reconnected(): void {
    if (this.isEnded) return void this.#leases.renew();
    this.#begin().catch((error: unknown) => {
      this.#complain(error);
      setTimeout(() => {
        if (this.#queue.link.isUp) this.#reconnected();
      }, ABSENT_MS);
    });
  }

  /** Without its permissions no value would come, or each would come again and again. */
  #refused(error: WarrenError, subject: string): void {
    const { link, name } = this.#queue;
    const stream = link.names.stream(name);
    if (!subject.startsWith(`$JS.ACK.${stream}.`) && subject !== this.#pulls.subject) return;
    this.#failure = error;
    this.#disconnected();
  }

  /** What failed is tried again. That the connection has ended is no news. */
  #complain(error: unknown): void {
    if (!(error instanceof WarrenError && (error.code === "ERR_NET_DOWN" || error.code === "ERR_NET_CLOSED"))) this.#queue.warn(`queue ${this.#queue.name}: ${(error as Error).message}`);
  }

  #tick(): void {
    if (this.isEnded) return;
    if (this.#pulls.isSilent) this.#pulls.forget();
    this.#ask();
    this.#suspects.tick();
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { link } = this.#queue;
    this.end();
    // What is on its way now belongs to this node, too.
    await this.#pulls.settled(link.options.timeoutMs);
    if (link.isUp && this.#subscription !== undefined) {
      await within(this.#subscription.drain(), link.options.timeoutMs);
      // If it does not answer, what is given back may come later.
      await within(this.#delivered(), link.options.timeoutMs);
    }
    this.#unsubscribe();
    const waiting = [...this.#leases.values()].filter(({ state }) => state === "waiting");
    if (link.isUp) await Promise.all(waiting.map((held) => this.#giveBack(held)));
    else for (const held of waiting) this.#settle(held);
    this.#closeIfDone();
  }

  /** The number of the last value that was delivered to any node. A server that is asked for it removes requests that nobody listens to. */
  async #delivered(): Promise<number> {
    const { link, name } = this.#queue;
    const jsm = await link.manager();
    const { delivered } = await link.answer(jsm.consumers.info(link.names.stream(name), CONSUMER));
    return delivered.stream_seq;
  }

  #disconnected(): void {
    this.end();
    this.#leases.loseAll();
    this.#closeIfDone();
  }

  /** Nothing is in hand, and nothing will come. */
  #closeIfDone(): void {
    if (this.#leases.size > 0) return;
    this.#leases.stop();
    this.#stopListening();
    this.#onClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Removes what was lost from the front. */
  #dropLost(): void {
    for (const fifo of [this.#noted, this.#ready]) {
      for (let held = fifo.peek(); held !== undefined && !this.#isGivable(held); held = fifo.peek()) fifo.shift();
    }
  }

  #isGivable(held: Held): boolean {
    return held.state === "waiting" && this.#leases.check(held);
  }
}

/** The answer that a value is to be delivered again. */
function nak(delayMs: number): string {
  return delayMs === 0 ? "-NAK" : `-NAK {"delay":${Math.round(delayMs * 1_000_000)}}`;
}
