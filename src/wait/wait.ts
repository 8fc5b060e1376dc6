/**
 * One wait, and what it needs from others: the part of the thread that runs tasks
 * (`Scheduler`), and the operation that knows how the wait ends (`Finisher`).
 */
import { WarrenError, printValue } from "../errors.ts";
import type { AbortSignal } from "./abort-signal.ts";
import { WAIT_REASONS, type WaitReason } from "./wait-reason.ts";

/** Every operation that can wait accepts these. An abort ends the wait, loses no value and leaves no waiter. */
export interface WaitOptions {
  /** When this signal aborts, the wait rejects with its reason. Use a context's `signal` to reach all threads. */
  readonly signal?: AbortSignal | undefined;
}

/** The signal of an operation's options, if they have one. Checked always, also if the operation will not wait. @throws ERR_INVALID_ARGUMENT, or the reason of a signal that has aborted */
export function signalOf(options: WaitOptions | undefined): AbortSignal | undefined {
  return options === undefined ? undefined : checkedSignal(options);
}

function checkedSignal(options: WaitOptions): AbortSignal | undefined {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `the options of an operation that can wait must be an object, not ${printValue(options)}`);
  const { signal } = options;
  if (signal === undefined) return undefined;
  checkSignal(signal);
  if (signal.aborted) throw signal.reason;
  return signal;
}

/** By its members, because a test environment can replace the class. @throws ERR_INVALID_ARGUMENT */
export function checkSignal(signal: unknown): asserts signal is AbortSignal {
  const its = signal as Partial<AbortSignal> | null | undefined;
  if (typeof its?.aborted === "boolean" && typeof its.addEventListener === "function") return;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `signal must be an AbortSignal, not ${printValue(signal)}`);
}

/** A running task, as far as waits need to know it. */
export interface Running {
  readonly id: number;
  /** Number of its name in the table of names. */
  readonly nameId: number;
  /** While there is a trace: the stretch of its thread in which it is known to run (trace/recorder.ts). */
  stretch: number;
}

/** What waits need from the loop that runs tasks: implemented by scheduler/processor.ts. */
export interface Scheduler {
  /** When the current time slice began, on the clock of `performance.now()`. */
  readonly nowMs: number;
  /** Counts down with each operation; below 0, call `tick`. */
  ticks: number;
  /** Set when a task takes a permit of a semaphore without waiting: it goes on before the next task starts. */
  tookPermit: boolean;
  /** Reads the clock; true if the time slice is used up. */
  tick(): boolean;
  /** A promise that resolves in the next turn of the event loop. */
  hop<T>(value: T): Promise<T>;
  /** Appends a wait of this thread that has ended to the run queue, given its record's `slot`. */
  ready(slot: number): void;
  /** A wait has just been parked: lets the next ready task run. */
  parked(wait: Wait): void;
  /** Called when the first wait has been parked, and when the last one has ended. */
  readonly onWaiting?: (() => void) | undefined;
  /** How often a waiter checks its state before it parks; 0 if spinning cannot help. */
  spins(): number;
  /** Reports whether the last spin was long enough. */
  spun(inTime: boolean): void;
  /** The identity of the running task. */
  task(): Running | undefined;
  /** Where the program is now: lines of a stack trace. It costs microseconds. */
  site?(): string | undefined;
}

/** What waits and timers note while there is a trace: implemented by the recorder of trace/. */
export interface Tracer {
  /** Set while code runs that is no task's: a timer's callback. */
  isOutside: boolean;
  /** A bell or a timer of warren has woken the thread. */
  noteOwn(): void;
  /** A wait has just been parked. */
  notePark(wait: Wait): void;
  /** The wait of `record`, on thread `to`, is about to end. */
  noteWake(record: number, to: number): void;
  /** A wait of this thread that another thread has ended is on the run queue. */
  noteReady(record: number): void;
  /** The running task, or `task` as it is resumed, uses the channel or shared object with that header and generation: `use` is one of `USE`. */
  noteUse(header: number, generation: number, use: number, room?: number, task?: Running): void;
  /** A timer fires that was due at `deadlineMs`, on the clock of `performance.now()`. What it wakes follows. */
  noteDue(deadlineMs: number): void;
  /** A select has found several cases ready. */
  noteChoice(ready: number): void;
  /** A signal has ended a wait. */
  noteAbort(wait: Wait): void;
}

/** The operation that waits: how its wait ends. */
export interface Finisher {
  /** The result of the wait, which has ended. If it throws, the wait rejects. */
  finish(wait: Wait): unknown;
  /** Called when a signal aborts: removes the wait from its queues; false if it was claimed already. */
  withdraw(wait: Wait): boolean;
  /** For dumps: what the wait is for. */
  describe(wait: Wait): string;
  /** Which tasks can end the wait. Without this method, or if it returns `undefined`, something other than a task can. */
  partners?(wait: Wait): Partners | undefined;
}

/** The tasks that can end a wait: these, and all that have one of these handles. */
export interface Partners {
  readonly handles: readonly number[];
  readonly tasks: readonly number[];
}

/** In `Wait.counting`: more than any place. */
export const ENDED = 256;

/**
 * This thread's side of one wait. It is a new object each time, because it dies
 * young. If an old object were reused, the garbage collector would have to remember
 * every promise stored in it. There may be a million of them: what few waits have is
 * kept elsewhere.
 */
export class Wait {
  readonly record: number;
  /** `place`, with `ENDED` once it is parked and no longer counted as waiting. */
  counting: number;
  readonly finisher: Finisher;
  task: Running | undefined;
  sinceMs = 0;
  /** Set while it is parked. */
  promise: Promise<unknown> | undefined;
  resolve: ((value: unknown) => void) | undefined;
  /** For the finisher, such as the timer of a sleep. */
  extra: unknown;
  /** Set while a signal can end it. */
  abort: { readonly signal: AbortSignal } | undefined;

  constructor(record: number, place: number, finisher: Finisher) {
    this.record = record;
    this.counting = place;
    this.finisher = finisher;
    this.task = undefined;
    this.promise = undefined;
    this.resolve = undefined;
    this.extra = undefined;
    this.abort = undefined;
  }

  /** The place of its reason in `WAIT_REASONS`. */
  get place(): number {
    return this.counting & ~ENDED;
  }

  get reason(): WaitReason {
    return WAIT_REASONS[this.place] as WaitReason;
  }

  /** Rejects the promise of a wait that is parked. The function that V8 makes for that is not kept, because it takes 64 bytes and few waits reject. */
  reject(error: unknown): void {
    this.resolve?.(Promise.reject(error));
  }
}
