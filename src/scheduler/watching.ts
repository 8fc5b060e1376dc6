/**
 * Watching for work instead of sleeping: an idle thread watches its inbox and its queue
 * for some microseconds, and a task checks its wait a few times before it parks. A
 * wake-up through the engine costs 30 µs (src/scheduler/README.md, "Watching before sleeping").
 */
import { load, pause } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, superblock } from "../memory/layout.ts";
import { isAsleep } from "../wait/doorbell.ts";
import { SpinBudget } from "./spin-budget.ts";

/** How long an idle processor watches before it sleeps, and how often it checks in one turn. */
const WATCH_MS = 0.05;
const WATCH_LOOKS = 60;

export class Watching {
  readonly #arena: Arena;
  readonly #cores: number;
  readonly #spinBudget = new SpinBudget();
  /** As `#helps` when the clock was last read. */
  #helped = true;
  /** When the thread became idle, 0 while it is not. */
  #idleSinceMs = 0;

  /** @param cores cores that the process can use */
  constructor(arena: Arena, cores: number) {
    this.#arena = arena;
    this.#cores = cores;
  }

  /**
   * Watching helps only if another thread is awake, and harms if more threads are awake
   * than there are cores. The words are read as hints: a stale one costs one park too
   * many or a few checks.
   */
  #helps(): boolean {
    const { i32, threads, index } = this.#arena;
    const awake = threads - i32[superblock.sleepers];
    if (index >= threads) return awake > 0 && awake < this.#cores + 1;
    return awake <= this.#cores && (awake > 1 || !isAsleep(this.#arena, threads));
  }

  /** How often a task checks its wait before it parks. The threads that are awake are counted once in a while (`countAwake`). */
  spins(): number {
    if (!this.#helped) return 0;
    const { i32, here } = this.#arena;
    return i32[here + processor.inbox] === 0 ? this.#spinBudget.looks(i32[here + processor.parks]) : 0;
  }

  /** A turn begins, or a tick: counts the threads that are awake. */
  countAwake(): void {
    this.#helped = this.#helps();
  }

  /** Reports whether the checks of a task were enough. */
  spun(inTime: boolean): void {
    this.#spinBudget.report(inTime);
  }

  /** The turn at `nowMs` has found nothing to do: whether to watch in this turn. If not, the thread sleeps. */
  isDue(nowMs: number): boolean {
    if (this.#idleSinceMs === 0) this.#idleSinceMs = nowMs;
    if (nowMs - this.#idleSinceMs < WATCH_MS && this.#helps()) return true;
    this.#idleSinceMs = 0;
    return false;
  }

  /** Watches; true if something has come. */
  look(): boolean {
    const { i32, here } = this.#arena;
    for (let k = 0; k < WATCH_LOOKS; k++) {
      if (i32[here + processor.inbox] !== 0 || load(i32, here + processor.queueCount) !== 0) return true;
      pause();
    }
    return false;
  }

  /** There is something to do. */
  end(): void {
    this.#idleSinceMs = 0;
  }
}
