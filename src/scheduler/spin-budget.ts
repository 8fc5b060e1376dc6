/**
 * How long a waiter looks before it parks, learnt from how it went: where the
 * other side answers within a microsecond looking is ten times cheaper than
 * parking, where it takes milliseconds looking is wasted.
 *
 * Doubles on success, halves on failure down to nothing, and then tries again
 * once in 8 waits: a wait that parks costs more than eight such looks. Source:
 * Karlin et al., Empirical Studies of Competitive Spinning (1991).
 */

const MOST = 160;
const FIRST = 40;
const LEAST = 8;
const PROBE_EVERY = 8;

export class SpinBudget {
  #looks = FIRST;
  #refused = 0;

  /** Looks for the next wait, 0 for none. One takes some 50 ns. */
  looks(): number {
    if (this.#looks >= LEAST) return this.#looks;
    return ++this.#refused % PROBE_EVERY === 0 ? FIRST : 0;
  }

  report(inTime: boolean): void {
    this.#looks = inTime ? Math.min(MOST, Math.max(FIRST, 2 * this.#looks)) : this.#looks >> 1;
  }
}
