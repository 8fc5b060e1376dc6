/**
 * The control plane: what the main thread asks of a thread, over Comlink. Messages
 * of a program never go through it.
 */
import type { Knowledge } from "../task/holdings.ts";
import type { Partners } from "../../wait/wait.ts";
import type { Outlook } from "./sources.ts";

/** A waiting operation in a report. */
export interface ParkedReport {
  /** Name of the task's function; `"main thread"` for the main thread's own code. */
  readonly task: string;
  /** The task's number; 0 for a task without its own identity, and for the main thread. */
  readonly taskId: number;
  /** What kind of operation it is: one of `WaitReason`. */
  readonly reason: string;
  /** What it waits for, as text: a channel, lock, timer or task. */
  readonly on: string;
  /** How long it has waited, in milliseconds. */
  readonly parkedMs: number;
  /** Which line waits: lines of a stack trace. `undefined` if no single line awaits the operation. */
  readonly at: string | undefined;
  /** Where the task was started: lines of a stack trace. `undefined` if that was not recorded. */
  readonly site: string | undefined;
}

/** A live task in a report. */
export interface TaskReport {
  /** Its number, unique in the runtime. */
  readonly id: number;
  /** Name of its function. */
  readonly name: string;
  /** Where it was started: lines of a stack trace. `undefined` if that was not recorded. */
  readonly site: string | undefined;
}

/** The report of one thread. */
export interface ThreadReport {
  /** Index of the thread; the main thread's is the number of threads. */
  readonly thread: number;
  /** Live tasks on the thread, at most ten thousand. */
  readonly tasks: readonly TaskReport[];
  /** Number of the other live tasks, by the name of their function. */
  readonly unlisted: readonly { name: string; count: number }[];
  /** Operations that wait. */
  readonly parked: readonly ParkedReport[];
  /** Number of operations that something outside warren can end: an AbortSignal. */
  readonly outside: number;
  /** Node's active resources that did not exist when the thread started. */
  readonly resources: readonly string[];
  /** No task is ready, and nothing has arrived. */
  readonly isQuiet: boolean;
  /** Set if the thread did not answer because a task has been computing on it for `ms`. Then `unlisted` counts all its tasks under that name, and the other fields are unknown. */
  readonly computing?: { readonly task: string; readonly ms: number };
}

/** What the search for partial deadlocks needs to know about one waiting operation. */
export interface OperationView {
  /** The task; 0 for a task without its own identity, `OUTSIDE` for code of this thread that is outside tasks. */
  readonly task: number;
  /** Identifies this wait, together with when it began: its record, or the negative number of a joined task. */
  readonly wait: number;
  readonly sinceMs: number;
  /** Handles and tasks, any of which may end the wait. `undefined` if something other than a task may end it, or if it is already over. */
  readonly partners: Partners | undefined;
}

/** `OperationView.task` of code outside tasks. */
export const OUTSIDE = -1;

/** A report, and what else the search for partial deadlocks needs. */
export interface ThreadView {
  readonly report: ThreadReport;
  /** The operations of `report.parked`, in the same order. */
  readonly operations: readonly OperationView[];
  /** What is known on this thread. The first entry is what code outside tasks knows. */
  readonly knowledge: readonly Knowledge[];
  /** Each listed task, and which entry of `knowledge` is what it knows. */
  readonly tasks: readonly (readonly [task: number, knowledge: number])[];
  /** Handles on which timers of this thread send, and those that a call of `afterFunc` may use. */
  readonly fed: readonly number[];
  /** How many objects on this thread refer to each handle. */
  readonly objects: ReadonlyMap<number, number>;
  readonly isMain: boolean;
  /** Node has something in progress on this thread that may wake any of its tasks. */
  readonly isOpen: boolean;
}

/** CPU time and run-queue wait of a thread, in nanoseconds; `runDelayNs` only where the system has schedstat. */
export interface ThreadTimes {
  readonly cpuNs: number;
  readonly runDelayNs?: number;
}

/** What the other threads need to know about a death. */
export interface Aftermath {
  readonly thread: number;
  /** `processorId` of the dead thread, which task records name as their holder. */
  readonly id: number;
  /** Number of tasks on it; they are lost. */
  readonly tasks: number;
  /** Deciding records whose completion may not have reached their owners. */
  readonly undelivered: readonly number[];
}

/** A thread has died, and shared memory is repaired. */
export interface DeathNotice {
  readonly aftermath: Aftermath;
  readonly why: string;
  readonly cause: unknown;
}

/** A thread's control interface. */
export interface ThreadControl {
  report(): ThreadReport;
  /** Resolves after a whole turn of the thread's event loop; see `Sources.settle`. */
  settle(collect: boolean): Promise<void>;
  /** What may still call back on this thread; only in a `run` program. */
  look(): Outlook | undefined;
  /** Also finds the lines that wait. */
  view(): Promise<ThreadView>;
  times(): ThreadTimes;
  /** Drops what is only kept for speed, and collects garbage if Node allows it. Returns the types of the handles that are left. */
  tidy(): ReadonlyMap<number, string>;
  /** Records what this thread does into a ring in shared memory. */
  trace(ring: number): void;
  /** Stops recording. Resolves when nothing will be written into the ring any more. */
  endTrace(): Promise<void>;
  /** Another thread has died: this one ends its waits and joins that depended on it. */
  died(notice: DeathNotice): void;
  /** Resolves when the thread has had turns in which it could start what is in its queue, and the imports of their modules have ended. */
  starts(): Promise<void>;
  /** Stops the processor and flushes standard output. */
  close(): Promise<void>;
}
