/**
 * Finds threads that do not get to the tasks in their queues, so that other threads take
 * these tasks: first a thread in front that sleeps, otherwise one of the reserve
 * (scheduler/load.ts). Such a thread is held by one long computation, or by system calls
 * that block it.
 *
 * A thread is held up if tasks waited in its queue at each look, and it was blocked for
 * most of the time, or started none of them in `LONG_MS` of computing. Time in which it
 * wanted a core and had none does not count: a further thread would lack one, too. Nor is
 * a thread held up that imports a module, which is over soon. A thread that computes in
 * many shorter tasks has work for its core, and further threads would not do it faster.
 *
 * The watchdog looks every 50 ms. While tasks wait in a queue and there is a reserve, this
 * looks every 10 ms by itself, so that idle threads cost no more than without it.
 *
 * Source: Go's sysmon, which takes the processor from a thread that has been in a system
 * call for 20 µs to 10 ms, or in one goroutine for 10 ms.
 */
import { clearTimeout, setTimeout } from "../../host.ts";
import { load, store } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { loadOf } from "../../scheduler/load.ts";
import { anyTasks, countStealable } from "../../scheduler/task-queue.ts";
import { ring, ringAny } from "../../wait/doorbell.ts";
import { timesOf, wantsCore } from "../thread/times.ts";
import type { ThreadTimes } from "../thread/control.ts";

const LOOK_AGAIN_MS = 10;
/** The shortest time from which one can say whether a thread was blocked. */
const LEAST_MS = 8;
/** How long a thread computes without starting a task until it is held up. */
const LONG_MS = 40;

/** A thread that has tasks in its queue, at one look. */
export interface Look {
  readonly atMs: number;
  readonly started: number;
  readonly times: ThreadTimes | undefined;
  /** It ran or waited for a core. */
  readonly wantsCore: boolean;
}

export class HandOff {
  readonly #arena: Arena;
  readonly #isUp: (thread: number) => boolean;
  readonly #looks: (Look | undefined)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param isUp whether a thread is ready, and not being replaced */
  constructor(arena: Arena, isUp: (thread: number) => boolean) {
    this.#arena = arena;
    this.#isUp = isUp;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  look(): void {
    const { front, threads, clockMs } = this.#arena;
    clearTimeout(this.#timer);
    for (let thread = 0; thread < threads; thread++) if (this.#isUp(thread)) this.#lookAt(thread, clockMs);
    if (front < threads && anyTasks(this.#arena)) this.#timer = setTimeout(() => this.look(), LOOK_AGAIN_MS).unref();
  }

  #lookAt(thread: number, nowMs: number): void {
    const { i32, front } = this.#arena;
    const at = this.#arena.processorAt(thread);
    const before = this.#looks[thread];
    if (countStealable(this.#arena, thread) <= 0 || i32[at + processor.running] < 0) {
      this.#looks[thread] = undefined;
      store(i32, at + processor.heldUp, 0);
      return;
    }
    const systemId = i32[at + processor.systemId];
    const look: Look = { atMs: nowMs, started: load(i32, at + processor.started), times: timesOf(systemId), wantsCore: wantsCore(systemId) };
    const isHeldUp = before !== undefined && wasHeldUp(before, look);
    if (isHeldUp === undefined) return;
    this.#looks[thread] = look;
    store(i32, at + processor.heldUp, isHeldUp ? 1 : 0);
    if (isHeldUp && !ringAny(this.#arena, thread, 0, front)) this.#ringReserve();
  }

  /** Rings the thread of the reserve with the least load: tasks that begin by waiting for the same thing are spread over the reserve. */
  #ringReserve(): void {
    const { front, threads } = this.#arena;
    let best = front;
    for (let thread = front + 1; thread < threads; thread++) if (loadOf(this.#arena, thread) < loadOf(this.#arena, best)) best = thread;
    if (best < threads) ring(this.#arena, best);
  }
}

/** Whether a thread was held up between two looks; `undefined` if that was too short to say. */
export function wasHeldUp(before: Look, after: Look): boolean | undefined {
  const wallMs = after.atMs - before.atMs;
  const usedMs = before.times === undefined || after.times === undefined ? wallMs : (after.times.cpuNs - before.times.cpuNs) / 1e6;
  const lackedMs = ((after.times?.runDelayNs ?? 0) - (before.times?.runDelayNs ?? 0)) / 1e6;
  // The system adds a wait for a core when it is over: as long as it lasts, all but the CPU time may be such a wait.
  const blockedMs = after.wantsCore ? 0 : Math.max(0, wallMs - usedMs - lackedMs);
  if (blockedMs > usedMs) return blockedMs < LEAST_MS ? undefined : true;
  if (after.started !== before.started) return false;
  return usedMs + blockedMs < LONG_MS ? undefined : true;
}
