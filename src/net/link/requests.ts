/**
 * Requests to the server, each with one answer. The client's own `request` starts a timer
 * and makes several objects for each; here one subscription and one timer serve all.
 */
import type { Msg, MsgHdrs, SubscriptionOptions } from "@nats-io/transport-node";
import type { WarrenError } from "../../errors.ts";
import { clearInterval, performance, setInterval } from "../../host.ts";
import type { Names } from "./names.ts";

/** Why a request has no answer: an error if the server does not let this program ask. */
export type NoAnswer = "nobody" | "late" | "closed" | WarrenError;

/** The connection, as far as requests need it. */
interface Carrier {
  readonly names: Names;
  unique(): string;
  listen(listener: { down(): void; closed(): void; refused(error: WarrenError, subject: string): void }): unknown;
  subscribe(subject: string, options: SubscriptionOptions): Promise<unknown>;
  soon(subject: string, data: Uint8Array, options: { readonly reply: string; readonly headers?: MsgHdrs }): void;
}

interface Request {
  readonly subject: string;
  readonly untilMs: number;
  readonly resolve: (answer: Msg | NoAnswer) => void;
}

/** Late requests are looked for so often. */
const LOOK_MS = 50;

export class Requests {
  readonly #link: Carrier;
  readonly #inbox: string;
  readonly #open = new Map<number, Request>();
  #next = 1;
  #timer: ReturnType<typeof setInterval> | undefined;
  #subscribed: Promise<unknown> | undefined;

  constructor(link: Carrier) {
    this.#link = link;
    this.#inbox = link.names.inbox(link.unique());
    // What was under way when a connection ended has no answer on the next.
    const endAll = (answer: NoAnswer) => (): void => {
      for (const number of this.#open.keys()) this.#end(number, answer);
    };
    link.listen({
      down: endAll("late"),
      closed: endAll("closed"),
      refused: (error, subject) => {
        for (const [number, request] of this.#open) if (request.subject === subject) this.#end(number, error);
      },
    });
  }

  /** Subscribes to the answers, before the first request. @throws ERR_NET_REFUSED, ERR_NET_DOWN */
  async open(): Promise<void> {
    this.#subscribed ??= this.#link.subscribe(`${this.#inbox}.*`, { callback: (error, message) => {
      if (error === null) this.#end(Number(message.subject.slice(this.#inbox.length + 1)), message.data.length === 0 && message.headers?.code === 503 ? "nobody" : message);
    } });
    try {
      await this.#subscribed;
    } catch (error) {
      this.#subscribed = undefined;
      throw error;
    }
  }

  /** The answer, or why there is none. There must be a connection. */
  send(subject: string, data: Uint8Array, timeoutMs: number, headers?: MsgHdrs): Promise<Msg | NoAnswer> {
    const number = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Msg | NoAnswer>();
    this.#open.set(number, { subject, untilMs: performance.now() + timeoutMs, resolve });
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    this.#link.soon(subject, data, { reply: `${this.#inbox}.${number}`, ...(headers !== undefined && { headers }) });
    return promise;
  }

  #end(number: number, answer: Msg | NoAnswer): void {
    const request = this.#open.get(number);
    if (request === undefined) return;
    this.#open.delete(number);
    request.resolve(answer);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const nowMs = performance.now();
    for (const [number, { untilMs }] of this.#open) if (nowMs >= untilMs) this.#end(number, "late");
  }
}
