/**
 * One wait, and what a wait needs of others: the running half of the thread
 * (`Scheduler`), and whoever knows how it ends (`Finisher`).
 */
import type { WaitReason } from "./wait-reason.ts";

/** A running task, as the waiting half knows it. */
export interface Running {
  readonly id: number;
  /** While there is a trace: in which stretch of its thread it is known to run (recorder.ts). */
  stretch: number;
}

/** What the waiting half needs of the running half: implemented by the scheduler. */
export interface Scheduler {
  /** The time when the running slice began, on the clock of `performance.now()`. */
  readonly nowMs: number;
  /** Counts down with each operation; below 0, `tick` is due. */
  ticks: number;
  /** Looks at the clock; true if the time slice is used up. */
  tick(): boolean;
  /** Resolves on the next turn of the event loop. */
  hop<T>(value: T): Promise<T>;
  /** Puts a finished wait of this thread, by its record's `slot`, on the run queue. */
  ready(slot: number): void;
  /** A wait has just been parked: lets the next ready task have the thread. */
  parked(wait: Wait): void;
  /** The first wait has been parked, or the last one is over. */
  readonly onWaiting?: (() => void) | undefined;
  /** How many times a waiter may look before it parks; 0 if spinning cannot help. */
  spins(): number;
  /** Whether the last spin ended in time. */
  spun(inTime: boolean): void;
  /** The identity of the running task. */
  task(): Running | undefined;
}

/** What waits and timers note while there is a trace: implemented by the recorder of trace/. */
export interface Tracer {
  /** Set while code runs that is no task's: a timer's callback. */
  isOutside: boolean;
  /** A wait has just been parked. */
  notePark(wait: Wait): void;
  /** The wait of `record`, on thread `to`, is about to end. */
  noteWake(record: number, to: number): void;
  /** A wait of this thread that another thread has ended is on the run queue. */
  noteReady(record: number): void;
  /** A signal has ended a wait. */
  noteAbort(wait: Wait): void;
}

/** What a wait does when it is over. May throw: the wait then rejects. */
export interface Finisher {
  finish(wait: Wait): unknown;
  /** Takes the wait out of its queues; false if it was claimed already. Called for `signal`. */
  withdraw(wait: Wait): boolean;
  /** For dumps: what is waited for. */
  describe(wait: Wait): string;
  /** Who may end the wait; without this, or `undefined`, something that is no task may. */
  partners?(wait: Wait): Partners | undefined;
}

/** Who may end a wait: whoever has one of these handles, and these tasks. */
export interface Partners {
  readonly handles: readonly number[];
  readonly tasks: readonly number[];
}

/**
 * This thread's side of one wait. A fresh object each time: it dies young, where
 * a reused old one would make the garbage collector remember every promise
 * stored into it.
 */
export class Wait {
  readonly record: number;
  readonly reason: WaitReason;
  readonly finisher: Finisher;
  task: object | undefined;
  sinceMs = 0;
  /** The word that counts it, set while it is parked and not over. */
  countedAt = 0;
  /** Set while it is parked. */
  promise: Promise<unknown> | undefined;
  resolve: ((value: unknown) => void) | undefined;
  reject: ((error: unknown) => void) | undefined;
  /** What the finisher keeps here (a sleep's timer). */
  extra: unknown;
  abort: Abort | undefined;

  constructor(record: number, reason: WaitReason, finisher: Finisher) {
    this.record = record;
    this.reason = reason;
    this.finisher = finisher;
    this.task = undefined;
    this.promise = undefined;
    this.resolve = undefined;
    this.reject = undefined;
    this.extra = undefined;
    this.abort = undefined;
  }
}

/** The signal that can end a wait, and what it calls. */
interface Abort {
  readonly signal: AbortSignal;
  readonly listener: () => void;
}
