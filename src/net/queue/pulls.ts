/**
 * Asks the server for values: never for more than there is credit.
 *
 * Invariant: values in hand + values asked for ≤ credit, but for a few when it stops (one
 * for each time that it asks for the server's last word), which are given back like the others.
 *
 * Requests are short. If a request is left whose node has gone, and no other, nats-server
 * 2.9 drops a value that was to be delivered again until its lease ends once more, and
 * delivers another one twice (it takes back the wrong sequence number). So the requests
 * of a node that has died are over before its leases are, a node asks for a value before
 * it gives one back, and one that stops has its requests removed first.
 */
import type { Msg } from "@nats-io/transport-node";
import { performance, within } from "../../host.ts";
import type { Link } from "../link/link.ts";
import { CONSUMER } from "./stream.ts";

/** The longest time that a request stays with the server. */
const LONGEST_MS = 5000;
const NS_PER_MS = 1_000_000;
/** How long the server's word that it has nothing more is awaited before it is asked again; then twice as long. */
const PAUSE_MS = 20;
/** Where that word comes: with the number of the request. */
const LAST = "last";
/** How many values of a request did not come. */
const PENDING = "Nats-Pending-Messages";
/** The server's codes if it refuses a request that does not wait, and may have values for others: it is about to send them; it has too many requests. */
const OTHERS_FIRST = new Set([408, 409]);

export class Pulls {
  /** Where it asks. */
  readonly subject: string;
  readonly #link: Link;
  readonly #credit: number;
  readonly #expiresMs: number;
  #inbox = "";
  #isStarted = false;
  /** What is left of each request, as far as is known: the server takes values off any of them. */
  readonly #left = new Map<string, number>();
  #asked = 0;
  #next = 0;
  #heardMs = 0;
  /** Set while the server's last word is awaited. */
  #onSettled: (() => void) | undefined;

  constructor(link: Link, stream: string, credit: number, leaseMs: number) {
    this.#link = link;
    this.subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${CONSUMER}`;
    this.#credit = credit;
    this.#expiresMs = Math.min(LONGEST_MS, leaseMs / 2);
  }

  /** Begins anew, without requests, and asks for nothing before `start`. @param inbox where the answers will come */
  begin(inbox: string): void {
    this.end();
    this.#inbox = inbox;
  }

  /** Whether `begin` was last called with this inbox, and not `end`. */
  isFor(inbox: string): boolean {
    return this.#inbox === inbox;
  }

  /** Somebody listens to the inbox. */
  start(): void {
    this.#isStarted = true;
  }

  /** Nobody listens any more. */
  end(): void {
    this.#inbox = "";
    this.#isStarted = false;
    this.forget();
  }

  /** Asks for more if a quarter of the credit is free. @param inHand how many values this node has */
  ask(inHand: number): void {
    const batch = this.#credit - inHand - this.#asked;
    if (!this.#isStarted || batch < 1 || (this.#asked > 0 && batch * 4 < this.#credit) || !this.#link.isUp) return;
    const reply = `${this.#inbox}.${this.#next++}`;
    if (this.#asked === 0) this.#heardMs = performance.now();
    this.#left.set(reply, batch);
    this.#asked += batch;
    this.#link.soon(this.subject, Buffer.from(`{"batch":${batch},"expires":${Math.round(this.#expiresMs * NS_PER_MS)}}`), { reply });
  }

  /** A value has come. */
  came(): void {
    this.#heardMs = performance.now();
    this.#take(1);
    if (this.#asked === 0) this.#onSettled?.();
  }

  /** A request has ended. Returns the code of the server's message. */
  ended({ subject, headers }: Msg): number {
    this.#heardMs = performance.now();
    const known = this.#left.get(subject) ?? 0;
    const pending = headers?.get(PENDING) ?? "";
    this.#left.delete(subject);
    this.#asked -= known;
    // Values that were taken off others here were taken off this one there.
    if (pending !== "") this.#take(Number(pending) - known);
    const code = headers?.code ?? 0;
    if (this.#asked === 0 || (subject.startsWith(`${this.#inbox}.${LAST}`) && !OTHERS_FIRST.has(code))) this.#onSettled?.();
    return code;
  }

  /** Takes values off the oldest requests. */
  #take(count: number): void {
    let rest = count;
    for (const [reply, left] of this.#left) {
      if (rest <= 0) return;
      const taken = Math.min(left, rest);
      rest -= taken;
      this.#asked -= taken;
      if (taken === left) this.#left.delete(reply);
      else this.#left.set(reply, left - taken);
    }
  }

  /** Forgets all requests: the server that had them is gone, or silent. */
  forget(): void {
    this.#left.clear();
    this.#asked = 0;
    this.#onSettled?.();
  }

  /**
   * Waits until the server has sent what it has for the requests: it throws away what is
   * on its way when nobody listens any more. It answers a consumer's requests in order, so
   * when it has nothing for one more, which does not wait, all until then has come.
   *
   * @param timeoutMs how long a server that says nothing is waited for
   */
  async settled(timeoutMs: number): Promise<void> {
    const inbox = this.#inbox;
    const said = Promise.withResolvers<void>();
    this.#onSettled = said.resolve;
    const endMs = performance.now() + timeoutMs;
    for (let pauseMs = PAUSE_MS; this.#asked > 0 && this.isFor(inbox) && this.#link.isUp; pauseMs *= 2) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return;
      const reply = `${inbox}.${LAST}${this.#next++}`;
      this.#left.set(reply, 1);
      this.#asked++;
      this.#link.soon(this.subject, Buffer.from('{"batch":1,"no_wait":true}'), { reply });
      if (await within(said.promise, Math.min(pauseMs, leftMs))) return;
    }
  }

  /** Whether the server has been silent for so long that it has forgotten the requests. */
  get isSilent(): boolean {
    return this.#asked > 0 && performance.now() - this.#heardMs > 2 * this.#expiresMs + LONGEST_MS;
  }
}
