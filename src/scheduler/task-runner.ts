/** What the scheduler needs from the runtime: how to start and finish tasks. */
import type { Running } from "../wait/wait.ts";

export interface TaskRunner {
  /** Starts the task of a record. The task can fail, but this never throws. */
  start(record: number): void;
  /** Starts a closure, given its join's index. As `start`, it never throws. */
  startClosure(join: number): void;
  /** A task that this thread spawned has ended; its record has come back. */
  finished(record: number): void;
  /** A thread reports an error that ends the runtime. */
  fault(record: number): void;
  /** A record has arrived for an earlier thread with this index, which has died. */
  orphan(record: number): void;
  /** The identity of the running task. */
  current(): Running | undefined;
  /** Where the program is now. */
  site(): string | undefined;
  /** The task that continues now, for the watchdog. */
  resuming(task: object | undefined): void;
}
