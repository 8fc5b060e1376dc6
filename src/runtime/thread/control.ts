/**
 * The control plane: what the main thread asks of a thread, over Comlink. No
 * message of a program takes this way.
 */
import type { Partners } from "../../wait/wait.ts";

/** A parked operation in a report. */
export interface ParkedReport {
  /** Name of the task's function; of the main thread's own code `"main thread"`. */
  readonly task: string;
  /** The task's number; 0 for one without an identity of its own, and for the main thread. */
  readonly taskId: number;
  /** What it does: one of `WaitReason`. */
  readonly reason: string;
  /** What it waits for: channel, lock, timer or task, as text. */
  readonly on: string;
  /** How long it has waited, in milliseconds. */
  readonly parkedMs: number;
  /** Where the task was started: lines of a stack. `undefined` if that was not recorded. */
  readonly site: string | undefined;
}

/** A live task in a report. */
export interface TaskReport {
  /** Its number, unique in the runtime. */
  readonly id: number;
  /** Name of its function. */
  readonly name: string;
  /** Where it was started: lines of a stack. `undefined` if that was not recorded. */
  readonly site: string | undefined;
}

/** What a thread says of itself. */
export interface ThreadReport {
  /** Its index; the main thread's is the number of threads. */
  readonly thread: number;
  /** Live tasks that it holds, ten thousand at most. */
  readonly tasks: readonly TaskReport[];
  /** The others by the names of their functions. */
  readonly unlisted: readonly { name: string; count: number }[];
  /** Operations that wait. */
  readonly parked: readonly ParkedReport[];
  /** Operations that something outside warren can end (a signal). */
  readonly outside: number;
  /** Node's active resources that were not there when the thread started. */
  readonly resources: readonly string[];
  /** Nothing is ready, and nothing has come in. */
  readonly isQuiet: boolean;
  /** Set if the thread did not answer because a task computes there, for `ms` so far: then `unlisted` counts all its tasks under that name, and the rest is not known. */
  readonly computing?: { readonly task: string; readonly ms: number };
}

/** What the search for stuck tasks needs to know of one parked operation. */
export interface OperationView {
  /** The task, 0 for one without an identity of its own, or `OUTSIDE` for code of this thread that is in no task. */
  readonly task: number;
  /** Tells this wait from a later one: its record (a join's task, negative) and when it began. */
  readonly wait: number;
  readonly sinceMs: number;
  /** Handles and tasks of which one may end it; `undefined` if something that is no task may, or it is over already. */
  readonly partners: Partners | undefined;
}

/** `OperationView.task` of code outside tasks. */
export const OUTSIDE = -1;

/** A report, and what the search for stuck tasks needs beside it. */
export interface ThreadView {
  readonly report: ThreadReport;
  /** As `report.parked`, one for one. */
  readonly operations: readonly OperationView[];
  /** What each listed task knows, and what code outside tasks does. */
  readonly tasks: readonly (readonly [task: number, handles: readonly number[]])[];
  readonly outside: readonly number[];
  /** Handles on which timers of this thread send. */
  readonly fed: readonly number[];
  /** How many objects of this thread stand for each handle. */
  readonly objects: ReadonlyMap<number, number>;
  readonly isMain: boolean;
  /** Node has something under way here that may wake any of its tasks. */
  readonly isOpen: boolean;
}

/** CPU time and run-queue wait of a thread, in nanoseconds; `runDelayNs` only where the system has schedstat. */
export interface ThreadTimes {
  readonly cpuNs: number;
  readonly runDelayNs?: number;
}

/** What a death means for the threads that live on. */
export interface Aftermath {
  readonly thread: number;
  /** `processorId` of the dead: what task records name as their holder. */
  readonly id: number;
  /** Tasks that it held; they are lost. */
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
  view(): ThreadView;
  times(): ThreadTimes;
  /** Lets go of what is only kept for speed, and collects garbage if Node lets it; the types of the handles that are left. */
  tidy(): ReadonlyMap<number, string>;
  /** Records what this thread does into a ring of the arena. */
  trace(ring: number): void;
  /** Records no more; resolves when nothing will be written into the ring any more. */
  endTrace(): Promise<void>;
  /** Another thread has died: what this one has to do with it is settled. */
  died(notice: DeathNotice): void;
  /** Stops the processor and flushes standard output. */
  close(): Promise<void>;
}
