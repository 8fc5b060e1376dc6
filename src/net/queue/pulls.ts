/**
 * Asks the server for values: never for more than there is credit. The server answers
 * requests in their order, so a value belongs to the oldest request that is not
 * fulfilled.
 *
 * Invariant: values in hand + values asked for ≤ credit.
 */
import type { Msg } from "@nats-io/transport-node";
import { performance } from "../../host.ts";
import type { Link } from "../link/link.ts";
import { CONSUMER } from "./stream.ts";

/** How long a request stays with the server, and how often the server gives a sign of life meanwhile. */
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5000;
const NS_PER_MS = 1_000_000;

export class Pulls {
  /** Where it asks. */
  readonly subject: string;
  readonly #link: Link;
  readonly #inbox: string;
  readonly #credit: number;
  /** What is left of each request, by its number. */
  readonly #left = new Map<string, number>();
  #asked = 0;
  #next = 0;
  #heardMs = 0;

  /** @param inbox where the answers come */
  constructor(link: Link, stream: string, inbox: string, credit: number) {
    this.#link = link;
    this.subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${CONSUMER}`;
    this.#inbox = inbox;
    this.#credit = credit;
  }

  /** Asks for more if a quarter of the credit is free. @param inHand how many values this node has */
  ask(inHand: number): void {
    const batch = this.#credit - inHand - this.#asked;
    if (batch < 1 || (this.#asked > 0 && batch * 4 < this.#credit) || !this.#link.isUp) return;
    const reply = `${this.#inbox}.${this.#next++}`;
    if (this.#asked === 0) this.#heardMs = performance.now();
    this.#left.set(reply, batch);
    this.#asked += batch;
    this.#link.nc.publish(this.subject, `{"batch":${batch},"expires":${EXPIRES_MS * NS_PER_MS},"idle_heartbeat":${HEARTBEAT_MS * NS_PER_MS}}`, { reply });
  }

  /** A value has come. */
  came(): void {
    this.#heardMs = performance.now();
    for (const [reply, left] of this.#left) {
      this.#asked--;
      if (left > 1) this.#left.set(reply, left - 1);
      else this.#left.delete(reply);
      return;
    }
  }

  /** The server says something of a request. Returns its code: 100 is a sign of life, 503 means that nobody listens, all others end the request. */
  said({ subject, headers }: Msg): number {
    this.#heardMs = performance.now();
    const code = headers?.code ?? 0;
    if (code !== 100) {
      this.#asked -= this.#left.get(subject) ?? 0;
      this.#left.delete(subject);
    }
    return code;
  }

  /** Forgets all requests: the server that had them is gone, or silent. */
  forget(): void {
    this.#left.clear();
    this.#asked = 0;
  }

  /** Whether the server has been silent for so long that it has forgotten the requests. */
  get isSilent(): boolean {
    return this.#asked > 0 && performance.now() - this.#heardMs > 2.5 * HEARTBEAT_MS;
  }
}
