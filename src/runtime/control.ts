/**
 * The control plane: what the main thread asks of a thread, over Comlink. No
 * message of a program takes this way.
 */

/** A parked operation in a report. */
export interface ParkedReport {
  readonly task: string;
  readonly taskId: number;
  readonly reason: string;
  readonly on: string;
  readonly parkedMs: number;
  readonly site: string | undefined;
}

/** A live task in a report. */
export interface TaskReport {
  readonly id: number;
  readonly name: string;
  readonly site: string | undefined;
}

/** What a thread says of itself. */
export interface ThreadReport {
  readonly thread: number;
  readonly tasks: readonly TaskReport[];
  readonly unlisted: readonly { name: string; count: number }[];
  readonly parked: readonly ParkedReport[];
  /** Operations that something outside warren can end (a signal). */
  readonly outside: number;
  /** Node's active resources that were not there when the thread started. */
  readonly resources: readonly string[];
  /** Nothing is ready, and nothing has come in. */
  readonly isQuiet: boolean;
}

/** CPU time and run-queue wait of a thread, in nanoseconds; `runDelayNs` only where the system has schedstat. */
export interface ThreadTimes {
  readonly cpuNs: number;
  readonly runDelayNs?: number;
}

/** A thread's control interface. */
export interface ThreadControl {
  report(): ThreadReport;
  times(): ThreadTimes;
  /** Stops the processor and flushes standard output. */
  close(): Promise<void>;
}
