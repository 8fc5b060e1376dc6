/**
 * A feed: live values for everyone who listens, each delivered at most once.
 *
 * Each publisher numbers its values, so a receiver counts what it has missed: values
 * that were lost on the way, and values that it was too slow for.
 */
import type { Subscription } from "@nats-io/transport-node";
import { INSPECT, WarrenError } from "../../errors.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import type { Receiver } from "../../channel/chan.ts";
import type { Space, Type } from "../../wire/type.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { Inflow } from "../link/inflow.ts";
import type { Link } from "../link/link.ts";
import { checkCount, checkKeys } from "../link/options.ts";
import { KIND, type Shape, decodeMessage, encodeMessage } from "../link/message.ts";
import type { Typed } from "../link/typed.ts";

/** Options of `receive`. */
export interface FeedOptions {
  /** So many values wait here at most; when more come, the oldest are dropped and counted. 1,024 by default. */
  readonly credit?: number | undefined;
}

/** The values of a feed from now on: a channel on the main thread. */
export interface FeedReceiver<T> extends Receiver<T>, AsyncDisposable {
  /** How many values were lost so far: on the way, or because this receiver was slow. Those after the last one that came are not known yet. */
  readonly missed: number;
  /** Takes no more values, and closes. */
  stop(): Promise<void>;
}

/** Live values. Nothing is kept: who is not there misses them, and `missed` says how many. */
export interface Feed<T> {
  /** The name under which it was opened. */
  readonly name: string;
  /** Sends `value` to all receivers that are there. @throws ERR_VALUE_REFUSED, ERR_TOO_BIG, ERR_NET_DOWN: nothing was sent, ERR_NET_CLOSED */
  publish(value: T): void;
  /** The values from now on. Each receiver gets all of them. @throws ERR_INVALID_ARGUMENT, ERR_NET_REFUSED, ERR_NET_DOWN, ERR_NET_CLOSED */
  receive(options?: FeedOptions): Promise<FeedReceiver<T>>;
}

/** What a feed needs of its connection. */
export interface FeedHost {
  readonly link: Link;
  readonly space: Space;
  readonly waiters: Waiters;
  readonly warn: (text: string) => void;
  /** Called with what is to be stopped when the connection is closed; what it returns is called when it has stopped. */
  readonly opened: (receiver: FeedReceiver<unknown>) => () => void;
}

/** A value of a feed: fingerprint of its type, publisher, number, value. */
const FEED: Shape = ["text", "text", "number", "any"];
/** The longest name of a publisher. */
const MOST_CHARACTERS = 64;
/** So many publishers a receiver remembers: the gaps of those that were silent for longer are not seen. */
const MOST_PUBLISHERS = 4096;
const STAYS = "the values of a feed come on the main thread, which holds the connection: send the values";

export class NetFeed<T> implements Feed<T> {
  readonly name: string;
  readonly #host: FeedHost;
  readonly #type: Typed<T>;
  readonly #wire: Type<T>;
  readonly #publisher: string;
  #next = 0;

  constructor(host: FeedHost, name: string, type: Typed<T>, wire: Type<T>) {
    this.#host = host;
    this.name = name;
    this.#type = type;
    this.#wire = wire;
    this.#publisher = host.link.unique();
  }

  publish(value: T): void {
    const { link, space } = this.#host;
    const what = `the value for feed ${this.name}`;
    link.checkUp(what);
    const bytes = encodeMessage(space, KIND.value, [this.#type.fingerprint, this.#publisher, this.#next, this.#type.sent(value)], what);
    link.publish(link.names.feed(this.name), bytes, what);
    this.#next++;
  }

  async receive(options: FeedOptions = {}): Promise<FeedReceiver<T>> {
    checkKeys("receive", options, ["credit"]);
    const { credit = 1024 } = options;
    checkCount("credit of receive", credit, 1, 1_048_576);
    const { link, space, waiters, warn, opened } = this.#host;
    const receiver = new FeedValues<T>(waiters, this.name, this.#wire, credit);
    let isWarned = false;
    const subscription = await link.subscribe(link.names.feed(this.name), { callback: (error, { data }) => {
      if (error !== null) return warn(error.message);
      try {
        const [fingerprint, publisher, number, value] = decodeMessage(space, KIND.value, data, FEED) as [string, string, number, unknown];
        if (fingerprint !== this.#type.fingerprint) throw new WarrenError("ERR_NET_MESSAGE", `the value of feed ${this.name} has another type (${fingerprint}) than ${this.#type.name} (${this.#type.fingerprint})`);
        if (!Number.isSafeInteger(number) || number < 0 || publisher.length > MOST_CHARACTERS) throw new WarrenError("ERR_NET_MESSAGE", "its publisher or its number is none");
        this.#type.check(value);
        receiver.came(publisher, number, value as T);
      } catch (refusal) {
        receiver.refused();
        // One line for a feed, not one for each value.
        if (!isWarned) warn(`feed ${this.name}: values are refused and counted as missed: ${(refusal as Error).message}`);
        isWarned = true;
      }
    } });
    receiver.open(subscription, link, opened(receiver as FeedReceiver<unknown>));
    return receiver;
  }

  [INSPECT](): string {
    return `feed ${this.name} of ${this.#type.name}`;
  }
}

class FeedValues<T> extends Inflow<T> implements FeedReceiver<T> {
  override readonly type: Type<T>;
  readonly #name: string;
  readonly #credit: number;
  readonly #values = new Fifo<T>();
  /** The number that each publisher's next value should have. */
  readonly #expected = new Map<string, number>();
  #missed = 0;
  #stopped: () => void = () => undefined;
  #subscription: Subscription | undefined;

  constructor(waiters: Waiters, name: string, type: Type<T>, credit: number) {
    super(waiters, STAYS);
    this.#name = name;
    this.type = type;
    this.#credit = credit;
  }

  open(subscription: Subscription, link: Link, onClosed: () => void): void {
    this.#subscription = subscription;
    const stopListening = link.listen({ closed: () => this.#end() });
    this.#stopped = () => {
      stopListening();
      onClosed();
    };
  }

  came(publisher: string, number: number, value: T): void {
    if (this.isEnded) return;
    const expected = this.#expected.get(publisher);
    if (expected !== undefined && number > expected) this.#missed += number - expected;
    // The latest is the last.
    this.#expected.delete(publisher);
    this.#expected.set(publisher, Math.max(expected ?? 0, number + 1));
    for (const [oldest] of this.#expected) {
      if (this.#expected.size <= MOST_PUBLISHERS) break;
      this.#expected.delete(oldest);
    }
    if (this.#values.length === this.#credit) {
      this.#values.shift();
      this.#missed++;
    }
    this.#values.push(value);
    this.giveDue();
  }

  refused(): void {
    this.#missed++;
  }

  get missed(): number {
    return this.#missed;
  }

  override get length(): number {
    return this.#values.length;
  }

  override get capacity(): number {
    return this.#credit;
  }

  override describe(): string {
    return `feed ${JSON.stringify(this.#name)}${this.isEnded ? ", stopped" : ""}`;
  }

  override take(): T | undefined {
    return this.#values.shift();
  }

  override isExhausted(): boolean {
    return this.isEnded && this.#values.length === 0;
  }

  async stop(): Promise<void> {
    this.#end();
  }

  #end(): void {
    if (!this.end()) return;
    this.#stopped();
    this.#subscription?.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }
}
