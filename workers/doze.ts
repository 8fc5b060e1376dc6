/**
 * Waiting that adds up. Timers have a resolution of 1 ms and fire late, never early,
 * so a program that waits in small steps would wait far longer than intended. If a
 * sleep ends late, the next one is shorter by the same amount, up to that resolution.
 */
import { sleep } from "../src/index.ts";

/** Lateness of a sleep that the timer causes, not the lack of a core. */
const TIMER_GRAIN_MS = 1;

/** Sleeps, added up. */
export interface Slept {
  readonly askedMs: number;
  readonly sleptMs: number;
}

/** The waiting of one task. */
export class Doze {
  #lateMs = 0;
  #askedMs = 0;
  #sleptMs = 0;

  /** Waits for `ms`, less the lateness of the wait before. */
  async for(ms: number): Promise<void> {
    const startMs = performance.now();
    const dueMs = startMs + ms - this.#lateMs;
    await sleep(Math.max(0, ms - this.#lateMs));
    const endMs = performance.now();
    this.#lateMs = Math.min(TIMER_GRAIN_MS, Math.max(0, endMs - dueMs));
    this.#askedMs += ms;
    this.#sleptMs += endMs - startMs;
  }

  /** Intended and actual time of all sleeps. */
  get total(): Slept {
    return { askedMs: this.#askedMs, sleptMs: this.#sleptMs };
  }
}
