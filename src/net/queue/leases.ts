/**
 * The leases of what is in hand.
 *
 * Invariant: `untilMs` of a value is not later than the end of its lease at the server.
 * The server counts a lease from when it sends the value, or hears of a renewal. Each
 * time is taken from a ping that the server has answered: what came after the answer, the
 * server sent after the ping; what was sent before the ping, the server heard before it
 * answered. So after a pause of the process, what was waiting in the socket counts from
 * before the pause.
 */
import { clearInterval, performance, setInterval } from "../../host.ts";
import type { Link } from "../link/link.ts";
import type { Held } from "./delivery.ts";

/** So many renewals in the time of a lease. */
const RENEWALS = 8;
const WORKING = "+WPI";

export class Leases {
  readonly #link: Link;
  readonly #leaseMs: number;
  readonly #onLost: (held: Held) => void;
  readonly #held = new Map<number, Held>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the last ping was sent that the server has answered. */
  #confirmedMs = -Infinity;
  #isPinging = false;
  /** The longest time between two renewals, in milliseconds, since it was last read. */
  #worstMs = 0;
  #renewedMs = 0;

  /** @param onTick called at each renewal */
  constructor(link: Link, leaseMs: number, onLost: (held: Held) => void, onTick: () => void) {
    this.#link = link;
    this.#leaseMs = leaseMs;
    this.#onLost = onLost;
    this.#timer = setInterval(() => {
      void this.renew();
      onTick();
    }, leaseMs / RENEWALS);
  }

  get size(): number {
    return this.#held.size;
  }

  /** The longest time between two renewals so far, in milliseconds. */
  get worstMs(): number {
    return this.#worstMs;
  }

  get(sequence: number): Held | undefined {
    return this.#held.get(sequence);
  }

  values(): IterableIterator<Held> {
    return this.#held.values();
  }

  /** Until when the lease of a value holds that has just come. */
  get untilMs(): number {
    return this.#confirmedMs + this.#leaseMs;
  }

  add(held: Held): void {
    this.#held.set(held.sequence, held);
  }

  remove(held: Held): void {
    if (this.#held.get(held.sequence) === held) this.#held.delete(held.sequence);
  }

  /** Whether the lease holds; if not, it is lost now. */
  check(held: Held): boolean {
    if (held.state === "lost") return false;
    if (performance.now() < held.untilMs) return true;
    this.lose(held);
    return false;
  }

  /** Renews all leases, and learns what the server has heard. */
  async renew(): Promise<void> {
    const sentMs = performance.now();
    if (this.#renewedMs !== 0) this.#worstMs = Math.max(this.#worstMs, sentMs - this.#renewedMs);
    this.#renewedMs = sentMs;
    for (const held of this.#held.values()) this.check(held);
    // A ping that is not answered yet will say nothing new.
    if (!this.#link.isUp || this.#isPinging) return;
    const renewed = [...this.#held.values()];
    const replies = renewed.map(({ reply }) => reply);
    for (const reply of replies) this.#link.nc.publish(reply, WORKING);
    this.#isPinging = true;
    try {
      await this.#link.nc.flush();
    } catch {
      // The connection is gone, which ends all its pings: nothing is confirmed.
      return;
    } finally {
      this.#isPinging = false;
    }
    this.#confirmedMs = Math.max(this.#confirmedMs, sentMs);
    for (const [k, held] of renewed.entries()) if (held.reply === replies[k] && held.state !== "lost") held.untilMs = Math.max(held.untilMs, sentMs + this.#leaseMs);
  }

  /** All leases are lost: there will be no connection any more. */
  loseAll(): void {
    for (const held of this.#held.values()) this.lose(held);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** It is lost now. */
  lose(held: Held): void {
    this.remove(held);
    held.state = "lost";
    this.#onLost(held);
  }
}
