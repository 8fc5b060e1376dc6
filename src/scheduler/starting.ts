/** Starting new tasks within a time slice: closures of this thread, tasks from its queue, and tasks that it steals. */
import { performance } from "../host.ts";
import { load } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { superblock } from "../memory/layout.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { RunQueue } from "./run-queue.ts";
import { popTask, stealTasks } from "./task-queue.ts";
import type { TaskRunner } from "./task-runner.ts";

/** The most tasks that start before the clock is read again, if those before them started within this time. */
const MOST_UNTIMED = 8;
const QUICK_MS = 0.05;

const resolved = Promise.resolve();

/** The time slice in which tasks start: the processor. */
export interface Slice {
  /** When it began, and when it ends. */
  readonly nowMs: number;
  readonly sliceEndMs: number;
  /** Nothing starts any more. */
  readonly isStopped: boolean;
  /** See `Scheduler`. */
  tookPermit: boolean;
  readonly runner: TaskRunner;
  readonly recorder: Recorder | undefined;
}

export class Starting {
  readonly #arena: Arena;
  readonly #queue: RunQueue;
  readonly #slice: Slice;
  readonly #isThread: boolean;

  constructor(arena: Arena, queue: RunQueue, slice: Slice) {
    this.#arena = arena;
    this.#queue = queue;
    this.#slice = slice;
    this.#isThread = arena.index < arena.threads;
  }

  /** Starts new tasks until the slice is used up; takes one at a time, so that other threads can take the rest. */
  start(): boolean {
    return this.#startSome() || (this.#maySteal() && stealTasks(this.#arena, this.#slice.recorder) > 0 && this.#startSome());
  }

  /**
   * A task that has taken a permit goes on, in the next microtask, before others start. If
   * all started first, they would take all permits of a semaphore before the first of them
   * computes, while other threads wait for one.
   */
  #startSome(): boolean {
    const slice = this.#slice;
    let started = false;
    slice.tookPermit = false;
    let readMs = slice.nowMs;
    let left = 1;
    let every = 1;
    while (this.#startOne()) {
      started = true;
      if (--left === 0) {
        const nowMs = performance.now();
        if (nowMs >= slice.sliceEndMs) break;
        // The clock costs a tenth of an empty task: while tasks start quickly, it is read at up to every eighth.
        every = nowMs - readMs < QUICK_MS ? Math.min(MOST_UNTIMED, 2 * every) : 1;
        left = every;
        readMs = nowMs;
      }
      if (!slice.tookPermit) continue;
      void resolved.then(this.#startMore);
      break;
    }
    return started;
  }

  readonly #startMore = (): void => {
    if (!this.#slice.isStopped && performance.now() < this.#slice.sliceEndMs) this.#startSome();
  };

  #startOne(): boolean {
    const start = this.#queue.nextStart();
    if (start !== undefined) {
      if (typeof start === "number") this.#slice.runner.startClosure(start);
      else start();
      return true;
    }
    const record = this.#isThread ? popTask(this.#arena) : 0;
    if (record === 0) return false;
    this.#slice.runner.start(record);
    return true;
  }

  #maySteal(): boolean {
    return this.#isThread && load(this.#arena.i32, superblock.stopping) === 0;
  }
}
