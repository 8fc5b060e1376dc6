/**
 * Follows a trace: every while, main reads the rings of all threads and gives what is
 * certain. Rings are read only when somebody asks for a batch. So a follower that nobody
 * reads takes no memory; what is overwritten meanwhile is lost, and counted.
 *
 * Invariants: batches are in the order of time, and no event comes after a batch whose
 * `untilNs` is later than it, except those that a thread tells aside; what was given and
 * what is `lost` are all events of the trace. When the trace is over, one batch is left.
 */
import { clearTimeout, performance, setTimeout } from "../host.ts";
import { WarrenError, printValue } from "../errors.ts";
import type { FollowOptions, TraceBatch, TraceEvent } from "./events.ts";
import type { RingContent } from "./ring.ts";
import { type RingReader, SHOWS_ORDER } from "./ring-reader.ts";

const DEFAULT_EVERY_MS = 50;
/** The longest time of Node's timers. */
const MOST_EVERY_MS = 2_147_483_647;
/** After so long every core has seen what another one has stored (microseconds are enough). */
const SETTLE_MS = 1;
/** More than the clocks of two threads can differ by: a time that a thread reads later is not before the floor. */
const CLOCKS_NS = 100_000;

export class Follower implements AsyncIterableIterator<TraceBatch, undefined> {
  readonly #readers: readonly RingReader[];
  readonly #everyMs: number;
  readonly #nowNs: () => number;
  readonly #onReturn: (follower: Follower) => void;
  /** The call that was made last: one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** Batches are read from the rings. */
  #isOpen = true;
  /** Resolves when nothing more will come than what is left. */
  readonly #over = Promise.withResolvers<void>();
  #isOver = false;
  #untilNs = 0;
  /** When the next batch is due, on the clock of `performance.now()`. */
  #dueMs = 0;
  /** Ends a pause. */
  #wake: (() => void) | undefined;
  /** What is left after the trace: a batch, and why it ended early. */
  #rest: TraceBatch | undefined;
  #error: WarrenError | undefined;

  /** @param readers by thread, the main thread's last */
  constructor(readers: readonly RingReader[], everyMs: number, nowNs: () => number, onReturn: (follower: Follower) => void) {
    this.#readers = readers;
    this.#everyMs = everyMs;
    this.#nowNs = nowNs;
    this.#onReturn = onReturn;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<TraceBatch, undefined>> {
    const result = this.#last.then(() => this.#next());
    this.#last = result.catch(() => undefined);
    return result;
  }

  async return(): Promise<IteratorResult<TraceBatch, undefined>> {
    this.#close();
    this.#rest = this.#error = undefined;
    this.#onReturn(this);
    return { done: true, value: undefined };
  }

  /** The trace is being stopped: what the threads have recorded by now is part of the last batch. */
  end(): void {
    this.#isOpen = false;
    this.#wake?.();
  }

  /** The trace is over. `contents`: the rings, read for the last time. `error`: why it ended early. */
  finish(contents: readonly RingContent[], endNs: number, error?: WarrenError): void {
    if (this.#isOver) return;
    this.#rest = this.#batch(this.#readers.map((reader, thread) => reader.finish(contents[thread] as RingContent, endNs)), endNs);
    this.#error = error;
    this.#close();
  }

  #close(): void {
    this.end();
    this.#isOver = true;
    this.#over.resolve();
  }

  async #next(): Promise<IteratorResult<TraceBatch, undefined>> {
    await this.#pause(this.#dueMs - performance.now());
    const floorNs = this.#nowNs() - CLOCKS_NS;
    if (this.#isOpen) for (const reader of this.#readers) reader.raise(floorNs);
    await this.#pause(SETTLE_MS);
    if (this.#isOpen) for (const reader of this.#readers) reader.look();
    if (!SHOWS_ORDER) await this.#pause(SETTLE_MS);
    if (this.#isOpen) {
      this.#dueMs = performance.now() + this.#everyMs;
      return { done: false, value: this.#take() };
    }
    await this.#over.promise;
    const rest = this.#rest;
    const error = this.#error;
    this.#rest = undefined;
    if (rest !== undefined) return { done: false, value: rest };
    this.#error = undefined;
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  #take(): TraceBatch {
    for (const reader of this.#readers) reader.take();
    const untilNs = Math.max(this.#untilNs, Math.min(...this.#readers.map(({ boundNs }) => boundNs)));
    this.#untilNs = untilNs;
    return this.#batch(this.#readers.map((reader) => reader.give(untilNs)), untilNs);
  }

  #batch(events: readonly (readonly TraceEvent[])[], untilNs: number): TraceBatch {
    return { events: events.flat().toSorted((a, b) => a.timeNs - b.timeNs), lost: this.#readers.map(({ lost }) => lost), untilNs };
  }

  /** Waits, unless the trace is over or `return` is called. It does not keep the process alive. */
  async #pause(ms: number): Promise<void> {
    if (!this.#isOpen || ms <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms).unref();
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

/** @throws ERR_INVALID_ARGUMENT */
export function resolveEveryMs(options: FollowOptions): number {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `follow needs an object of options, not ${printValue(options)}`);
  for (const key of Object.keys(options)) {
    if (key !== "everyMs") throw new WarrenError("ERR_INVALID_ARGUMENT", `follow has no option ${JSON.stringify(key)}. Its only option is everyMs`);
  }
  const { everyMs = DEFAULT_EVERY_MS } = options;
  if (typeof everyMs !== "number" || !(everyMs >= 1 && everyMs <= MOST_EVERY_MS)) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `everyMs must be a number of milliseconds from 1 to ${MOST_EVERY_MS}, not ${printValue(everyMs)}`);
  }
  return everyMs;
}
