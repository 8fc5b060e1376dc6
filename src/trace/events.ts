/**
 * What a recording of a runtime holds: the events of `rt.trace()`, as the
 * program that reads them sees them. How they are recorded: sync/recorder.ts and
 * memory/trace-ring.ts.
 *
 * All times are nanoseconds of `process.hrtime`, one clock for all threads; those
 * of different threads may be wrong against each other by some ten nanoseconds.
 * Events of one thread are in the order in which they happened. A task's number
 * is 0 where it has no identity of its own (more than 10,000 live tasks on one
 * thread: those of the same function share one) or where code that is in no task
 * acts (on the main thread).
 *
 * What a thread *runs* follows from this. A task's function is called by `start`,
 * at once. `resume` and `hop` only put a task in line: those resumed in one turn go
 * on in this order, each when the one before has stopped, after the tasks that are
 * started in the same turn. A task has stopped with its `park`, `yield` or `end`,
 * or at the latest with the next `turn` or `idle` of its thread, for what a task
 * awaits beside warren's own operations (a join, a timer of Node's, a value that is
 * there) shows in no event. So how long a thread was busy is exact; which task it
 * ran is, unless one that awaited such a thing was followed by another in the same
 * turn. Whoever acts (`spawn`, `park`, `wake`, `yield`, `end`) runs at that moment.
 * One that goes on outside the loop is followed by a turn.
 */
import type { WaitReason } from "../wait/wait-reason.ts";

interface At {
  readonly timeNs: number;
  /** The thread on which it happened; the main thread's index is the number of threads. */
  readonly thread: number;
}

/**
 * One event. Each has, as `At`, `timeNs`, when it happened in nanoseconds of
 * `process.hrtime`, and `thread`, on which; the main thread's index is the number of
 * threads. `task` is the task that did it, or to which it happened.
 */
export type TraceEvent =
  /** `task` started another one, `child`; it was placed on thread `to`. */
  | (At & { readonly kind: "spawn"; readonly task: number; readonly child: number; readonly to: number })
  /** A task begins to run. One that cannot be started (its module fails, the heap is full) has neither `start` nor `end`. */
  | (At & { readonly kind: "start"; readonly task: number; readonly name: string })
  /** A task ended; it runs no more. */
  | (At & { readonly kind: "end"; readonly task: number; readonly failed: boolean })
  /**
   * A task stops to wait. `wait`: the record of the wait, which `wake`, `ready` and `resume` name again; records are used again by later waits.
   * A task may have several waits at once (`Promise.all`), and runs until it awaits them.
   */
  | (At & { readonly kind: "park"; readonly task: number; readonly reason: WaitReason; readonly wait: number })
  /**
   * `task` (0: a timer or signal) ended the wait of a task of thread `to`: the hand-off of a send to a receiver, and the other way round.
   * It comes before the wait's `ready` and `resume`; it may come before its `park`, or without one if the other had not stopped yet.
   */
  | (At & { readonly kind: "wake"; readonly task: number; readonly wait: number; readonly to: number })
  /** A wait that is over has come onto the run queue of its thread. One that a signal ended goes on without. */
  | (At & { readonly kind: "ready"; readonly wait: number })
  /** A task goes on after a wait: at once, or when those resumed before it have stopped. */
  | (At & { readonly kind: "resume"; readonly task: number; readonly wait: number })
  /** A task lets others have a turn, and goes on in a later one: the end of its time slice, or `yieldNow`. `hop` names the place in the line: in a thread's life no two have the same. */
  | (At & { readonly kind: "yield"; readonly task: number; readonly hop: number })
  /** A task that yielded goes on, as after `resume`. */
  | (At & { readonly kind: "hop"; readonly hop: number })
  /** A task of whose last stop nothing is known (it awaited something that is not warren's) has gone on, not before `sinceNs`; the next event says what it did. */
  | (At & { readonly kind: "foreign"; readonly task: number; readonly sinceNs: number })
  /** Unstarted tasks were taken from thread `from`. */
  | (At & { readonly kind: "steal"; readonly from: number; readonly count: number })
  /** A turn of the thread's loop begins: whatever ran before has stopped. Not after `idle`: there nothing ran. */
  | (At & { readonly kind: "turn" })
  /** The thread found nothing to do: whatever ran before has stopped. Once, until something happens. */
  | (At & { readonly kind: "idle" })
  /** A garbage collection ended, after `durationNs`. */
  | (At & { readonly kind: "gc"; readonly durationNs: number; readonly type: "minor" | "major" | "incremental" | "weak callbacks" })
  /** The thread died: the tasks that it held run no more, and have no `end`. What follows on this thread is its successor's. */
  | (At & { readonly kind: "died" });

/** A recording. */
export interface Trace {
  /** Threads of the pool. */
  readonly threads: number;
  /** When all threads had begun to record. */
  readonly startNs: number;
  /** When the first was told to stop. */
  readonly endNs: number;
  /** By time, none after `endNs`. Of the threads that began before `startNs`, also what happened in between. */
  readonly events: readonly TraceEvent[];
  /** Events that had no room, by thread, the main thread last: the oldest of a thread are lost. */
  readonly lost: readonly number[];
  /** From when on every thread's events are all there: `startNs`, unless some are lost or a thread computed and could not begin. */
  readonly completeFromNs: number;
}

/** A recording that goes on. */
export interface Tracing extends AsyncDisposable {
  /**
   * Ends it and gives what was recorded, also of threads that compute and do not
   * answer. Further calls give the same.
   * @throws ERR_RUNTIME_STOPPED if the runtime has stopped before
   */
  stop(): Promise<Trace>;
  /** As `stop`, and nothing is thrown if the runtime has stopped before. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of `rt.trace()`. */
export interface TraceOptions {
  /** Events that each thread keeps, 65,536 by default; of more, the newest. 24 bytes each, in the runtime's shared memory. */
  readonly events?: number | undefined;
}
