/**
 * A queue: durable values, each handled at least once, by any node.
 *
 * `send` has an id for each value and asks the server again, with the same id, while it
 * does not answer; the server keeps the first. So a send that resolves is in the queue
 * once, and only a send that rejects with ERR_SEND_UNKNOWN may or may not be in it.
 */
import { WarrenError, printValue } from "../../errors.ts";
import { performance, setTimeout } from "../../host.ts";
import type { Space } from "../../wire/type.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { checkSignal } from "../../wait/wait.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Link } from "../link/link.ts";
import { checkCount, checkKeys, checkMs } from "../link/options.ts";
import { isNamed, refusalOf } from "../link/refusals.ts";
import { KIND, encodeMessage } from "../link/message.ts";
import type { Typed } from "../link/typed.ts";
import type { Waits } from "../link/waits.ts";
import { AGAIN, type Deliveries, QueueDeliveries, type QueueParts } from "./deliveries.ts";
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
  readonly bytes: number;
  readonly capacity: number;
}

/** A durable queue of values of one type, kept by the server. It is no channel: `send` is acknowledged by the server, and each value is delivered at least once. */
export interface Queue<T> {
  readonly name: string;
  /**
   * Sends a value. Resolves when the server has it. While the queue is full it waits.
   * @throws ERR_VALUE_REFUSED, ERR_QUEUE_FULL with `whenFull: "refuse"`, ERR_TOO_BIG, ERR_NET_DOWN: it was not sent, ERR_SEND_UNKNOWN: it may be in the queue, ERR_QUEUE_GONE, ERR_NET_REFUSED, ERR_NET_CLOSED, or the signal's reason
   */
  send(value: T, options?: SendOptions): Promise<void>;
  /**
   * The values of the queue, for this node: a channel on the main thread, at most `credit` of them in hand.
   * @throws ERR_INVALID_ARGUMENT, ERR_NET_DOWN, ERR_NET_REFUSED, ERR_NET_CLOSED
   */
  deliveries(options?: DeliveriesOptions): Promise<Deliveries<T>>;
  /** @throws ERR_NET_DOWN, ERR_QUEUE_GONE, ERR_NET_CLOSED */
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
/** The longest id. It becomes a header. */
const LONGEST_ID = 200;

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
      await marks.repeatedUpTo();
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
    const bytes = encodeMessage(this.#host.space, KIND.value, [this.#type.fingerprint, id, traceparent, this.#type.copy(value), undefined], what);
    link.checkSize(bytes.length, what);
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
      const headers = isAgain ? link.headers({ [AGAIN]: "1" }) : undefined;
      try {
        this.#await(id);
        const { stream } = await unlessAborted(link.answer(link.js.publish(subject, bytes, { msgID: id, timeout: Math.ceil(Math.min(leftMs, Math.max(LEAST_REQUEST_MS, timeoutMs / 4))), ...(headers === undefined ? {} : { headers }) })), signal);
        this.#unanswered.delete(id);
        if (stream !== link.names.stream(queue)) throw new WarrenError("ERR_QUEUE_CONFLICT", `the stream ${stream} takes the values of queue ${queue}`, { here: link.names.stream(queue), there: stream });
        return;
      } catch (error) {
        // The server, or nobody, has answered: this one is not in.
        if (!isAgain && (codeOf(error) !== undefined || isNamed(error, "JetStreamNotEnabled"))) this.#unanswered.delete(id);
        if (signal?.aborted === true) throw signal.reason;
        if (codeOf(error) === JS.full) {
          if (!waitsWhenFull) throw new WarrenError("ERR_QUEUE_FULL", `the queue ${queue} is full: it holds as many values as its capacity`, { queue });
          // It has answered: the time for an answer begins again.
          untilMs = performance.now() + fullMs + timeoutMs;
          mayBeIn = false;
          await pause(fullMs * (0.5 + Math.random()), signal);
          fullMs = Math.min(2 * fullMs, LONGEST_FULL_MS);
          continue;
        }
        const isDown = error instanceof WarrenError && error.code === "ERR_NET_DOWN";
        const refusal = error instanceof WarrenError && !isDown ? error : refusalOf(error, `send to queue ${queue} (${subject})`);
        if (refusal !== undefined) throw refusal;
        if (isNamed(error, "JetStreamNotEnabled") && (await this.#isGone(queue))) throw new WarrenError("ERR_QUEUE_GONE", `the queue ${queue} was deleted on the server`, { queue });
        link.checkOpen();
        // No responders: JetStream has just started, or elects a leader.
        if (isNamed(error, "JetStreamNotEnabled") || codeOf(error) !== undefined) await pause(ABSENT_MS, signal);
        else mayBeIn = true;
      }
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
    const credit = checkCount("credit of deliveries", options.credit ?? 16, 1, 65_536);
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
      throw refusalOf(error, `read the state of queue ${this.name}`) ?? error;
    }
  }
}

function notAnswered(queue: string, id: string, timeoutMs: number, mayBeIn: boolean): WarrenError {
  if (!mayBeIn) return new WarrenError("ERR_NET_DOWN", `the value ${printValue(id)} was not sent to queue ${queue}: there was no connection, or no JetStream, for ${timeoutMs} ms`, { queue, id });
  return new WarrenError("ERR_SEND_UNKNOWN", `the server has not answered for ${timeoutMs} ms, so the value ${printValue(id)} may be in queue ${queue} or not: send it again with the same id, and it will be in it once`, { queue, id });
}

function checkId(id: unknown): void {
  if (typeof id === "string" && id !== "" && id.length <= LONGEST_ID && !/[\r\n]/.test(id)) return;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the option id of send must be a text of 1 to ${LONGEST_ID} characters on one line, not ${printValue(id)}`);
}

/** @throws ERR_INVALID_ARGUMENT */
export function checkTraceparent(traceparent: unknown): void {
  if (traceparent === undefined || (typeof traceparent === "string" && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(traceparent))) return;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `traceparent must be as the W3C recommendation Trace Context has it, such as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", not ${printValue(traceparent)}`);
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
