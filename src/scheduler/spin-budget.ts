/**
 * How often a waiter checks its state before it parks, learnt from earlier waits. If the
 * other side answers within a microsecond, checking is ten times cheaper than parking; if
 * it takes milliseconds, checking is wasted.
 *
 * The number doubles on success and halves on failure, down to nothing. Then one in 8
 * waits tries again: a wait that parks costs more than that. Not where the last wait was
 * ended by the thread itself, as the next probably will be, too. Source: Karlin et al.,
 * Empirical Studies of Competitive Spinning (1991).
 */

const MOST = 160;
const FIRST = 40;
const LEAST = 8;
const PROBE_EVERY = 8;

export class SpinBudget {
  #looks = FIRST;

  /** Checks for the next wait, 0 for none. One takes about 50 ns. @param parks waits that have parked @param wasElsewhere another thread has ended the last one */
  looks(parks: number, wasElsewhere: boolean): number {
    if (this.#looks >= LEAST) return this.#looks;
    return wasElsewhere && parks % PROBE_EVERY === 0 ? FIRST : 0;
  }

  report(inTime: boolean): void {
    this.#looks = inTime ? Math.min(MOST, Math.max(FIRST, 2 * this.#looks)) : this.#looks >> 1;
  }
}
