/**
 * What a recording of a runtime holds: the events of `rt.trace()`, as the
 * program that reads them sees them. How they are recorded: memory/trace-ring.ts.
 *
 * All times are nanoseconds of `process.hrtime`, one clock for all threads.
 * Events of one thread are in the order in which they happened. A task's number
 * is 0 where it has no identity of its own (see `Identity`) or where code that
 * is in no task acts (on the main thread).
 */
import type { WaitReason } from "../sync/wait-reason.ts";

interface At {
  readonly timeNs: number;
  /** The thread on which it happened; the main thread's index is the number of threads. */
  readonly thread: number;
}

/** One event. `task` is the task that did it, or to which it happened. */
export type TraceEvent =
  /** `task` started another one, `child`; it was placed on thread `to`. */
  | (At & { readonly kind: "spawn"; readonly task: number; readonly child: number; readonly to: number })
  /** A task begins to run. */
  | (At & { readonly kind: "start"; readonly task: number; readonly name: string })
  /** A task ended; it runs no more. */
  | (At & { readonly kind: "end"; readonly task: number; readonly failed: boolean })
  /** A task stops to wait. `wait`: the record of the wait, which `wake`, `ready` and `resume` name again; records are used again by later waits. */
  | (At & { readonly kind: "park"; readonly task: number; readonly reason: WaitReason; readonly wait: number })
  /** `task` (0: a timer or signal) ended the wait of a task of thread `to`: the hand-off of a send to a receiver, and the other way round. */
  | (At & { readonly kind: "wake"; readonly task: number; readonly wait: number; readonly to: number })
  /** A wait that is over has come onto the run queue of its thread. */
  | (At & { readonly kind: "ready"; readonly wait: number })
  /** A task goes on after a wait: at once, or when those resumed before it have stopped. */
  | (At & { readonly kind: "resume"; readonly task: number; readonly wait: number })
  /** A task lets others have a turn, and goes on in a later one: the end of its time slice, or `yieldNow`. `hop` names the place in the line. */
  | (At & { readonly kind: "yield"; readonly task: number; readonly hop: number })
  | (At & { readonly kind: "hop"; readonly hop: number })
  /** A task of whose last stop nothing is known (it awaited something that is not warren's) ran again, at the latest since `sinceNs`. */
  | (At & { readonly kind: "foreign"; readonly task: number; readonly sinceNs: number })
  /** Unstarted tasks were taken from another thread. */
  | (At & { readonly kind: "steal"; readonly from: number; readonly count: number })
  /** A turn of the thread's loop begins: whatever ran before has stopped. */
  | (At & { readonly kind: "turn" })
  /** The thread found nothing to do. */
  | (At & { readonly kind: "idle" })
  /** A garbage collection ended, after `durationNs`. */
  | (At & { readonly kind: "gc"; readonly durationNs: number; readonly type: "minor" | "major" | "incremental" | "weak callbacks" });

/** A recording. */
export interface Trace {
  /** Threads of the pool. */
  readonly threads: number;
  /** When all threads had begun to record, and when the first was told to stop. */
  readonly startNs: number;
  readonly endNs: number;
  /** By time. */
  readonly events: readonly TraceEvent[];
  /** Events that had no room, by thread, the main thread last: the oldest of a thread are lost. */
  readonly lost: readonly number[];
  /** From when on every thread's events are all there: `startNs`, unless some are lost. */
  readonly completeFromNs: number;
}

/** A recording that goes on. */
export interface Tracing extends AsyncDisposable {
  /** Ends it and gives what was recorded. Further calls give the same. @throws ERR_RUNTIME_STOPPED */
  stop(): Promise<Trace>;
}

/** Options of `rt.trace()`. */
export interface TraceOptions {
  /** Events that each thread keeps, 65,536 by default; of more, the newest. */
  readonly events?: number | undefined;
}
