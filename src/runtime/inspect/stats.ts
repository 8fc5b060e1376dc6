/**
 * What a runtime is doing, in numbers: read from shared memory, where each thread
 * counts in words of its own, so that a thread that computes is counted as well
 * as one that waits. The words are read one after the other while the threads go
 * on: a sum may be off by what moved meanwhile.
 */
import { load } from "../../memory/atomics.ts";
import type { Arena, ArenaUse } from "../../memory/arena.ts";
import { processor } from "../../memory/layout.ts";
import { loadOf } from "../../scheduler/load.ts";
import { WAIT_REASONS, type WaitReason } from "../../wait/wait-reason.ts";
import type { ThreadTimes } from "../thread/control.ts";

/** Operations that are parked now, by what they are. A join counts from `spawn` to the end of its task, awaited or not. */
export type Parked = Readonly<Record<WaitReason, number>>;

/** Counters of one thread. */
export interface ThreadStats {
  /** The thread's index; the main thread's is the number of threads. */
  readonly index: number;
  /** Tasks placed there and not finished, those not yet started included. */
  readonly load: number;
  /** Tasks that can go on or have not started, and wait for their turn. What has come in while the thread computes counts once it has looked. */
  readonly ready: number;
  /** Operations that wait on it, by what they are. */
  readonly parked: Parked;
  /** Tasks that it has started to run, since it began. */
  readonly started: number;
  /** And those of them that have ended. */
  readonly finished: number;
  /** Tasks taken from other threads before they had started. */
  readonly steals: number;
  /** Values sent by this thread, each of a batch counted. */
  readonly sends: number;
  /** How often an operation has parked. */
  readonly parks: number;
  /** How often the thread has fallen asleep. */
  readonly sleeps: number;
  /** Time from a turn that found work to one that found none: computing, or short of a core, but not what callbacks of Node's own events took while all tasks waited. */
  readonly busyMs: number;
  /** CPU time of the thread in nanoseconds. */
  readonly cpuNs: number;
  /** Time in nanoseconds that it could have run and had no core; `undefined` where the system does not tell. */
  readonly runDelayNs: number | undefined;
}

/** Counters of a runtime, over all its threads and the main thread; then each thread's. */
export interface RuntimeStats {
  /** Live tasks, closures and those not yet started included. */
  readonly tasks: number;
  /** Tasks that wait for their turn. */
  readonly ready: number;
  /** Operations that wait, by what they are. */
  readonly parked: Parked;
  /** Tasks that were taken from other threads before they had started. */
  readonly steals: number;
  /** Values sent, each of a batch counted. */
  readonly sends: number;
  /** The shared memory. */
  readonly arena: ArenaUse;
  /** Each thread's, by its index. */
  readonly threads: readonly ThreadStats[];
  /** The main thread's: its closures, its operations, what it has sent. */
  readonly main: ThreadStats;
}

/** @param times CPU times of the threads, then of the main thread */
export function readStats(arena: Arena, times: readonly ThreadTimes[]): RuntimeStats {
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
    sends: f64[(at + processor.sends) >>> 1],
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
