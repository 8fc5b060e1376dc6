/** A delivery: one value of a queue in the hand of this node, until it is settled or its lease is lost. */
import { INSPECT, WarrenError, printValue } from "../../errors.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { checkMs } from "../link/options.ts";

/** Where a dead letter comes from. */
export interface DeadLetter {
  /** The queue in which it failed. */
  readonly queue: string;
  /** Why. */
  readonly why: string;
  /** How often it was started. */
  readonly attempts: number;
}

/** One value of a queue. It belongs to this node, which renews its lease until `ack`, `retry` or `reject`. */
export interface Delivery<T> extends AsyncDisposable {
  /** What was sent: a copy. */
  readonly value: T;
  /** The sender's `id`, or one that was made for the value. The same for each delivery of it. */
  readonly id: string;
  /** 1 for the first start, 2 for the second … */
  readonly attempt: number;
  /** The value may have been handled before, wholly or in part, by this or another node. */
  readonly mayBeRepeated: boolean;
  /** The sender's `traceparent` (W3C), if it had one. */
  readonly traceparent: string | undefined;
  /** For a dead letter: where it comes from. */
  readonly dead: DeadLetter | undefined;
  /** Aborts with ERR_LEASE_LOST when another node may get the value. */
  readonly signal: AbortSignal;
  /**
   * The value is done: the queue forgets it. Resolves when the server has been told. If
   * that message is lost, the value comes again, with `mayBeRepeated`.
   * @throws ERR_LEASE_LOST, ERR_SETTLED, ERR_NET_DOWN, ERR_NET_CLOSED
   */
  ack(): Promise<void>;
  /** The value is to be delivered again, to any node, in `delayMs` milliseconds; after the last try it is a dead letter. @param why kept with the dead letter @throws as `ack` */
  retry(delayMs?: number, why?: unknown): Promise<void>;
  /** The value cannot be handled: it becomes a dead letter now. @param why kept with the dead letter @throws as `ack` */
  reject(why: unknown): Promise<void>;
}

/** What a delivery needs from its queue. */
export interface Holder {
  readonly queue: string;
  acknowledge(held: Held): void;
  again(held: Held, delayMs: number, why: string): Promise<void>;
  bury(held: Held, why: string): Promise<void>;
}

/** A value in the hand of this node. */
export class Held {
  /** Its number in the stream. */
  readonly sequence: number;
  readonly value: unknown;
  readonly id: string;
  readonly traceparent: string | undefined;
  readonly dead: DeadLetter | undefined;
  mayBeRepeated: boolean;
  /** Where the server expects the answer: a subject that changes if the server delivers it again. */
  reply: string;
  /** Until when, on the clock of `performance.now()`, nobody else gets it. */
  untilMs: number;
  /** How often it was started before this time, and why that failed; `undefined` while it is not known. */
  starts: number | undefined = 0;
  why: string | undefined;
  /** How often it was started if the server has no note. */
  startsUnnoted = 0;
  /** There was no memory for the value. */
  isMissing = false;
  state: "waiting" | "given" | "settling" | "settled" | "lost" = "waiting";
  /** Made when it is asked for. */
  abort: AbortController | undefined;

  constructor(sequence: number, reply: string, untilMs: number, { value, id, traceparent, dead }: { value: unknown; id: string; traceparent: string | undefined; dead: DeadLetter | undefined }) {
    this.sequence = sequence;
    this.reply = reply;
    this.untilMs = untilMs;
    this.value = value;
    this.id = id;
    this.traceparent = traceparent;
    this.dead = dead;
    this.mayBeRepeated = false;
  }
}

export class QueueDelivery<T> implements Delivery<T> {
  readonly value: T;
  readonly attempt: number;
  readonly #holder: Holder;
  readonly #held: Held;

  constructor(holder: Holder, held: Held) {
    this.#holder = holder;
    this.#held = held;
    this.value = held.value as T;
    this.attempt = (held.starts ?? 0) + 1;
  }

  get id(): string {
    return this.#held.id;
  }

  get mayBeRepeated(): boolean {
    return this.#held.mayBeRepeated;
  }

  get traceparent(): string | undefined {
    return this.#held.traceparent;
  }

  get dead(): DeadLetter | undefined {
    return this.#held.dead;
  }

  get signal(): AbortSignal {
    const held = this.#held;
    held.abort ??= new AbortController();
    if (held.state === "lost") held.abort.abort(leaseLost(this.#holder.queue, held));
    return held.abort.signal;
  }

  async ack(): Promise<void> {
    this.#holder.acknowledge(this.#held);
  }

  async retry(delayMs = 0, why: unknown = "a handler asked for another try"): Promise<void> {
    checkMs("delayMs of retry", delayMs, 0);
    await this.#holder.again(this.#held, delayMs, textOf(why));
  }

  async reject(why: unknown): Promise<void> {
    await this.#holder.bury(this.#held, textOf(why));
  }

  /** Gives it back if it was not settled, so that another node gets it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#held.state === "given") await this.retry(0, "the handler ended without ack");
  }

  [INSPECT](): string {
    const { state, sequence } = this.#held;
    return `delivery ${sequence} of queue ${this.#holder.queue}, attempt ${this.attempt}, ${state === "given" ? "in hand" : state}`;
  }
}

export function leaseLost(queue: string, { id }: Held): WarrenError {
  return new WarrenError("ERR_LEASE_LOST", `the lease of ${printValue(id)} of queue ${queue} has ended: another node may have the value, and what is done with it now may be done twice`, { queue, id });
}

/** So much of a reason is kept with a dead letter. */
const LONGEST_WHY = 4000;

function textOf(why: unknown): string {
  const text = why instanceof Error ? (why.stack ?? String(why)) : typeof why === "string" ? why : printValue(why);
  return text.slice(0, LONGEST_WHY);
}
