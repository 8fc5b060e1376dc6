/**
 * Waits until a runtime that starts no more tasks has none left: `stop({ drainMs })`.
 *
 * The end of a task is seen where its result arrives, when this thread has nothing to
 * do, or, for a task without a join, when the last thread falls asleep. A task that
 * waited in a group for the limit starts in a microtask after the end of another, so
 * what looks like the end is looked at again in the next turn of the event loop.
 */
import { clearTimeout, inRoot, setImmediate, setTimeout } from "../../host.ts";
import { load, waitAsync } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { superblock } from "../../memory/layout.ts";
import { hasNoTasks, loadOf } from "../../scheduler/load.ts";

/** The longest delay of a timer of Node. */
const LONGEST_MS = 2 ** 31 - 1;

export class Drain {
  readonly #arena: Arena;
  readonly #joins: { readonly count: number };
  readonly #done = Promise.withResolvers<void>();
  readonly #timer: NodeJS.Timeout | undefined;
  #isWatching = false;
  #isOver = false;

  /** @param joins the main thread's: tasks whose result has not arrived */
  constructor(arena: Arena, joins: { readonly count: number }, drainMs: number) {
    this.#arena = arena;
    this.#joins = joins;
    if (drainMs < Infinity) this.#timer = setTimeout(() => this.end(), Math.min(LONGEST_MS, drainMs));
  }

  /** Resolves when no task is left, when the time is over, or after `end`. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#done.resolve();
  }

  /** Something may have ended. */
  look(): void {
    if (this.#isOver) return;
    // Before the loads: if the last thread falls asleep in between, `waitAsync` returns immediately.
    const seen = load(this.#arena.i32, superblock.quiet);
    if (this.#isEmpty()) setImmediate(() => this.#isEmpty() && this.end());
    else this.#watch(seen);
  }

  #isEmpty(): boolean {
    const arena = this.#arena;
    return this.#joins.count === 0 && loadOf(arena, arena.index) === 0 && hasNoTasks(arena);
  }

  #watch(seen: number): void {
    if (this.#isWatching) return;
    const quiet = waitAsync(this.#arena.i32, superblock.quiet, seen);
    if (quiet === undefined) return queueMicrotask(() => this.look());
    this.#isWatching = true;
    inRoot(() => {
      void quiet.then(() => {
        this.#isWatching = false;
        this.look();
      });
    });
  }
}
