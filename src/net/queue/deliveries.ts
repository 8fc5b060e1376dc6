/**
 * The deliveries of a queue on this node: a local channel that the connection feeds.
 *
 * Invariants:
 * 1. This node has at most `credit` values that are not settled.
 * 2. A value is given to the program, and an answer is sent to the server, only while its
 *    lease is known to hold (leases.ts).
 * 3. A value that was delivered before is noted on the server before it is given (marks.ts).
 *    A value of which two starts are known is given only when no other such value is in
 *    hand: when the node dies then, the right one is blamed.
 * 4. A value that was not given is given back when the deliveries stop, and is not blamed.
 *
 * A server takes a late answer for that of the node that has the value now
 * (nats-server#4786); therefore invariant 2.
 */
import type { Msg, Subscription } from "@nats-io/transport-node";
import { WarrenError, printValue } from "../../errors.ts";
import { performance, setTimeout } from "../../host.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import { LocalReceiver } from "../../channel/local-receiver.ts";
import type { Channel } from "../../channel/channel.ts";
import type { Receiver } from "../../channel/chan.ts";
import type { Wait, WaitOptions } from "../../wait/wait.ts";
import { Refusal, type Space, Type } from "../../wire/type.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Link } from "../link/link.ts";
import { KIND, type Shape, decodeMessage } from "../link/message.ts";
import { checkId, isTraceparent } from "../link/options.ts";
import { codedError } from "../link/refusals.ts";
import type { Typed } from "../link/typed.ts";
import { type DeadLetter, type Delivery, Held, type Holder, QueueDelivery, leaseLost } from "./delivery.ts";
import type { Attempts, Marks } from "./marks.ts";
import type { ResolvedQueue } from "./options.ts";
import { Pulls } from "./pulls.ts";
import { Leases } from "./leases.ts";
import { CONSUMER, JS, codeOf } from "./stream.ts";

/** The deliveries of a queue: receive from it as from any channel, in a select, too. It closes when it is stopped, or when the connection is gone for good. */
export interface Deliveries<T> extends Receiver<Delivery<T>>, AsyncDisposable {
  /** Values in the hand of this node: given and not settled, and those that wait to be received. */
  readonly inHand: number;
  /** Takes no more, and gives back what was not received. What was received can still be settled. */
  stop(): Promise<void>;
}

/** What the deliveries need of their queue. */
export interface QueueParts<T> {
  readonly name: string;
  readonly link: Link;
  readonly space: Space;
  readonly type: Typed<T>;
  readonly options: ResolvedQueue;
  readonly marks: Marks;
  /** Sends a value to the queue of dead letters; does nothing if there is none. */
  readonly bury: (value: T, id: string, letter: DeadLetter, sequence: number) => Promise<void>;
  readonly warn: (text: string) => void;
}

/** Between two looks at a queue that nobody answers for. */
const ABSENT_MS = 250;

/** A value for which there is no memory comes again after so long. */
const FULL_NS = 1_000_000_000;

/** The type of deliveries. They have none on the wire: they do not leave the main thread. */
class DeliveryType<T> extends Type<Delivery<T>> {
  override readonly name = "delivery";
  override readonly words = 1;
  override readonly align = 1;
  override encode(): never {
    throw new Refusal(STAYS, undefined);
  }
  override decode(): never {
    throw new WarrenError("ERR_INTERNAL", "a delivery was sent");
  }
  override drop(): void {
    // It is never in memory.
  }
}

const STAYS = "deliveries stay on the main thread, which holds the connection: send their values";

export class QueueDeliveries<T> extends LocalReceiver<Delivery<T>> implements Deliveries<T>, Holder {
  override readonly type = new DeliveryType<T>();
  readonly #queue: QueueParts<T>;
  readonly #credit: number;
  readonly #leases: Leases;
  readonly #pulls: Pulls;
  /** Values that may be given. */
  readonly #ready = new Fifo<Held>();
  /** Values that were delivered before: each is noted before it is given. */
  #suspects: Held[] = [];
  readonly #watchers = new Set<() => boolean>();
  /** Gives a delivery back that the program has lost. */
  readonly #dropped = new FinalizationRegistry<Held>((held) => {
    if (held.state === "given") this.again(held, 0, "the program has dropped the delivery").catch((error: unknown) => this.#queue.warn(String(error)));
  });
  #subscription: Subscription | undefined;
  readonly #stopListening: () => void;
  /** The value in hand that is known to have been started twice. */
  #alone: Held | undefined;
  #isNoting = false;
  /** All values up to this number may be repeated. */
  #repeatedUpTo = 0;
  #isAbsent = false;
  #isEnded = false;
  #failure: WarrenError | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(waiters: Waiters, queue: QueueParts<T>, credit: number, inbox: string) {
    super(waiters);
    const { link, name, options } = queue;
    this.#queue = queue;
    this.#credit = credit;
    this.#pulls = new Pulls(link, link.names.stream(name), inbox, credit);
    this.#leases = new Leases(link, options.leaseMs, (held) => this.#lost(held), () => this.#tick());
    this.#stopListening = link.listen({ up: () => this.#reconnected(), down: () => this.#pulls.forget(), refused: (error, subject) => this.#refused(error, subject), closed: () => this.#disconnected() });
  }

  /** Subscribes, and asks for the first values. @throws ERR_NET_REFUSED, ERR_NET_DOWN, ERR_NET_CLOSED */
  static async open<T>(waiters: Waiters, queue: QueueParts<T>, credit: number): Promise<QueueDeliveries<T>> {
    const { link } = queue;
    const inbox = link.names.inbox(link.unique());
    const deliveries = new QueueDeliveries(waiters, queue, credit, inbox);
    try {
      deliveries.#subscription = await link.subscribe(`${inbox}.*`, (error, message) => deliveries.#came(error, message));
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
    this.#dropLost();
    return this.#ready.length;
  }

  override get capacity(): number {
    return this.#credit;
  }

  override describe(): string {
    const { name, link } = this.#queue;
    return `queue ${JSON.stringify(name)}${this.#isEnded ? ", stopped" : link.isUp ? "" : ", no connection"}`;
  }

  protected override giveDue(): void {
    while (this.length > 0 && this.#watchers.size > 0) this.#wakeFirst();
  }

  override take(): Delivery<T> | undefined {
    this.#dropLost();
    const held = this.#ready.shift();
    if (held === undefined) {
      void this.#noteNext();
      return undefined;
    }
    held.state = "given";
    const delivery = new QueueDelivery<T>(this, held);
    this.#dropped.register(delivery, held, held);
    return delivery;
  }

  protected override isExhausted(): boolean {
    return this.#isEnded;
  }

  override watch(ready: () => boolean): () => void {
    this.#watchers.add(ready);
    return () => this.#watchers.delete(ready);
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

  override materialize(): Channel<Delivery<T>> {
    throw new Refusal(STAYS, this);
  }

  protected override feed(): void {
    // It does not turn into a channel.
  }

  // What a delivery does.

  acknowledge(held: Held): void {
    this.#checkMine(held);
    this.#queue.link.checkUp(`the acknowledgement of ${printValue(held.id)}`);
    this.#queue.link.nc.publish(held.reply, "+ACK");
    this.#settle(held, "settled");
  }

  async again(held: Held, delayMs: number, why: string): Promise<void> {
    const { options } = this.#queue;
    const starts = (held.starts ?? 0) + 1;
    if (starts >= options.tries) return this.bury(held, why);
    await this.#settling(held, async () => {
      await this.#queue.marks.note(held.sequence, { starts, why });
      return delayMs === 0 ? "-NAK" : `-NAK {"delay":${Math.round(delayMs * 1_000_000)}}`;
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
    this.#queue.link.checkUp(`the answer for ${printValue(held.id)}`);
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
    this.#queue.link.nc.publish(held.reply, answer);
    this.#settle(held, "settled");
  }

  #checkMine(held: Held): void {
    if (!this.#leases.check(held)) throw leaseLost(this.#queue.name, held);
    if (held.state !== "given") throw new WarrenError("ERR_SETTLED", `the delivery of ${printValue(held.id)} of queue ${this.#queue.name} is settled already`);
  }

  #settle(held: Held, state: "settled"): void {
    held.state = state;
    this.#dropped.unregister(held);
    this.#leases.remove(held);
    this.#released(held);
  }

  #lost(held: Held): void {
    held.abort?.abort(leaseLost(this.#queue.name, held));
    this.#released(held);
  }

  #released(held: Held): void {
    if (this.#alone === held) this.#alone = undefined;
    if (this.#isEnded) {
      if (this.#leases.size === 0) this.#leases.stop();
      return;
    }
    this.#pulls.ask(this.#leases.size);
    if (this.#suspects.length > 0 && this.#watchers.size > 0) void this.#noteNext();
  }

  // What the server does.

  #came(error: Error | null, message: Msg): void {
    if (error !== null) {
      this.#queue.warn(`queue ${this.#queue.name}: ${error.message}`);
      return;
    }
    if (this.#isEnded) return;
    if (message.reply === undefined || message.reply === "") return this.#said(message);
    const at = placeOf(message.reply);
    if (at === undefined) return;
    this.#pulls.came();
    const known = this.#leases.get(at.sequence);
    if (known !== undefined) {
      // The server has forgotten that this node has it, or has not heard the renewals.
      known.reply = message.reply;
      known.mayBeRepeated = true;
      return;
    }
    const { untilMs } = this.#leases;
    // It waited in the socket while the process stood still: another node gets it, or this one once more.
    if (performance.now() >= untilMs) return this.#pulls.ask(this.#leases.size);
    const held = this.#read(message, at, untilMs);
    if (held === undefined) return this.#pulls.ask(this.#leases.size);
    this.#leases.add(held);
    if (held.mayBeRepeated) {
      this.#suspects.push(held);
      void this.#learn(held, at.deliveries);
    } else {
      this.#ready.push(held);
      this.giveDue();
    }
    this.#pulls.ask(this.#leases.size);
  }

  /** Reads a message. One that cannot be read is refused: it will never be another. */
  #read(message: Msg, { sequence, deliveries }: Place, untilMs: number): Held | undefined {
    const { name, space, type, link, warn } = this.#queue;
    try {
      const [fingerprint, id, traceparent, value, dead] = decodeMessage(space, KIND.value, message.data, VALUE_SHAPE) as [string, string, string | undefined, T, unknown];
      if (fingerprint !== type.fingerprint) throw new WarrenError("ERR_NET_MESSAGE", `its type has the fingerprint ${printValue(fingerprint)}, and the queue carries ${type.name} (${type.fingerprint})`);
      checkId(id);
      const held = new Held(sequence, message.reply as string, untilMs, { value: type.copy(value), id, traceparent: isTraceparent(traceparent) ? traceparent : undefined, dead: letterOf(dead) });
      held.mayBeRepeated = deliveries > 1 || sequence <= this.#repeatedUpTo;
      return held;
    } catch (error) {
      if ((error as WarrenError).code === "ERR_ARENA_FULL") {
        warn(`queue ${name}: value ${sequence} comes again later: ${(error as Error).message}`);
        void this.#giveBack(sequence, message.reply as string, `-NAK {"delay":${FULL_NS}}`, { starts: 0, why: undefined });
        return undefined;
      }
      link.nc.publish(message.reply as string, "+TERM");
      warn(`queue ${name}: value ${sequence} was refused and is not delivered again: ${(error as Error).message}`);
      return undefined;
    }
  }

  #said(message: Msg): void {
    const code = this.#pulls.said(message);
    if (code === 100) return;
    // Nobody answers: the server has just started, elects a leader, or the queue is gone.
    if (code !== 503 && !/deleted/i.test(message.headers?.description ?? "")) return this.#pulls.ask(this.#leases.size);
    if (this.#isAbsent) return;
    this.#isAbsent = true;
    setTimeout(() => void this.#askAgain(), ABSENT_MS);
  }

  /** Asks again, if the queue is still there. */
  async #askAgain(): Promise<void> {
    const { link, name } = this.#queue;
    this.#isAbsent = false;
    if (this.#isEnded || !link.isUp) return;
    try {
      const jsm = await link.manager();
      await jsm.consumers.info(link.names.stream(name), CONSUMER);
    } catch (error) {
      const code = codeOf(error);
      if (code === JS.streamNotFound || code === JS.consumerNotFound) {
        this.#failure = new WarrenError("ERR_QUEUE_GONE", `the queue ${name} was deleted on the server: its values are gone`, { queue: name });
        return this.#end();
      }
      // The server does not answer yet.
    }
    this.#pulls.ask(this.#leases.size);
  }

  /** Learns how often a value was started. */
  async #learn(held: Held, deliveries: number): Promise<void> {
    const { marks, warn, options } = this.#queue;
    while (held.state === "waiting" && held.starts === undefined) {
      try {
        const known = await marks.attempts(held.sequence);
        held.starts = known?.starts ?? (deliveries > 1 ? 1 : 0);
        held.why = known?.why;
      } catch (error) {
        warn(`queue ${this.#queue.name}: ${(error as Error).message}`);
        await delay(options.leaseMs / 8);
      }
    }
    if (this.#watchers.size > 0) await this.#noteNext();
  }

  /** Notes the first suspect that may be started, and gives it. */
  async #noteNext(): Promise<void> {
    if (this.#isNoting || this.#isEnded) return;
    const { marks, options, warn, name } = this.#queue;
    this.#suspects = this.#suspects.filter(({ state }) => state === "waiting");
    const held = this.#suspects.find(({ starts }) => starts !== undefined && (starts < 2 || this.#alone === undefined));
    if (held === undefined) return;
    const starts = held.starts as number;
    this.#isNoting = true;
    try {
      if (starts >= options.tries) {
        held.state = "given";
        this.#suspects.splice(this.#suspects.indexOf(held), 1);
        await this.#buryUnstarted(held, starts);
      } else {
        if (starts >= 2) this.#alone = held;
        await marks.note(held.sequence, { starts: starts + 1, why: held.why });
        this.#suspects.splice(this.#suspects.indexOf(held), 1);
        if (held.state === "waiting") this.#ready.push(held);
      }
    } catch (error) {
      // It stays a suspect; the next look, at the latest at the next renewal, tries again.
      if (held.state === "given") {
        held.state = "waiting";
        this.#suspects.push(held);
      }
      if (this.#alone === held) this.#alone = undefined;
      warn(`queue ${name}: ${(error as Error).message}`);
      return;
    } finally {
      this.#isNoting = false;
    }
    this.giveDue();
    if (this.#watchers.size > 0) await this.#noteNext();
  }

  /** A value has been started as often as it may, and its node has died or lost it each time. */
  async #buryUnstarted(held: Held, starts: number): Promise<void> {
    const { name, bury, link } = this.#queue;
    await bury(held.value as T, held.id, { queue: name, why: held.why ?? "its node ended, or lost the lease, while it was being handled", attempts: starts }, held.sequence);
    if (!this.#leases.check(held)) return;
    link.nc.publish(held.reply, "+TERM");
    this.#settle(held, "settled");
  }

  // The connection.

  /** Learns what is new since the connection began, then asks for values. */
  async #begin(): Promise<void> {
    this.#repeatedUpTo = await this.#queue.marks.repeatedUpTo();
    await this.#leases.renew();
    this.#pulls.ask(this.#leases.size);
  }

  #reconnected(): void {
    this.#leases.restart();
    this.#begin().catch((error: unknown) => {
      this.#queue.warn(`queue ${this.#queue.name}: ${(error as Error).message}`);
      setTimeout(() => {
        if (!this.#isEnded && this.#queue.link.isUp) this.#reconnected();
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

  #tick(): void {
    if (this.#isEnded) return;
    if (this.#pulls.isSilent) this.#pulls.forget();
    this.#pulls.ask(this.#leases.size);
    if (this.#watchers.size > 0) void this.#noteNext();
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { link } = this.#queue;
    const waiting = [...this.#leases.values()].filter(({ state }) => state === "waiting");
    this.#end();
    if (link.isUp) {
      await Promise.all(waiting.map((held) => this.#giveBack(held.sequence, held.reply, "-NAK", { starts: held.starts ?? 0, why: held.why })));
    }
    for (const held of waiting) this.#settle(held, "settled");
    if (this.#leases.size === 0) this.#leases.stop();
  }

  /** Gives a value back that was not started. It is not blamed: the server will say that it was delivered. */
  async #giveBack(sequence: number, reply: string, answer: string, attempts: Attempts): Promise<void> {
    const { marks, link, warn } = this.#queue;
    try {
      await marks.note(sequence, attempts);
      link.nc.publish(reply, answer);
    } catch (error) {
      warn(`a value could not be given back, and comes again when its lease ends: ${(error as Error).message}`);
    }
  }

  #disconnected(): void {
    this.#end();
    this.#leases.loseAll();
    this.#leases.stop();
  }

  /** Nothing more is received. */
  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stopListening();
    this.#subscription?.unsubscribe();
    while (this.#watchers.size > 0) this.#wakeFirst();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #wakeFirst(): void {
    for (const ready of this.#watchers) {
      this.#watchers.delete(ready);
      ready();
      return;
    }
  }

  /** Removes what was lost from the front. */
  #dropLost(): void {
    for (let held = this.#ready.peek(); held !== undefined && !this.#isGivable(held); held = this.#ready.peek()) this.#ready.shift();
  }

  #isGivable(held: Held): boolean {
    return held.state === "waiting" && this.#leases.check(held);
  }
}

/** The fields of a value: fingerprint of its type, id, traceparent, the value, and for a dead letter where it comes from. */
const VALUE_SHAPE: Shape = ["text", "text", "text?", "any", "any"];

interface Place {
  readonly sequence: number;
  readonly deliveries: number;
}

/** Reads the subject of the answer: `$JS.ACK.[domain.account.]stream.consumer.deliveries.sequence.…`. */
function placeOf(reply: string): Place | undefined {
  const tokens = reply.split(".");
  // Else somebody other than the server wants to know what is acknowledged.
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined;
  const at = tokens.length >= 11 ? 6 : 4;
  const deliveries = Number(tokens[at]);
  const sequence = Number(tokens[at + 1]);
  return Number.isInteger(deliveries) && Number.isInteger(sequence) ? { sequence, deliveries } : undefined;
}

function letterOf(dead: unknown): DeadLetter | undefined {
  const { queue, why, attempts } = (dead ?? {}) as Record<string, unknown>;
  return typeof queue === "string" && typeof why === "string" && typeof attempts === "number" ? { queue, why, attempts } : undefined;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
