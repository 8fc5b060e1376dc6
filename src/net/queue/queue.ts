/**
 * A queue: durable values, each handled at least once, by any node.
 *
 * `send` has an id for each value and asks the server again, with the same id, while it
 * does not answer; the server keeps the first. So a send that resolves is in the queue
 * once, and only a send that rejects with ERR_SEND_UNKNOWN may or may not be in it.
 */
import type { Msg } from "@nats-io/transport-node";
import { INSPECT, WarrenError, printValue } from "../../errors.ts";
import { performance, setTimeout } from "../../host.ts";
import type { Space } from "../../wire/type.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { checkSignal } from "../../wait/wait.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Link } from "../link/link.ts";
import { LONGEST_ID, checkCount, checkId, checkKeys, checkMs, checkTraceparent } from "../link/options.ts";
import { codedError } from "../link/refusals.ts";
import { KIND, asKind, encodeMessage } from "../link/message.ts";
import type { Typed } from "../link/typed.ts";
import type { Waits } from "../link/waits.ts";
import { QueueDeliveries } from "./deliveries.ts";
import type { Deliveries, QueueParts } from "./parts.ts";
import type { DeadLetter } from "./delivery.ts";
import { Marks } from "./marks.ts";
import type { ResolvedQueue } from "./options.ts";
import { JS, codeOf, mendConsumer, openStream } from "./stream.ts";

/** Options of `send`. */
export interface SendOptions {
  /** The value's name: a second send with the same id within `dedupeMs` changes nothing. Give one if you send again after ERR_SEND_UNKNOWN. */
  readonly id?: string | undefined;
  /** Ends the wait. The value may be in the queue then. */
  readonly signal?: AbortSignal | undefined;
  /** For so long, in milliseconds, an answer of the server is awaited. That of `join` by default. A queue that is full is awaited without end. */
  readonly timeoutMs?: number | undefined;
  /** W3C trace context, which the receiver gets with the value. By default that of `join`. */
  readonly traceparent?: string | undefined;
}

/** Options of `deliveries`. */
export interface DeliveriesOptions {
  /** So many values this node has at most in hand. 16 by default; with 1 and one node the order is that of the sends. */
  readonly credit?: number | undefined;
}

/** Numbers of a queue, on all nodes. */
export interface QueueState {
  /** Values in the queue, those in the hand of nodes included. */
  readonly values: number;
  /** Values in the hand of nodes. */
  readonly inHand: number;
  /** What they take in the server's store. */
  readonly bytes: number;
  /** So many values it holds at most. */
  readonly capacity: number;
}

/** A durable queue of values of one type, kept by the server. It is no channel: `send` is acknowledged by the server, and each value is delivered at least once. */
export interface Queue<T> {
  /** The name under which it was opened. */
  readonly name: string;
  /**
   * Sends `value`. Resolves when the server has it. While the queue is full it waits.
   * @throws ERR_VALUE_REFUSED, ERR_QUEUE_FULL with `whenFull: "refuse"`, ERR_TOO_BIG, ERR_NET_DOWN: it was not sent, ERR_SEND_UNKNOWN: it may be in the queue, ERR_QUEUE_GONE, ERR_NET_REFUSED, ERR_NET_CLOSED, or the signal's reason
   */
  send(value: T, options?: SendOptions): Promise<void>;
  /**
   * The values of the queue, for this node: a channel on the main thread, at most `credit` of them in hand.
   * When the server takes a permission away that they need, they close, and `recv` throws ERR_NET_REFUSED.
   * @throws ERR_INVALID_ARGUMENT, ERR_NET_DOWN, ERR_NET_REFUSED, ERR_NET_SERVER, ERR_NET_CLOSED
   */
  deliveries(options?: DeliveriesOptions): Promise<Deliveries<T>>;
  /** How full it is now, on all nodes. @throws ERR_NET_DOWN, ERR_QUEUE_GONE, ERR_NET_CLOSED */
  state(): Promise<QueueState>;
}

/** Between two sends to a full queue: the first, and the longest. */
const FULL_MS = 4;
const LONGEST_FULL_MS = 200;
/** Between two sends while nobody answers for the queue. */
const ABSENT_MS = 40;
/** So many ids of sends without an answer are kept. */
const MOST_UNANSWERED = 65_536;
/** One request to the server waits at least so long for its answer. */
const LEAST_REQUEST_MS = 1000;
/** What a header takes, with the id. */
const HEADER_BYTES = 32;

/** What a queue needs of its connection. */
export interface QueueHost {
  readonly link: Link;
  readonly space: Space;
  readonly waiters: Waiters;
  readonly waits: Waits;
  readonly traceparent: () => string | undefined;
  readonly warn: (text: string) => void;
  /** Called with what is to be stopped when the connection is closed; what it returns is called when it has stopped. */
  readonly opened: (deliveries: Deliveries<unknown>) => () => void;
}

export class NetQueue<T> implements Queue<T> {
  readonly name: string;
  readonly #host: QueueHost;
  readonly #type: Typed<T>;
  readonly #options: ResolvedQueue;
  readonly #marks: Marks;
  /** Of the queue of dead letters. */
  readonly #deadMarks: Marks | undefined;
  /** Ids of values that were sent, and the server has not answered. */
  readonly #unanswered = new Set<string>();
  /** After each connection the queue is looked at before anything else. */
  #looking: Promise<unknown> | undefined;

  private constructor(host: QueueHost, name: string, type: Typed<T>, options: ResolvedQueue, marks: Marks, deadMarks: Marks | undefined) {
    this.#host = host;
    this.name = name;
    this.#type = type;
    this.#options = options;
    this.#marks = marks;
    this.#deadMarks = deadMarks;
    // A queue that the program drops is not kept for this.
    const weak = new WeakRef(this);
    const stop = host.link.listen({ up: () => {
      const queue = weak.deref();
      if (queue === undefined) stop();
      else queue.#look();
    } });
  }

  /** Notes the start of the server before anything is sent to it or received. If that fails, the next operation does, too, and says why. */
  #look(): void {
    const { link, warn } = this.#host;
    const looking: Promise<unknown> = Promise.all([this.#marks.repeatedUpTo(), this.#deadMarks?.repeatedUpTo()])
      .catch((error: unknown) => {
        if (link.isUp && codeOf(error) !== JS.streamNotFound) warn(`queue ${this.name}: ${(error as Error).message}`);
      })
      .finally(() => {
        if (this.#looking === looking) this.#looking = undefined;
      });
    this.#looking = looking;
  }

  /** Opens the queue, and its queue of dead letters. @throws as `net.queue` */
  static async open<T>(host: QueueHost, name: string, type: Typed<T>, options: ResolvedQueue): Promise<NetQueue<T>> {
    const { link } = host;
    const openMarks = async (queue: string, its: ResolvedQueue): Promise<Marks> => {
      const { created } = await openStream(link, queue, type, its);
      const marks = new Marks(link, queue, created, () => mendConsumer(link, queue, its, true));
      try {
        await Promise.all([marks.repeatedUpTo(), link.requests.open()]);
      } catch (error) {
        throw codedError(error, `open the queue ${queue}`);
      }
      return marks;
    };
    const marks = await openMarks(name, options);
    const deadMarks = options.dead === undefined ? undefined : await openMarks(options.dead, { ...options, asked: new Set() });
    return new NetQueue(host, name, type, options, marks, deadMarks);
  }

  async send(value: T, options: SendOptions = {}): Promise<void> {
    const { link, waits, traceparent: ownTraceparent } = this.#host;
    checkKeys("send", options, ["id", "signal", "timeoutMs", "traceparent"]);
    const { id = link.unique(), signal, timeoutMs = link.options.timeoutMs, traceparent = ownTraceparent() } = options;
    checkId(id);
    checkTraceparent(traceparent);
    checkMs("timeoutMs of send", timeoutMs, 1);
    if (signal !== undefined) checkSignal(signal);
    signal?.throwIfAborted();
    link.checkOpen();
    const what = `the value for queue ${this.name}`;
    const bytes = encodeMessage(this.#host.space, KIND.value, [this.#type.fingerprint, id, traceparent, this.#type.sent(value), undefined], what);
    link.checkSize(bytes.length + HEADER_BYTES + id.length, what);
    const done = waits.begin(`send to queue ${this.name}`);
    try {
      await this.#publish(this.name, bytes, id, timeoutMs, signal, this.#options.whenFull === "wait");
    } finally {
      done();
    }
  }

  async #publish(queue: string, bytes: Uint8Array, id: string, timeoutMs: number, signal: AbortSignal | undefined, waitsWhenFull: boolean): Promise<void> {
    const { link } = this.#host;
    const subject = link.names.queue(queue);
    let untilMs = performance.now() + timeoutMs;
    let fullMs = FULL_MS;
    let mayBeIn = false;
    for (;;) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || !(await link.whenUp(untilMs, signal))) throw notAnswered(queue, id, timeoutMs, mayBeIn);
      if (this.#looking !== undefined) await unlessAborted(this.#looking, signal);
      // It is known by its id, but a server that was killed forgets the ids of what is done.
      const isAgain = this.#unanswered.has(id);
      const headers = link.headers({ "Nats-Msg-Id": id });
      this.#await(id);
      const answer = await unlessAborted(link.requests.send(subject, isAgain ? asKind(bytes, KIND.again) : bytes, Math.min(leftMs, Math.max(LEAST_REQUEST_MS, timeoutMs / 4)), headers), signal);
      if (answer instanceof WarrenError) {
        // It is not in, unless one before is.
        if (!isAgain) this.#unanswered.delete(id);
        throw answer;
      }
      const { stream, error } = typeof answer === "object" ? ackOf(answer) : {};
      // The server, or nobody, has answered: this one is in, or is not.
      if (stream !== undefined || (!isAgain && (error !== undefined || answer === "nobody"))) this.#unanswered.delete(id);
      if (stream === link.names.stream(queue)) return;
      if (stream !== undefined) throw new WarrenError("ERR_QUEUE_CONFLICT", `the stream ${stream} takes the values of queue ${queue}`, { here: link.names.stream(queue), there: stream });
      if (error === JS.full) {
        if (!waitsWhenFull) throw new WarrenError("ERR_QUEUE_FULL", `the queue ${queue} is full: it holds as many values as its capacity`, { queue });
        // The server has answered: the time for an answer begins again.
        untilMs = performance.now() + fullMs + timeoutMs;
        mayBeIn = false;
        await pause(fullMs * (0.5 + Math.random()), signal);
        fullMs = Math.min(2 * fullMs, LONGEST_FULL_MS);
        continue;
      }
      link.checkOpen();
      if (answer === "late") mayBeIn = true;
      else if (answer === "nobody" && (await this.#isGone(queue))) throw new WarrenError("ERR_QUEUE_GONE", `the queue ${queue} was deleted on the server`, { queue });
      // JetStream has just started, elects a leader, or has no room.
      else await pause(ABSENT_MS, signal);
    }
  }

  #await(id: string): void {
    this.#unanswered.add(id);
    if (this.#unanswered.size <= MOST_UNANSWERED) return;
    for (const oldest of this.#unanswered) {
      this.#unanswered.delete(oldest);
      return;
    }
  }

  [INSPECT](): string {
    return `queue ${this.name} of ${this.#type.name}`;
  }

  async #isGone(queue: string): Promise<boolean> {
    const { link } = this.#host;
    try {
      await (await link.manager()).streams.info(link.names.stream(queue));
      return false;
    } catch (error) {
      return codeOf(error) === JS.streamNotFound;
    }
  }

  async deliveries(options: DeliveriesOptions = {}): Promise<Deliveries<T>> {
    checkKeys("deliveries", options, ["credit"]);
    const { credit = 16 } = options;
    checkCount("credit of deliveries", credit, 1, 65_536);
    const { link, space, waiters, warn, opened } = this.#host;
    const parts: QueueParts<T> = { name: this.name, link, space, type: this.#type, options: this.#options, marks: this.#marks, warn, opened, ready: async () => void (await this.#looking), mend: () => mendConsumer(link, this.name, this.#options, false), bury: (value, id, letter, sequence) => this.#bury(value, id, letter, sequence) };
    return QueueDeliveries.open(waiters, parts, credit);
  }

  async #bury(value: T, id: string, letter: DeadLetter, sequence: number): Promise<void> {
    const { dead } = this.#options;
    if (dead === undefined) return;
    const { link, space } = this.#host;
    const bytes = encodeMessage(space, KIND.value, [this.#type.fingerprint, id, undefined, value, letter], `the dead letter of queue ${this.name}`);
    await this.#publish(dead, bytes, `${this.name} ${sequence} ${id}`.slice(0, 2 * LONGEST_ID), link.options.timeoutMs, undefined, false);
  }

  async state(): Promise<QueueState> {
    const { link } = this.#host;
    const jsm = await link.manager();
    try {
      const stream = link.names.stream(this.name);
      const [{ state, config }, consumer] = await Promise.all([jsm.streams.info(stream), jsm.consumers.info(stream, "warren")]);
      return { values: state.messages, inHand: consumer.num_ack_pending, bytes: state.bytes, capacity: config.max_msgs };
    } catch (error) {
      if (codeOf(error) === JS.streamNotFound || codeOf(error) === JS.consumerNotFound) throw new WarrenError("ERR_QUEUE_GONE", `the queue ${this.name} was deleted on the server`, { queue: this.name });
      throw codedError(error, `read the state of queue ${this.name}`);
    }
  }
}

function notAnswered(queue: string, id: string, timeoutMs: number, mayBeIn: boolean): WarrenError {
  if (!mayBeIn) return new WarrenError("ERR_NET_DOWN", `the value ${printValue(id)} was not sent to queue ${queue}: there was no connection, or no JetStream, for ${timeoutMs} ms`, { queue, id });
  return new WarrenError("ERR_SEND_UNKNOWN", `the server has not answered for ${timeoutMs} ms, so the value ${printValue(id)} may be in queue ${queue} or not: send it again with the same id, and it will be in it once`, { queue, id });
}

/** The server's answer to a value: the stream that has it, or the code of an error. Neither if it is not the server's. */
function ackOf({ data }: Msg): { readonly stream?: string; readonly error?: number } {
  try {
    const { stream, error } = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()) as { stream?: string; error?: { err_code?: number } };
    return error === undefined ? { ...(stream !== undefined && { stream }) } : { error: error.err_code ?? 0 };
  } catch {
    // No JSON.
    return {};
  }
}

/** Waits for a promise, or for the signal. The promise is left alone then. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return unlessAborted(new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  }), signal);
}
