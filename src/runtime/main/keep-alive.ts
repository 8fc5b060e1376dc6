/**
 * The keep-alive rule: the process stays alive exactly while an operation of the
 * main thread waits or a task is live on any thread. A pending waitAsync does not
 * keep a process alive (nodejs/node#44729), and the threads are unreferenced. So one
 * timer, referenced or not, decides.
 */
import { clearInterval, inRoot, setInterval } from "../../host.ts";
import { load, notify, waitAsync } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { superblock } from "../../memory/layout.ts";
import { hasNoTasks } from "../../scheduler/load.ts";

/** Any long time: the timer only exists to be referenced. */
const LONG_MS = 2 ** 30;

export class KeepAlive {
  readonly #arena: Arena;
  readonly #waiting: () => number;
  readonly #timer = setInterval(() => undefined, LONG_MS).unref();
  #held = 0;
  #isReferenced = false;
  #isWatching = false;
  #ended = false;

  /** @param waiting number of operations of the main thread that are not over */
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

  /** Something began or ended: checks the rule. */
  update(): void {
    if (this.#ended) return;
    // Read before the loads: if the last thread falls asleep in between, `waitAsync` returns immediately.
    const seen = load(this.#arena.i32, superblock.quiet);
    const waits = this.#held > 0 || this.#waiting() > 0;
    const keep = waits || !hasNoTasks(this.#arena);
    if (keep !== this.#isReferenced) {
      this.#isReferenced = keep;
      if (keep) this.#timer.ref();
      else this.#timer.unref();
    }
    // The main thread does not see the end of a task without a join. When the last thread falls asleep, it changes `quiet`.
    if (keep && !waits) this.#watch(seen);
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    // As long as the wait is pending, it keeps the whole arena in memory.
    notify(this.#arena.i32, superblock.quiet, 1);
  }

  #watch(seen: number): void {
    if (this.#isWatching) return;
    const quiet = waitAsync(this.#arena.i32, superblock.quiet, seen);
    if (quiet === undefined) return queueMicrotask(() => this.update());
    this.#isWatching = true;
    // In the root context: whoever called may end long before this does.
    inRoot(() => {
      void quiet.then(() => {
        this.#isWatching = false;
        this.update();
      });
    });
  }
}
