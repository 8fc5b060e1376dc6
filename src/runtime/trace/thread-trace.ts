/**
 * One thread's part in a trace: from here on its halves record into its ring, and
 * the garbage collector's work is recorded beside, for Node tells of it later.
 */
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { TRACE } from "../../memory/layout.ts";
import { TraceRing } from "../../trace/ring.ts";
import { Recorder } from "../../trace/recorder.ts";
import type { Local } from "../thread/side.ts";

export class ThreadTrace {
  /** Where its ring lies. */
  readonly at: number;
  readonly #local: Local;
  readonly #ring: TraceRing;
  readonly #gcs: PerformanceObserver;

  constructor(local: Local, at: number) {
    this.at = at;
    this.#local = local;
    this.#ring = new TraceRing(local.arena, at);
    this.#gcs = new PerformanceObserver((list) => this.#noteGcs(list.getEntries()));
    this.#gcs.observe({ entryTypes: ["gc"] });
    const { tasks, processor } = local;
    this.#install(new Recorder(this.#ring, local.arena.index, () => tasks.current(), () => processor.wake()));
  }

  /** Records no more. Resolves when the last collections are in the ring, and nothing will be written any more. */
  async end(): Promise<void> {
    this.#install(undefined);
    await nextTurn();
    this.#noteGcs(this.#gcs.takeRecords());
    this.#gcs.disconnect();
  }

  #install(recorder: Recorder | undefined): void {
    const { tasks, processor, waiters, timers } = this.#local;
    tasks.recorder = processor.recorder = waiters.recorder = timers.recorder = recorder;
  }

  #noteGcs(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { startTime, duration, detail } = entry as PerformanceEntry & { readonly detail: { readonly kind: number } };
      this.#ring.recordAside(this.#ring.nsOf(startTime + duration), TRACE.gc, detail.kind, duration * 1e6);
    }
  }
}
