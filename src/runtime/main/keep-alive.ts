/**
 * The keep-alive rule: the process lives while an operation of the main thread
 * waits or a task lives anywhere, and not a moment longer. A pending waitAsync
 * holds nothing (nodejs/node#44729) and the threads are unreferenced, so one
 * timer, referenced or not, is the only handle.
 */
import { waitAsync, load } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { superblock } from "../../memory/layout.ts";
import { hasNoTasks } from "../../scheduler/load.ts";

/** Anything long; the timer only exists to be referenced. */
const LONG_MS = 2 ** 30;

export class KeepAlive {
  readonly #arena: Arena;
  readonly #waiting: () => number;
  readonly #timer = setInterval(() => undefined, LONG_MS).unref();
  #held = 0;
  #isReferenced = false;
  #isWatching = false;
  #ended = false;

  /** @param waiting operations of the main thread that are not over */
  constructor(arena: Arena, waiting: () => number) {
    this.#arena = arena;
    this.#waiting = waiting;
  }

  /** Keeps the process alive whatever happens, until `release`. */
  hold(): void {
    this.#held++;
    this.update();
  }

  release(): void {
    this.#held--;
    this.update();
  }

  /** Looks again: something began or ended. */
  update(): void {
    if (this.#ended) return;
    // Before the loads: a last thread that falls asleep in between has rung already, and is not waited for.
    const seen = load(this.#arena.i32, superblock.quiet);
    const waits = this.#held > 0 || this.#waiting() > 0;
    const keep = waits || !hasNoTasks(this.#arena);
    if (keep !== this.#isReferenced) {
      this.#isReferenced = keep;
      if (keep) this.#timer.ref();
      else this.#timer.unref();
    }
    // Tasks that nobody joins end unseen: their threads fall asleep, and the last one says so.
    if (keep && !waits) this.#watch(seen);
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
  }

  #watch(seen: number): void {
    if (this.#isWatching) return;
    const quiet = waitAsync(this.#arena.i32, superblock.quiet, seen);
    if (quiet === undefined) return queueMicrotask(() => this.update());
    this.#isWatching = true;
    void quiet.then(() => {
      this.#isWatching = false;
      this.update();
    });
  }
}
