/**
 * Failures of tasks without a join: each of them stops the runtime. A thread of the
 * pool sends its fault to the main thread in a record that it has reserved since it
 * started, so that it can report a fault even if shared memory is full.
 */
import type { Arena } from "../../memory/arena.ts";
import { continueStack } from "../../wire/error-class.ts";
import { OUTCOME, RECORD, TASK_WORDS, processor, taskRecord } from "../../memory/layout.ts";
import { decodePayload } from "../../wire/payload.ts";
import { ring } from "../../wait/doorbell.ts";
import { pushInbox } from "../../wait/inbox.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { encodeResult, noRoom } from "./task-result.ts";

export class Faults {
  readonly #arena: Arena;
  readonly #waiters: Waiters;
  readonly #onFault: (error: unknown) => void;
  readonly #record: number;
  #isSent = false;

  /** @param onFault called with a failure on this thread; on the main thread also with those of other threads */
  constructor(waiters: Waiters, onFault: (error: unknown) => void) {
    this.#arena = waiters.arena;
    this.#waiters = waiters;
    this.#onFault = onFault;
    this.#record = this.#arena.keep(processor.faultRecord, TASK_WORDS);
    this.#arena.i32[this.#record + taskRecord.record] = RECORD.fault;
  }

  /** A task that was started with `go` has failed on this thread. */
  raise(name: string, site: string | undefined, error: unknown): void {
    const { threads, index } = this.#arena;
    continueStack(error, `task ${name}, started with go, failed on ${index === threads ? "the main thread" : `thread ${index}`}`, site);
    this.#onFault(error);
  }

  /** Sends a fault to the main thread. */
  send(error: unknown): void {
    const arena = this.#arena;
    // The first fault stops the runtime, so later ones are not sent.
    if (this.#isSent) return;
    this.#isSent = true;
    [arena.i32[this.#record + taskRecord.outcome], arena.i32[this.#record + taskRecord.payload]] = encodeResult(this.#waiters, "a task", true, error);
    pushInbox(arena, arena.threads, this.#record);
    ring(arena, arena.threads);
  }

  /** A fault has arrived from a thread. */
  received(record: number): void {
    const { i32 } = this.#arena;
    const hasRoom = i32[record + taskRecord.outcome] !== OUTCOME.noRoom;
    this.#onFault(hasRoom ? decodePayload(this.#waiters, i32[record + taskRecord.payload]) : noRoom(this.#arena));
  }
}
