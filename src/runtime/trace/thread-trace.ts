/**
 * One thread's part in a trace. While it exists, the parts of the thread record into
 * the thread's ring. Garbage collections are recorded later, when Node reports them.
 */
import type { PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { clearInterval, setImmediate, setInterval } from "../../host.ts";
import type { Arena } from "../../memory/arena.ts";
import { TRACE } from "../../trace/words.ts";
import type { FewNames } from "../../memory/names.ts";
import { recordMarks } from "../../trace/mark.ts";
import { TraceRing } from "../../trace/ring.ts";
import { OUTSIDE_EVERY_MS, Recorder } from "../../trace/recorder.ts";
import type { Processor } from "../../scheduler/processor.ts";
import type { Timers } from "../../wait/timers.ts";
import type { Waiters } from "../../wait/waiter.ts";
import type { Tasks } from "../task/tasks.ts";

/** The parts of a thread's side of a runtime that record while there is a recorder. */
interface TracedSide {
  readonly arena: Arena;
  readonly tasks: Tasks;
  readonly processor: Processor;
  readonly waiters: Waiters;
  readonly timers: Timers;
  /** Numbers of the names of its marks. */
  readonly markNames: FewNames;
}

export class ThreadTrace {
  /** Address of the thread's ring. */
  readonly at: number;
  readonly #side: TracedSide;
  readonly #ring: TraceRing;
  readonly #gcs: PerformanceObserver;
  readonly #endMarks: () => void;
  readonly #outside: NodeJS.Timeout | undefined;

  constructor(side: TracedSide, at: number) {
    this.at = at;
    this.#side = side;
    this.#ring = new TraceRing(side.arena, at);
    // Node's module is loaded here, because most threads are never traced.
    const { PerformanceObserver } = process.getBuiltinModule("node:perf_hooks");
    this.#gcs = new PerformanceObserver((list) => this.#noteGcs(list.getEntries()));
    this.#gcs.observe({ entryTypes: ["gc"] });
    const { tasks, processor } = side;
    const recorder = new Recorder(this.#ring, side.arena.index, () => tasks.current(), () => processor.wake());
    this.#install(recorder);
    this.#endMarks = recordMarks(recorder, side.markNames);
    // The main thread coordinates: what its event loop does is mostly not done by tasks.
    if (side.arena.index < side.arena.threads) this.#outside = setInterval(() => recorder.noteOutside(), OUTSIDE_EVERY_MS).unref();
  }

  /** Stops recording. Resolves when the last collections are in the ring and nothing will be written any more. */
  async end(): Promise<void> {
    this.#install(undefined);
    this.#endMarks();
    clearInterval(this.#outside);
    await new Promise<void>((resolve) => void setImmediate(resolve));
    this.#noteGcs(this.#gcs.takeRecords());
    this.#gcs.disconnect();
  }

  #install(recorder: Recorder | undefined): void {
    const { tasks, processor, waiters, timers } = this.#side;
    tasks.recorder = processor.recorder = waiters.recorder = timers.recorder = recorder;
  }

  #noteGcs(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { startTime, duration, detail } = entry as PerformanceEntry & { readonly detail: { readonly kind: number } };
      this.#ring.recordAside(this.#ring.nsOf(startTime + duration), TRACE.gc, detail.kind, duration * 1e6);
    }
  }
}
