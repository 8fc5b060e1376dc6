/**
 * Watches the threads from the main thread. JavaScript cannot be interrupted, so a
 * task that computes without awaiting blocks its thread. If it has computed for more
 * than 100 ms, the main thread emits a Node warning, once per task name
 * (`process.on("warning")`, code WARREN_STUCK_TASK). A closure that blocks the main
 * thread is reported when it stops. It also warns about a thread whose heap is nearly
 * full (WARREN_MEMORY), and has tasks of a thread that does not get to them taken by
 * others (hand-off.ts).
 */
import { clearInterval, performance, setInterval } from "../../host.ts";
import { load } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { Names } from "../../memory/names.ts";
import { loadOf } from "../../scheduler/load.ts";
import { ring } from "../../wait/doorbell.ts";
import { WARN_SHARE } from "../thread/heap-watch.ts";
import { ownTimes, timesOf } from "../thread/times.ts";
import { HandOff } from "./hand-off.ts";

const LOOK_EVERY_MS = 50;
const STUCK_MS = 100;
/** Compiling a module takes time. */
const IMPORT_STUCK_MS = 2000;
/** How often a sleeping thread that has tasks is asked for a turn. If it computes after an event outside warren, it does not take the turn. */
const ASK_EVERY_MS = 1000;
/** A sleeping thread that does not answer may only lack a core, so it gets more time. */
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
  /** What ran in the current slice of a thread when it was first found to be long or to run something else, since when, and the CPU time of the thread then. */
  readonly #slices = new Map<number, { slice: number; running: number; sinceMs: number; cpuNs: number }>();
  /** Threads for which a memory warning was emitted. */
  readonly #nearFull = new Set<number>();
  readonly #questions = new Map<number, Question>();
  /** When the main thread last checked, and its CPU time then. */
  #lookedMs = 0;
  #lookedCpuNs = 0;
  readonly #handOff: HandOff;
  #timer: NodeJS.Timeout | undefined;

  /** @param isUp whether a thread is ready, and not being replaced */
  constructor(arena: Arena, isUp: (thread: number) => boolean) {
    this.#isUp = isUp;
    this.#arena = arena;
    this.#names = new Names(arena);
    this.#handOff = new HandOff(arena, isUp);
  }

  open(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#handOff.close();
    // A heap may have filled, and stopped the runtime, since the last check.
    for (let thread = 0; thread < this.#arena.threads; thread++) this.#lookAtHeap(thread);
  }

  #look(): void {
    const { i32, threads, clockMs } = this.#arena;
    this.#lookedMs = performance.now();
    this.#lookedCpuNs = ownTimes().cpuNs;
    this.#handOff.look();
    for (let thread = 0; thread < threads; thread++) {
      if (!this.#isUp(thread)) continue;
      const at = this.#arena.processorAt(thread);
      this.#lookAtHeap(thread);
      // An idle thread with a full heap must check again, because its heap may have room now.
      if (i32[at + processor.heapFull] !== 0) ring(this.#arena, thread);
      const turns = load(i32, at + processor.turns);
      const since = i32[at + processor.sliceStart];
      const sliceMs = since === 0 ? this.#unansweredMs(thread, clockMs) : clockMs - since;
      if (sliceMs < LOOK_EVERY_MS) continue;
      const running = load(i32, at + processor.running);
      // Outside a slice there is one measurement for each question: CPU time of long ago must not count.
      const { heldMs, computedMs } = this.#stretch(thread, since === 0 ? -(this.#questions.get(thread)?.sinceMs ?? 0) : since, running, sliceMs, clockMs);
      if (computedMs >= STUCK_MS && heldMs >= STUCK_MS) this.#report(thread, turns, running, heldMs, computedMs);
    }
  }

  /**
   * For how long the same task has run in this slice, and for how long the thread has had
   * a core since that was first seen: a thread without a core is not blocked by its task,
   * and a task that continues at the end of a slice has not taken all of it. Infinite where
   * the system does not report CPU times. `slice` only identifies the slice.
   */
  #stretch(thread: number, slice: number, running: number, sliceMs: number, nowMs: number): { readonly heldMs: number; readonly computedMs: number } {
    const before = this.#slices.get(thread);
    const times = timesOf(this.#arena.i32[this.#arena.processorAt(thread) + processor.systemId]);
    if (before?.slice === slice && before.running === running) {
      return { heldMs: Math.min(sliceMs, nowMs - before.sinceMs), computedMs: times === undefined ? Infinity : (times.cpuNs - before.cpuNs) / 1e6 };
    }
    const sinceMs = before?.slice === slice ? nowMs : nowMs - sliceMs;
    this.#slices.set(thread, { slice, running, sinceMs, cpuNs: times?.cpuNs ?? 0 });
    return { heldMs: nowMs - sinceMs, computedMs: 0 };
  }

  /** Once for each thread, by the maximum in use: the thread may have freed memory since the last check. */
  #lookAtHeap(thread: number): void {
    const { i32 } = this.#arena;
    const at = this.#arena.processorAt(thread);
    const peak = i32[at + processor.heapPeak];
    const limit = i32[at + processor.heapLimit];
    if (peak <= WARN_SHARE * limit || this.#nearFull.has(thread)) return;
    this.#nearFull.add(thread);
    process.emitWarning(`the heap of thread ${thread} is nearly full: ${Math.round(peak / 1024)} of ${Math.round(limit / 1024)} MiB live. Above 80 % the thread starts no more tasks. Keep less data on it, replace it with rt.recycle(), or raise maxOldGenerationSizeMb.`, { type: "WarrenWarning", code: "WARREN_MEMORY" });
  }

  /** How long a thread outside a slice has not answered; asks it from time to time. */
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

  #report(thread: number, turns: number, running: number, heldMs: number, computedMs: number): void {
    const { i32 } = this.#arena;
    const at = this.#arena.processorAt(thread);
    // The thread has moved on during this check: what runs now is not what took so long (an import, and then its task). Pairs with `renewSlice`.
    if (load(i32, at + processor.turns) !== turns || load(i32, at + processor.running) !== running) return;
    // On a busy machine a module waits for a core most of the time.
    if (running < 0 && (heldMs < IMPORT_STUCK_MS || computedMs < IMPORT_STUCK_MS / 2)) return;
    const next = i32[at + processor.runningNext];
    const orNext = next === 0 || next === running ? "" : `, or ${this.#nameOf(next)}, which it has woken,`;
    const what = running < 0 ? `importing the module of ${this.#nameOf(-running)}` : this.#nameOf(running) + orNext;
    this.#warn(what, `${what} has blocked thread ${thread} for ${Math.round(heldMs)} ms without awaiting; nothing else can run on that thread. Call await yieldNow() in long loops. (A garbage collection of a large heap can also cause this.)`);
  }

  /** A closure on the main thread has stopped. The main thread could not watch it meanwhile. */
  closureStopped(heldMs: number, nameId: number): void {
    // Number 0 is no closure: code of the main thread that awaited something of warren.
    if (heldMs < STUCK_MS || nameId === 0) return;
    // Perhaps the thread had no core, or other code has used it since the last check.
    const beforeMs = performance.now() - heldMs - this.#lookedMs;
    if ((ownTimes().cpuNs - this.#lookedCpuNs) / 1e6 - beforeMs < STUCK_MS) return;
    const what = this.#nameOf(nameId);
    this.#warn(`${what} on main`, `${what} has blocked the main thread for ${Math.round(heldMs)} ms without awaiting: a function that is no task runs where it was started. Wrap it in task(import.meta, …) to run it on a thread`);
  }

  #nameOf(number: number): string {
    const [url, name = "(closure)"] = this.#names.text(number).split("\n");
    if (url !== "") return `task ${name}`;
    return name === "(closure)" ? "a closure without a name" : `closure ${name}`;
  }

  #warn(what: string, text: string): void {
    if (this.#reported.has(what)) return;
    this.#reported.add(what);
    process.emitWarning(text, { type: "WarrenWarning", code: "WARREN_STUCK_TASK" });
  }
}
