/**
 * What a runtime is doing, in numbers. They are read from shared memory, where each
 * thread has its own counters, so a thread that computes is included. The counters
 * are read one after the other while the threads continue, so a sum may be slightly
 * wrong.
 */
import { load } from "../../memory/atomics.ts";
import type { Arena, ArenaUse } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { loadOf } from "../../scheduler/load.ts";
import { sendsOf } from "../../wait/counts.ts";
import { WAIT_REASONS, type WaitReason } from "../../wait/wait-reason.ts";
import type { OutsideWait } from "./outside.ts";
import type { ThreadTimes } from "../thread/control.ts";

/** Number of waiting operations of each kind. A join counts from `spawn` to the end of its task, whether it is awaited or not. */
export type Parked = Readonly<Record<WaitReason, number>>;

/** Counters of one thread. */
export interface ThreadStats {
  /** Index of the thread; the main thread's is the number of threads. */
  readonly index: number;
  /** Tasks placed on the thread that have not ended, including those that have not started. */
  readonly load: number;
  /** Tasks that could run: those that can continue, and those that have not started. Tasks that arrive while the thread computes count later, when it has checked. */
  readonly ready: number;
  /** Number of waiting operations of each kind on this thread. */
  readonly parked: Parked;
  /** Tasks that it has started since the thread began. */
  readonly started: number;
  /** Tasks that have ended since the thread began. */
  readonly finished: number;
  /** Tasks that it has taken from other threads before they had started. */
  readonly steals: number;
  /** Values sent by this thread. Each value of a batch counts. */
  readonly sends: number;
  /** How often an operation had to wait. */
  readonly parks: number;
  /** How often the thread has fallen asleep. */
  readonly sleeps: number;
  /** Time in slices, each from a turn that found work to a turn that found none. It includes time without a core, but not the time of callbacks of Node's own events while all tasks wait. */
  readonly busyMs: number;
  /** CPU time of the thread in nanoseconds. */
  readonly cpuNs: number;
  /** Time in nanoseconds that it was ready to run but had no core; `undefined` where the system does not report it. */
  readonly runDelayNs: number | undefined;
}

/** Counters of a runtime: the sums over all threads and the main thread, then those of each thread. */
export interface RuntimeStats {
  /** Live tasks, including closures and tasks that have not started. */
  readonly tasks: number;
  /** Tasks that could run but are not running. */
  readonly ready: number;
  /** Number of waiting operations of each kind. */
  readonly parked: Parked;
  /** Tasks that were taken from other threads before they had started. */
  readonly steals: number;
  /** Values sent. Each value of a batch counts. */
  readonly sends: number;
  /** Use of the shared memory. */
  readonly arena: ArenaUse;
  /** Counters of each thread, by its index. */
  readonly threads: readonly ThreadStats[];
  /** Counters of the main thread: its closures, its operations, the values it has sent. */
  readonly main: ThreadStats;
  /** What waits for other machines (warren/net). */
  readonly outside: readonly OutsideWait[];
}

/** @param times CPU times of the threads, then of the main thread */
export function readStats(arena: Arena, times: readonly ThreadTimes[]): Omit<RuntimeStats, "outside"> {
  const all = times.map((its, index) => statsOf(arena, index, its));
  const sum = (of: (thread: ThreadStats) => number): number => all.reduce((total, thread) => total + of(thread), 0);
  return {
    tasks: sum(({ load }) => load),
    ready: sum(({ ready }) => ready),
    parked: byReason((reason) => sum(({ parked }) => parked[reason])),
    steals: sum(({ steals }) => steals),
    sends: sum(({ sends }) => sends),
    arena: arena.use(),
    threads: all.slice(0, arena.threads),
    main: all[arena.threads],
  };
}

function statsOf(arena: Arena, index: number, { cpuNs, runDelayNs }: ThreadTimes): ThreadStats {
  const { i32, f64 } = arena;
  const at = arena.processorAt(index);
  const since = i32[at + processor.sliceStart];
  return {
    index,
    load: loadOf(arena, index),
    ready: i32[at + processor.ready] + load(i32, at + processor.queueCount),
    parked: byReason((_reason, place) => i32[at + processor.parkedBy + place]),
    started: i32[at + processor.started] >>> 0,
    finished: i32[at + processor.finished] >>> 0,
    steals: i32[at + processor.steals] >>> 0,
    sends: sendsOf(i32, at),
    parks: i32[at + processor.parks] >>> 0,
    sleeps: i32[at + processor.sleeps] >>> 0,
    busyMs: f64[(at + processor.busyMs) >>> 1] + (since === 0 ? 0 : Math.max(0, arena.clockMs - since)),
    cpuNs,
    runDelayNs,
  };
}

function byReason(count: (reason: WaitReason, place: number) => number): Parked {
  return Object.fromEntries(WAIT_REASONS.map((reason, place) => [reason, count(reason, place)])) as Record<WaitReason, number>;
}
