/** `after`: the timer that fires once. */
import { performance } from "../../host.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { f64 } from "../../wire/scalars.ts";
import type { Timer } from "../../wait/timers.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Channel } from "../channel.ts";
import { LocalReceiver } from "../local-receiver.ts";

/** Fires once, with the time in milliseconds since 1970, then is closed. */
export class After extends LocalReceiver<number> {
  override readonly type = f64;
  readonly #deadlineMs: number;
  #taken = false;
  /** The waits of this thread, with their timers, first come first served. Made for the first. */
  #waiting: Map<() => boolean, Timer> | undefined;

  /** @throws ERR_INVALID_ARGUMENT if `delayMs` is not a number of milliseconds */
  constructor(waiters: Waiters, delayMs: number) {
    super(waiters);
    this.#deadlineMs = performance.now() + checkDelay(delayMs, "after");
  }

  override get length(): number {
    return this.channel === undefined ? (this.#isDue() && !this.#taken ? 1 : 0) : this.channel.length;
  }

  override get capacity(): number {
    return 1;
  }

  override describe(): string {
    return `after(${Math.max(0, Math.ceil(this.#deadlineMs - performance.now()))} ms from now)`;
  }

  #isDue(): boolean {
    return performance.now() >= this.#deadlineMs;
  }

  override take(): number | undefined {
    if (this.#taken || !this.#isDue()) return undefined;
    this.#taken = true;
    return performance.timeOrigin + performance.now();
  }

  override isExhausted(): boolean {
    return this.#taken;
  }

  protected override get isWanted(): boolean {
    return this.#waiting !== undefined && this.#waiting.size > 0;
  }

  protected override giveDue(): void {
    if (this.#waiting === undefined || this.#taken || !this.#isDue()) return;
    for (const [ready, timer] of this.#waiting) {
      this.#waiting.delete(ready);
      this.waiters.timers.cancel(timer);
      if (ready()) return;
    }
  }

  override watch(ready: () => boolean): () => void {
    const { timers } = this.waiters;
    const waiting = (this.#waiting ??= new Map());
    const timer: Timer = timers.arm(this.#deadlineMs, () => {
      waiting.delete(ready);
      return ready();
    });
    waiting.set(ready, timer);
    return () => {
      waiting.delete(ready);
      timers.cancel(timer);
    };
  }

  protected override feed(channel: Channel<number>): void {
    if (this.#taken) return channel.close();
    this.watch(() => {
      const value = this.take();
      // The receiver may have dropped the channel, which is freed then.
      if (!channel.isOpen) return false;
      if (value === undefined) channel.close();
      else channel.trySend(value);
      return true;
    });
  }
}

/** Checks a delay: negative ones become 0, `Infinity` means never. @throws ERR_INVALID_ARGUMENT */
export function checkDelay(delayMs: unknown, what: string): number {
  if (typeof delayMs !== "number" || Number.isNaN(delayMs)) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs a number of milliseconds, not ${printValue(delayMs)}`);
  }
  return Math.max(0, delayMs);
}
