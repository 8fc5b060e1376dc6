/** How long tasks ran, from their run slices. */
import type { RunSlice } from "../timeline.ts";
import type { Interval } from "../trace/steps.ts";

/** How long a task has run, without garbage collections, from one moment to a later one. */
export class RunClock {
  gcNs = 0;
  /** When it stopped last. */
  stoppedNs = 0;
  readonly #slices: readonly RunSlice[];
  readonly #gcs: readonly Interval[];
  #slice = 0;
  #gc = 0;
  #fromNs = -Infinity;

  constructor(slices: readonly RunSlice[], gcs: readonly Interval[]) {
    this.#slices = slices;
    this.#gcs = gcs;
  }

  /** Since the last call. */
  until(ns: number): number {
    let sum = 0;
    for (let slice = this.#slices[this.#slice]; slice !== undefined && slice[2] < ns; slice = this.#slices[this.#slice]) {
      const fromNs = Math.max(slice[2], this.#fromNs);
      const toNs = Math.min(slice[3], ns);
      if (toNs > fromNs) sum += toNs - fromNs - this.#collected(fromNs, toNs);
      this.stoppedNs = toNs;
      if (slice[3] > ns) break;
      this.#slice++;
    }
    this.#fromNs = ns;
    return sum;
  }

  #collected(fromNs: number, toNs: number): number {
    let sum = 0;
    for (let gc = this.#gcs[this.#gc]; gc !== undefined && gc.fromNs < toNs; gc = this.#gcs[this.#gc]) {
      sum += Math.max(0, Math.min(gc.toNs, toNs) - Math.max(gc.fromNs, fromNs));
      if (gc.toNs > toNs) break;
      this.#gc++;
    }
    this.gcNs += sum;
    return sum;
  }
}
