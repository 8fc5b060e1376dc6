/** Pending requests averaged over time: the mean for each worker, and the variance across the workers. */
import type { Pool } from "./policy.ts";

/** Time-weighted sums between two moments; the state before the first and after the last does not count. */
export class LoadMeter {
  readonly #pool: Pool;
  readonly #workers: number;
  readonly #fromMs: number;
  readonly #untilMs: number;
  #sinceMs = 0;
  #pendingMs = 0;
  #varianceMs = 0;

  constructor(pool: Pool, workers: number, fromMs: number, untilMs: number) {
    this.#pool = pool;
    this.#workers = workers;
    this.#fromMs = fromMs;
    this.#untilMs = untilMs;
    this.#sinceMs = fromMs;
  }

  /** Call it before each change of the pool, and once at the end. */
  note(nowMs: number): void {
    const upToMs = Math.min(nowMs, this.#untilMs);
    if (upToMs <= this.#sinceMs) return;
    const mean = this.#pool.pending / this.#workers;
    const lengthMs = upToMs - this.#sinceMs;
    this.#pendingMs += lengthMs * mean;
    this.#varianceMs += lengthMs * (this.#pool.squares / this.#workers - mean * mean);
    this.#sinceMs = upToMs;
  }

  /** Mean number of pending requests for each worker, and the mean over time of the variance across the workers. */
  get result(): { mean: number; variance: number } {
    const spanMs = this.#sinceMs - this.#fromMs;
    return { mean: this.#pendingMs / spanMs, variance: this.#varianceMs / spanMs };
  }
}
