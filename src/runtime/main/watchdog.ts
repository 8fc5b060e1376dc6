/**
 * Watches the threads from the main thread: JavaScript cannot be interrupted, so
 * a task that computes without awaiting holds up its thread and everything on
 * it. That is reported once it has computed for more than 100 ms, once per task name, as a Node warning
 * (`process.on("warning")`, code WARREN_STUCK_TASK). And it warns of a thread whose
 * heap is nearly full (WARREN_MEMORY).
 */
import { load, store } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { Names } from "../../memory/names.ts";
import { loadOf } from "../../scheduler/load.ts";
import { ring, ringAny } from "../../wait/doorbell.ts";
import { WARN_SHARE } from "../thread/heap-watch.ts";
import { timesOf } from "../thread/times.ts";

const LOOK_EVERY_MS = 50;
const STUCK_MS = 100;
/** Modules take their time to compile. */
const IMPORT_STUCK_MS = 2000;
/** How often a sleeping thread that has tasks is asked for a turn: one that computes after a foreign event does not take it. */
const ASK_EVERY_MS = 1000;
/** A sleeping thread that does not answer may only be short of a core: it is given longer. */
const UNANSWERED_MS = 200;

/** The last question to a sleeping thread. */
interface Question {
  readonly turns: number;
  readonly sinceMs: number;
}

export class Watchdog {
  readonly #arena: Arena;
  readonly #names: Names;
  readonly #isUp: (thread: number) => boolean;
  readonly #reported = new Set<string>();
  /** CPU time of a thread when a slice of it was first found long. */
  readonly #slices = new Map<number, { slice: number; cpuNs: number }>();
  /** Threads whose memory was warned of. */
  readonly #nearFull = new Set<number>();
  readonly #questions = new Map<number, Question>();
  #timer: NodeJS.Timeout | undefined;

  /** @param isUp whether a thread is there at all */
  constructor(arena: Arena, isUp: (thread: number) => boolean) {
    this.#isUp = isUp;
    this.#arena = arena;
    this.#names = new Names(arena);
  }

  open(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    // A heap may have filled, and the runtime ended for it, since the last look.
    for (let thread = 0; thread < this.#arena.threads; thread++) this.#lookAtHeap(thread);
  }

  #look(): void {
    const { i32, threads, clockMs } = this.#arena;
    for (let thread = 0; thread < threads; thread++) {
      if (!this.#isUp(thread)) continue;
      const at = this.#arena.processorAt(thread);
      this.#lookAtHeap(thread);
      // One that is idle and full looks again: something else may have made room.
      if (i32[at + processor.heapFull] !== 0) ring(this.#arena, thread);
      const turns = load(i32, at + processor.turns);
      const since = i32[at + processor.sliceStart];
      const heldMs = since === 0 ? this.#unansweredMs(thread, clockMs) : clockMs - since;
      if (heldMs < LOOK_EVERY_MS) continue;
      const computedMs = this.#computedMs(thread, since);
      if (computedMs < STUCK_MS / 2) continue;
      // Its unstarted tasks wait in vain: somebody who sleeps may take them.
      store(i32, at + processor.heldUp, since);
      if (i32[at + processor.queueCount] > 0) ringAny(this.#arena, thread);
      if (heldMs >= STUCK_MS) this.#report(thread, turns, heldMs, computedMs);
    }
  }

  /**
   * For how long the thread has had a core in this slice, since it was first found
   * long: one that had none is not stuck. Infinite where the system does not tell.
   */
  #computedMs(thread: number, slice: number): number {
    const times = timesOf(this.#arena.i32[this.#arena.processorAt(thread) + processor.systemId]);
    if (times === undefined) return Infinity;
    const before = this.#slices.get(thread);
    if (before?.slice === slice) return (times.cpuNs - before.cpuNs) / 1e6;
    this.#slices.set(thread, { slice, cpuNs: times.cpuNs });
    return 0;
  }

  /** Once for each, and by the most that it had in use: it may have made room since the last look. */
  #lookAtHeap(thread: number): void {
    const { i32 } = this.#arena;
    const at = this.#arena.processorAt(thread);
    const peak = i32[at + processor.heapPeak];
    const limit = i32[at + processor.heapLimit];
    if (peak <= WARN_SHARE * limit || this.#nearFull.has(thread)) return;
    this.#nearFull.add(thread);
    process.emitWarning(`the heap of thread ${thread} is nearly full: ${Math.round(peak / 1024)} of ${Math.round(limit / 1024)} MiB live. Above 80 % the thread starts no more tasks. Keep less data on it, replace it with rt.recycle(), or raise maxOldGenerationSizeMb.`, { type: "WarrenWarning", code: "WARREN_MEMORY" });
  }

  /** How long a thread outside a slice has not answered; asks it now and then. */
  #unansweredMs(thread: number, nowMs: number): number {
    const { i32 } = this.#arena;
    const turns = i32[this.#arena.processorAt(thread) + processor.turns];
    const question = this.#questions.get(thread);
    if (question !== undefined && question.turns === turns) {
      const heldMs = nowMs - question.sinceMs;
      return heldMs < UNANSWERED_MS ? 0 : heldMs;
    }
    if (question === undefined || nowMs - question.sinceMs > ASK_EVERY_MS) {
      if (loadOf(this.#arena, thread) === 0) return 0;
      this.#questions.set(thread, { turns, sinceMs: nowMs });
      ring(this.#arena, thread);
    }
    return 0;
  }

  #report(thread: number, turns: number, heldMs: number, computedMs: number): void {
    const { i32 } = this.#arena;
    const at = this.#arena.processorAt(thread);
    const running = load(i32, at + processor.running);
    // It has gone on while this thread was looking: what runs now is not what took so long (an import, and then its task). Pairs with `renewSlice`.
    if (load(i32, at + processor.turns) !== turns) return;
    // On a busy machine a module waits for a core most of the time.
    if (running < 0 && (heldMs < IMPORT_STUCK_MS || computedMs < IMPORT_STUCK_MS / 2)) return;
    const [, name = "(a closure)"] = this.#names.text(Math.abs(running)).split("\n");
    const what = running < 0 ? `importing the module of task ${name}` : `task ${name}`;
    if (this.#reported.has(what)) return;
    this.#reported.add(what);
    process.emitWarning(`${what} has blocked thread ${thread} for ${Math.round(heldMs)} ms without awaiting; nothing else can run on that thread. Call await yieldNow() in long loops. (A garbage collection of a large heap can also cause this.)`, { type: "WarrenWarning", code: "WARREN_STUCK_TASK" });
  }
}
