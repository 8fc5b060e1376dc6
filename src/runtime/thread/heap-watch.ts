/**
 * Watches the JavaScript heap of one thread, so that a thread near its limit
 * refuses tasks instead of dying with all that it holds: V8 gives no exception
 * when memory runs out, it ends the thread or the process (docs/reliability.md).
 *
 * The limit is that of the old generation, where what lives ends up. How much of
 * it is used says little while a good part may be garbage. So above `WARN_SHARE`
 * the figure is believed only if as much was left after V8's last full collection.
 * What is allocated outside the heap (ArrayBuffers) is not counted.
 * Not done: collecting on purpose. Near the limit V8 takes a few collections in a
 * row that free little for the end.
 *
 * Written by its thread alone: `heapUsed`, `heapLimit`, `heapFull`, `heapPeak`.
 */
import { PerformanceObserver, constants } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { resourceLimits } from "node:worker_threads";
import { WarrenError } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";

const LOOK_EVERY_MS = 5;
/** Above this share of the limit main warns. */
export const WARN_SHARE = 0.7;
/** Above this one no task is started. V8 gives up from here on: a few collections in a row that free little, and it ends the thread. */
const FULL_SHARE = 0.8;
const KIB = 1024;
/** What a scavenge will move or free soon, and what is not this thread's own. */
const NOT_OLD = new Set(["new_space", "new_large_object_space", "read_only_space", "shared_space", "shared_large_object_space"]);

export class HeapWatch {
  readonly #arena: Arena;
  readonly #limit: number;
  #lookAtMs = 0;
  /** In use soon after the last full collection. */
  #lived = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#limit = (resourceLimits.maxOldGenerationSizeMb ?? 0) * KIB * KIB || getHeapStatistics().heap_size_limit;
    arena.i32[arena.here + processor.heapLimit] = Math.floor(this.#limit / KIB);
    arena.i32[arena.here + processor.heapUsed] = 0;
    arena.i32[arena.here + processor.heapFull] = 0;
    arena.i32[arena.here + processor.heapPeak] = 0;
    // The main thread starts no tasks of the pool, and its heap is the program's affair.
    if (arena.index < arena.threads) this.#listen();
  }

  /** Called in each turn, with its time. */
  look(nowMs: number): void {
    if (nowMs < this.#lookAtMs) return;
    this.#lookAtMs = nowMs + LOOK_EVERY_MS;
    let used = getHeapStatistics().used_heap_size;
    if (used > WARN_SHARE * this.#limit) used = oldGeneration();
    if (used <= WARN_SHARE * this.#limit) return this.#publish(used);
    this.#publish(this.#lived > WARN_SHARE * this.#limit ? used : this.#lived);
  }

  #listen(): void {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntries().some((entry) => (entry as { detail?: { kind?: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) this.#lived = oldGeneration();
    });
    observer.observe({ entryTypes: ["gc"] });
  }

  #publish(used: number): void {
    const { i32, here } = this.#arena;
    const usedKib = Math.floor(used / KIB);
    i32[here + processor.heapUsed] = usedKib;
    if (usedKib > i32[here + processor.heapPeak]) i32[here + processor.heapPeak] = usedKib;
    i32[here + processor.heapFull] = used > FULL_SHARE * this.#limit ? 1 : 0;
  }

  /** No task is to be started now. */
  get isFull(): boolean {
    return this.#arena.i32[this.#arena.here + processor.heapFull] !== 0;
  }

  /** Why a task is not started. */
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
