/**
 * What a trace of a runtime contains: the events of `rt.trace()`, as a program reads
 * them. How they are recorded: recorder.ts and ring.ts.
 *
 * All times are in nanoseconds of `process.hrtime`, one clock for all threads. Times of
 * different threads can be wrong relative to each other by about ten nanoseconds. Events
 * of one thread are in the order in which they happened. A task's number is 0 if the task
 * has no identity of its own (with more than 10,000 live tasks on one thread, those of
 * the same function share one), or if code outside any task acts (on the main thread).
 *
 * What a thread *runs* follows from the events. `start` calls a task's function
 * immediately. `resume` and `hop` only make a task ready: tasks resumed in one turn run
 * in this order, each when the one before has stopped, after the tasks that are started
 * in the same turn. A task has stopped with its `park`, `yield` or `end`, or at the
 * latest with the next `turn` or `idle` of its thread, because no event shows what a task
 * awaits other than warren's own operations (a timer of Node's, an available value). So it is exact how long a thread ran tasks. It is also exact which task it ran,
 * unless a task that awaited something else was followed by another task in the same
 * turn. A task that acts (`spawn`, `park`, `wake`, `mark`, `yield`, `end`) runs at that moment. A
 * task that continues outside the loop is followed by a turn.
 */
import type { WaitReason } from "../wait/wait-reason.ts";

interface At {
  readonly timeNs: number;
  /** The thread on which it happened; the main thread's index is the number of threads. */
  readonly thread: number;
}

/**
 * One event. Each has, as `At`, `timeNs`: when it happened, in nanoseconds of
 * `process.hrtime`; and `thread`: on which thread, where the main thread's index is the
 * number of threads. `task` is the task that acted, or to which it happened.
 */
export type TraceEvent =
  /**
   * `task` started another task, `child`, which was placed on thread `to`. `place`: `"any"` if warren chose the thread,
   * `"chosen"` if the program did (`spawn.on`), `"here"` for a closure, which stays on its thread.
   */
  | (At & { readonly kind: "spawn"; readonly task: number; readonly child: number; readonly to: number; readonly place: "any" | "chosen" | "here" })
  /** A task begins to run. One that cannot be started (its module fails, the heap is full) has neither `start` nor `end`. */
  | (At & { readonly kind: "start"; readonly task: number; readonly name: string })
  /** A task ended. */
  | (At & { readonly kind: "end"; readonly task: number; readonly failed: boolean })
  /** The result of `child` has reached `task`, which had spawned it: what awaits the result continues, in the next microtask. */
  | (At & { readonly kind: "join"; readonly task: number; readonly child: number })
  /**
   * `task` uses the channel or shared object `of`: a number that stands for it.
   * `send`, `receive` (one event for each value of a batch), `lock`, `signal` (`done` of a WaitGroup, an arrival at a Barrier) and `await`
   * are recorded when the task calls them, before a `park`; the use that a select has made, when the select has chosen it.
   * `miss`: a try found nothing. `room`: the capacity of the channel of a `send`; how many tasks can hold the lock at the same time, 0 for a shared `lock`.
   */
  | (At & { readonly kind: "use"; readonly task: number; readonly use: "send" | "receive" | "close" | "lock" | "unlock" | "signal" | "await" | "miss"; readonly of: number; readonly room: number })
  /** The program has called `mark(name, n)` in `task`. */
  | (At & { readonly kind: "mark"; readonly task: number; readonly name: string; readonly n: number })
  /** A select of `task` found `ready` cases, at least two, of which it takes one at random. */
  | (At & { readonly kind: "choice"; readonly task: number; readonly ready: number })
  /**
   * A task stops to wait. `wait` is the record of the wait, which `wake`, `ready` and `resume` name again; later waits use the same records.
   * A task can have several waits at the same time (`Promise.all`), and runs until it awaits them.
   */
  | (At & { readonly kind: "park"; readonly task: number; readonly reason: WaitReason; readonly wait: number })
  /**
   * `task` (0: a timer or signal) ended the wait of a task of thread `to`, for example a send that a receiver waited for.
   * It comes before the wait's `ready` and `resume`. It can come before its `park`, or without a `park` if the other task had not stopped yet.
   */
  | (At & { readonly kind: "wake"; readonly task: number; readonly wait: number; readonly to: number })
  /** A timer of warren's fires, which was due at `dueNs`: what it wakes follows. It is late if the thread was running a task, or by the resolution of Node's timers. */
  | (At & { readonly kind: "due"; readonly dueNs: number })
  /** A wait that has ended has reached the run queue of its thread. A wait that a signal ended has no `ready`. */
  | (At & { readonly kind: "ready"; readonly wait: number })
  /** A task continues after a wait: immediately, or when the tasks resumed before it have stopped. */
  | (At & { readonly kind: "resume"; readonly task: number; readonly wait: number })
  /** A task yields, because its time slice ended or it called `yieldNow`. The event `hop` with the same number continues it; a thread never uses a number twice. */
  | (At & { readonly kind: "yield"; readonly task: number; readonly hop: number })
  /** A task that yielded continues, as after `resume`. */
  | (At & { readonly kind: "hop"; readonly hop: number })
  /** A task that awaited something other than warren's operations has continued, not before `sinceNs`. The next event says what it did. A task that continues before the next turn of its thread has no such event: it seems to have run on. */
  | (At & { readonly kind: "foreign"; readonly task: number; readonly sinceNs: number })
  /** Tasks that had not started were taken from thread `from`. */
  | (At & { readonly kind: "steal"; readonly from: number; readonly count: number })
  /** A turn of the thread's loop begins: every task that ran before has stopped. There is no `turn` after `idle`, because nothing ran. */
  | (At & { readonly kind: "turn" })
  /** The thread found nothing to do: every task that ran before has stopped. Recorded once, until something happens. */
  | (At & { readonly kind: "idle" })
  /**
   * While the thread slept, its event loop worked for `busyNs` in all, since the thread fell asleep or since the last event of this kind:
   * tasks that await something other than warren's operations continued and stopped again, and none of them acted.
   */
  | (At & { readonly kind: "outside"; readonly busyNs: number })
  /** A garbage collection ended, after `durationNs`. */
  | (At & { readonly kind: "gc"; readonly durationNs: number; readonly type: "minor" | "major" | "incremental" | "weak callbacks" })
  /** The thread died: the tasks that it held are lost and have no `end`. Later events with this index are of its replacement. */
  | (At & { readonly kind: "died" });

/** A trace: what all threads recorded. */
export interface Trace {
  /** The number of threads, without the main thread. */
  readonly threads: number;
  /** When all threads had begun to record. */
  readonly startNs: number;
  /** When the first thread was asked to stop. */
  readonly endNs: number;
  /** Sorted by time, none after `endNs`. Threads that began to record before `startNs` also have earlier events. */
  readonly events: readonly TraceEvent[];
  /** How many events were lost on each thread, the main thread last. A full ring loses its oldest events. */
  readonly lost: readonly number[];
  /** From this time on the trace has all events: `startNs`, unless events were lost, or a thread computed and could not begin to record. */
  readonly completeFromNs: number;
}

/** A trace that is being recorded. */
export interface Tracing extends AsyncDisposable {
  /**
   * Ends the trace and returns what was recorded, also on threads that compute and do
   * not answer. Further calls return the same.
   * @throws ERR_RUNTIME_STOPPED if the runtime has stopped before
   */
  stop(): Promise<Trace>;
  /**
   * The events while the program runs, in batches: `for await (const { events, lost } of
   * tracing.follow({ everyMs: 50 }))`. The main thread reads what the threads have
   * recorded; no thread waits for it or is asked. It reads only when the next batch is
   * asked for, so a slow reader takes no memory: what is overwritten meanwhile is lost,
   * and counted in `lost`. It reads from the beginning of the trace on: threads that began
   * to record before `Trace.startNs` also have earlier events, as in `Trace.events`.
   *
   * After `stop()` one last batch has everything that is left of what `stop()` returns,
   * and then the iteration ends. If the runtime stops first, the last batch has what the
   * threads had recorded by then, and the iteration throws ERR_RUNTIME_STOPPED. `break`
   * ends the iteration only. Several can follow a trace, and each gets everything.
   * Waiting for a batch does not keep the process alive.
   * @throws ERR_INVALID_ARGUMENT; ERR_TRACING if the trace has been stopped; ERR_RUNTIME_STOPPED
   */
  follow(options?: FollowOptions): AsyncIterableIterator<TraceBatch, undefined>;
  /** As `stop`, but does not throw if the runtime has stopped before. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of `rt.trace()`. */
export interface TraceOptions {
  /** How many events each thread keeps, by default 65,536. If there are more, the newest are kept. Each takes 24 bytes of the runtime's shared memory. */
  readonly events?: number | undefined;
}

/** Options of `tracing.follow()`. */
export interface FollowOptions {
  /** How long to wait between two batches at least, from 1 ms on; by default 50. */
  readonly everyMs?: number | undefined;
}

/** What happened since the batch before. It can be empty. */
export interface TraceBatch {
  /**
   * Sorted by time. No event is earlier than `untilNs` of the batch before, except `gc` and
   * `outside`: a thread tells these later, and they come with the time at which they
   * happened in the first batch after that.
   */
  readonly events: readonly TraceEvent[];
  /** How many events of each thread were lost since the trace began, the main thread last: a full ring loses its oldest events before they are read. */
  readonly lost: readonly number[];
  /** All events before this time have been given or are `lost`, except those that are told later. In the last batch it is `Trace.endNs`. */
  readonly untilNs: number;
}
