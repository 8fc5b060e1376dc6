/**
 * Watches the JavaScript heap of one thread, so that a thread near its limit refuses
 * tasks instead of dying with all its tasks: when memory runs out, V8 throws no
 * exception but ends the thread or the process (docs/reliability.md).
 *
 * The limit is that of the old generation, where long-lived objects are. The amount
 * in use includes garbage. So a figure above `WARN_SHARE` counts only if as much was
 * in use after V8's last full collection. Memory outside the heap (ArrayBuffers) is
 * not counted.
 *
 * A look has a price that is not in its own time: for `getHeapStatistics`, V8 gives back
 * the rest of the block in which it allocates, and with the next block it checks whether
 * to begin a full collection. So a thread looks as rarely as its heap allows.
 * Not done: forcing a collection. Near the limit V8 gives up after a few collections
 * in a row that free little. A PerformanceObserver of collections: it makes an entry for
 * each small one, too, which costs a program that allocates a quarter of its time. A
 * WeakRef: to read it keeps its object alive through a collection that marks in steps.
 *
 * Written by its thread alone: `heapUsed`, `heapLimit`, `heapFull`, `heapPeak`.
 */
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { resourceLimits } from "node:worker_threads";
import { WarrenError } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";

const LEAST_LOOK_MS = 5;
/** Above this share of the limit the main thread emits a warning. */
export const WARN_SHARE = 0.7;
/** Above this share no task is started. V8 may now give up: after a few collections in a row that free little, it ends the thread. */
const FULL_SHARE = 0.8;
const KIB = 1024;
/** A heap grows by less than that in a millisecond: to fill it with objects, arrays or texts took 0.1 to 1 MiB, 2.2 at most. */
const GROWTH_PER_MS = 4 * KIB * KIB;
/** Spaces that the next scavenge will empty, and spaces that are shared with other threads. */
const NOT_OLD = new Set(["new_space", "new_large_object_space", "read_only_space", "shared_space", "shared_large_object_space"]);

export class HeapWatch {
  readonly #arena: Arena;
  readonly #limit: number;
  #lookAtMs = 0;
  /** Bytes in use soon after the last full collection. */
  #lived = 0;
  /** Tells of each full collection: only these find that the registered object is garbage. */
  readonly #collections = new FinalizationRegistry(() => {
    this.#lived = oldGeneration();
    this.#awaitCollection();
  });

  constructor(arena: Arena) {
    this.#arena = arena;
    const { heap_size_limit, used_heap_size } = getHeapStatistics();
    this.#limit = (resourceLimits.maxOldGenerationSizeMb ?? 0) * KIB * KIB || heap_size_limit;
    // A heap that is over its limit before any task is no figure of V8 (Bun counts shared memory as heap): it is not watched.
    if (used_heap_size > this.#limit) this.#lookAtMs = Infinity;
    arena.i32[arena.here + processor.heapLimit] = Math.floor(this.#limit / KIB);
    arena.i32[arena.here + processor.heapUsed] = 0;
    arena.i32[arena.here + processor.heapFull] = 0;
    arena.i32[arena.here + processor.heapPeak] = 0;
    // The main thread starts no tasks of the pool, and its heap belongs to the program.
    if (arena.index < arena.threads) this.#awaitCollection();
  }

  /** Called in each turn, with the time of the turn. The next look is when the heap could be above `WARN_SHARE`. */
  look(nowMs: number): void {
    if (nowMs < this.#lookAtMs) return;
    const most = WARN_SHARE * this.#limit;
    let used = getHeapStatistics().used_heap_size;
    this.#lookAtMs = nowMs + Math.max(LEAST_LOOK_MS, (most - used) / GROWTH_PER_MS);
    if (used > most) used = oldGeneration();
    if (used <= most) return this.#publish(used);
    this.#publish(this.#lived > most ? used : this.#lived);
  }

  #awaitCollection(): void {
    this.#collections.register({}, undefined);
  }

  #publish(used: number): void {
    const { i32, here } = this.#arena;
    const usedKib = Math.floor(used / KIB);
    i32[here + processor.heapUsed] = usedKib;
    if (usedKib > i32[here + processor.heapPeak]) i32[here + processor.heapPeak] = usedKib;
    i32[here + processor.heapFull] = used > FULL_SHARE * this.#limit ? 1 : 0;
  }

  /** Whether no task may start now. */
  get isFull(): boolean {
    return this.#arena.i32[this.#arena.here + processor.heapFull] !== 0;
  }

  /** The error of a task that is not started. */
  refusal(name: string): WarrenError {
    const { i32, here, index } = this.#arena;
    const used = i32[here + processor.heapUsed] * KIB;
    return new WarrenError("ERR_HEAP_FULL", `task ${name} was not started: the heap of thread ${index} is nearly full, ${used} of ${this.#limit} bytes`, { thread: index, used, limit: this.#limit });
  }
}

function oldGeneration(): number {
  let used = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) if (!NOT_OLD.has(space_name)) used += space_used_size;
  return used;
}
