/**
 * The signals under which waits of one thread are parked. Each has one listener for all
 * of its waits, because Node searches the listeners of a signal one by one. The signal
 * that was the last to have no wait left keeps its listener for the next wait, until the
 * thread is idle: a loop that waits under one signal adds and removes none.
 */
import type { Wait } from "./wait.ts";

export class WatchedSignal {
  readonly signal: AbortSignal;
  readonly waits = new Set<Wait>();
  readonly listener: () => void;

  constructor(signal: AbortSignal, onAbort: (wait: Wait, signal: AbortSignal) => void) {
    this.signal = signal;
    this.listener = () => {
      for (const wait of this.waits) onAbort(wait, signal);
    };
  }
}

export class Signals {
  readonly #onAbort: (wait: Wait, signal: AbortSignal) => void;
  readonly #watched = new Map<AbortSignal, WatchedSignal>();
  /** The last one that had no wait left. */
  #spare: WatchedSignal | undefined;

  /** @param onAbort called for each wait when its signal aborts */
  constructor(onAbort: (wait: Wait, signal: AbortSignal) => void) {
    this.#onAbort = onAbort;
  }

  /** From now on an abort of the signal ends the wait. */
  watch(wait: Wait, signal: AbortSignal): void {
    let watched = this.#watched.get(signal);
    if (watched === undefined) {
      watched = new WatchedSignal(signal, this.#onAbort);
      this.#watched.set(signal, watched);
      signal.addEventListener("abort", watched.listener);
    }
    watched.waits.add(wait);
    wait.abort = watched;
  }

  unwatch(wait: Wait): void {
    const watched = wait.abort as WatchedSignal;
    wait.abort = undefined;
    watched.waits.delete(wait);
    if (watched.waits.size > 0 || watched === this.#spare) return;
    this.tidy();
    this.#spare = watched;
  }

  /** Drops the listener that is only kept for speed. */
  tidy(): void {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined || spare.waits.size > 0) return;
    spare.signal.removeEventListener("abort", spare.listener);
    this.#watched.delete(spare.signal);
  }
}
