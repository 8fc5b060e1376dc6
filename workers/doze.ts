/**
 * Waiting that adds up. Timers have a grain of 1 ms and come late, never early,
 * so a program that waits in small steps would wait far longer than it says.
 * What a sleep came late, up to that grain, is taken off the next one.
 */
import { sleep } from "../src/index.ts";

/** Lateness of a sleep that is the timer's and not for want of a processor. */
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

  /** Waits for `ms`, less what the wait before came late. */
  async for(ms: number): Promise<void> {
    const startMs = performance.now();
    const dueMs = startMs + ms - this.#lateMs;
    await sleep(Math.max(0, ms - this.#lateMs));
    const endMs = performance.now();
    this.#lateMs = Math.min(TIMER_GRAIN_MS, Math.max(0, endMs - dueMs));
    this.#askedMs += ms;
    this.#sleptMs += endMs - startMs;
  }

  /** What it meant to sleep and what it slept, in all. */
  get total(): Slept {
    return { askedMs: this.#askedMs, sleptMs: this.#sleptMs };
  }
}
