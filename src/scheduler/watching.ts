/**
 * Watching for work instead of sleeping: an idle thread watches its inbox and its queue
 * for some microseconds, and a task checks its wait a few times before it parks. A
 * wake-up through the engine costs 30 µs (src/scheduler/README.md, "Watching before sleeping").
 *
 * Two threads that answer each other can be on one core, because other programs use the
 * rest, or because the system wakes a thread where its waker runs. Then the one that
 * watches takes the core from the one that it waits for: a round trip takes two watches
 * and two wake-ups, for as long as that lasts. So a thread counts whether watching was
 * enough (a hit) or it slept and was answered soon after (a miss). After many more
 * misses than hits it sleeps without watching for a while, then tries again.
 * Not done: giving up the core by a short `Atomics.wait` and staying awake. It is no
 * faster on a shared core, and it holds up timers and sockets.
 */
import { load, pause } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, superblock } from "../memory/layout.ts";
import { isAsleep } from "../wait/doorbell.ts";
import { SpinBudget } from "./spin-budget.ts";

/** How long an idle processor watches before it sleeps, and how often it checks in one turn. */
const WATCH_MS = 0.05;
const WATCH_LOOKS = 60;
/** For how long hits and misses are counted; for how long a thread then does without watching if that was in vain, at first and at most. */
const COUNT_MS = 10;
const FIRST_REST_MS = 10;
const MOST_REST_MS = 80;
/** More misses for each hit than this are too many. On a shared core nearly all are misses. */
const MISSES_A_HIT = 4;
/** A miss: the thread became idle less than this before it had something to do. */
const SOON_MS = 0.5;

export class Watching {
  readonly #arena: Arena;
  readonly #cores: number;
  readonly #spinBudget = new SpinBudget();
  /** As `#helps` when the clock was last read. */
  #helped = true;
  /** Whether the wait that ended last was ended by another thread. */
  wasElsewhere = true;
  /** When the thread became idle, 0 while it is not. */
  #idleSinceMs = 0;
  /** Whether it then came to its sleep. */
  #slept = false;
  #hits = 0;
  #misses = 0;
  /** Whether the thread sleeps without watching; when that ends, or the counting. */
  #isResting = false;
  #untilMs = 0;
  #restMs = FIRST_REST_MS;

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
    return i32[here + processor.inbox] === 0 ? this.#spinBudget.looks(i32[here + processor.parks], this.wasElsewhere) : 0;
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
    if (this.#idleSinceMs === 0) {
      this.#idleSinceMs = nowMs;
      if (nowMs >= this.#untilMs) this.#decide(nowMs);
    }
    if (!this.#slept && !this.#isResting && nowMs - this.#idleSinceMs < WATCH_MS && this.#helps()) return true;
    this.#slept = true;
    return false;
  }

  /** After a rest the thread watches again; after too many misses it rests, twice as long as the last time if that was just before. */
  #decide(nowMs: number): void {
    const wasResting = this.#isResting;
    this.#isResting = this.#misses > MISSES_A_HIT * this.#hits;
    if (this.#isResting) this.#restMs = Math.min(MOST_REST_MS, 2 * this.#restMs);
    else if (!wasResting) this.#restMs = FIRST_REST_MS;
    // Rests of all threads end at the same times: while one rests, another watches in vain.
    this.#untilMs = nowMs + (this.#isResting ? this.#restMs - (this.#arena.clockMs % this.#restMs) : COUNT_MS);
    this.#hits = 0;
    this.#misses = 0;
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

  /** The turn at `nowMs` has something to do. */
  end(nowMs: number): void {
    if (this.#idleSinceMs === 0) return;
    if (!this.#slept) this.#hits++;
    else if (!this.#isResting && nowMs - this.#idleSinceMs < SOON_MS) this.#misses++;
    this.#idleSinceMs = 0;
    this.#slept = false;
  }
}
