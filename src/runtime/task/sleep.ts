/** `sleep`: suspends a task for a time, and never for less. */
import { performance } from "../../host.ts";
import type { Timer } from "../../wait/timers.ts";
import type { Finisher, Wait } from "../../wait/wait.ts";
import { REASON_PLACE } from "../../wait/wait-reason.ts";
import type { Waiters } from "../../wait/waiter.ts";

export class Sleep implements Finisher {
  readonly #waiters: Waiters;

  constructor(waiters: Waiters) {
    this.#waiters = waiters;
  }

  start(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const waiters = this.#waiters;
    const wait = waiters.acquire(REASON_PLACE.sleep, this);
    const { record } = wait;
    wait.extra = waiters.timers.arm(performance.now() + delayMs, () => {
      if (waiters.claimDecider(record)) waiters.complete(record);
    });
    return waiters.park(wait, signal) as Promise<void>;
  }

  finish(): void {
    // A sleep has no value.
  }

  withdraw(wait: Wait): boolean {
    if (!this.#waiters.claimDecider(wait.record)) return false;
    this.#waiters.timers.cancel(wait.extra as Timer);
    return true;
  }

  describe(wait: Wait): string {
    return `until ${Math.max(0, Math.ceil((wait.extra as Timer).deadlineMs - performance.now()))} ms from now`;
  }
}
