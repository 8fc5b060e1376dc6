/**
 * What every task of a trace did when: running, ready, or waiting for what. The
 * events are read once, by time: `line.ts` makes run slices from them,
 * `census.ts` keeps the tasks and makes their waits.
 *
 * Tasks on the main thread (closures) are left out: it coordinates and is never
 * counted. Nothing in this file throws, whatever the events: if some are lost,
 * tasks appear and continue without a start event, and are counted from there on.
 */
import type { Trace, TraceEvent } from "../../index.ts";
import { Census, type Life, type PlaceOf } from "./census.ts";
import { ThreadLine } from "./line.ts";
import type { HandOff, RunSlice, Timeline } from "../timeline.ts";

/** From when to when. */
export interface Interval {
  readonly fromNs: number;
  readonly toNs: number;
}

/** A garbage collection on a thread. */
export interface Collection extends Interval {
  readonly thread: number;
  readonly type: string;
}

/** A trace as states, in the structures of a timeline. Times are whole nanoseconds from the start of the trace. */
export interface States extends Pick<Timeline, "threads" | "durationNs" | "runs" | "handOffs"> {
  readonly tasks: readonly Life[];
  readonly gcs: readonly Collection[];
  /** When tasks without an identity of their own began and ended. */
  readonly crowd: readonly Interval[];
}

/** Reads a trace. */
export function statesOf(trace: Trace): States {
  return new Reader(trace).read();
}

class Reader {
  readonly #trace: Trace;
  readonly #census = new Census();
  readonly #lines: ThreadLine[];
  /** The task that waits with a record. */
  readonly #waiting = new Map<number, number>();
  /** The task that ended the wait of a record last; −1: no task. */
  readonly #wakes = new Map<number, { from: number; to: number; ns: number }>();
  readonly #hops = new Map<string, number>();
  readonly #handOffs: { from: number; to: number; sentNs: number; ns: number }[] = [];
  readonly #gcs: Collection[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
    const onUnseenStop = (task: number, ns: number): void => this.#census.life(task).markUnseenStop(ns);
    this.#lines = Array.from({ length: trace.threads }, (_, thread) => new ThreadLine(thread, onUnseenStop));
  }

  read(): States {
    const { threads, events } = this.#trace;
    const durationNs = this.#ns(this.#trace.endNs);
    for (const event of events) {
      const ns = Math.min(durationNs, Math.max(0, this.#ns(event.timeNs)));
      if (event.thread < threads) this.#onThread(event, this.#lines[event.thread] as ThreadLine, ns);
      else this.#onMainThread(event, ns);
    }
    for (const line of this.#lines) line.clear(durationNs);
    const { tasks, placeOf } = this.#census.result();
    const runs = this.#lines.flatMap((line) => line.slices).flatMap(([thread, task, fromNs, toNs]): RunSlice[] => {
      const place = placeOf(task);
      return place === undefined || toNs <= fromNs ? [] : [[thread, place, fromNs, toNs]];
    });
    // in order: a task runs on one thread
    for (const slice of runs) (tasks[slice[1]] as Life).slices.push(slice);
    return { threads, durationNs, tasks, runs, handOffs: this.#resumed(tasks, placeOf), gcs: this.#gcs, crowd: this.#census.crowd(durationNs) };
  }

  #onThread(event: TraceEvent, line: ThreadLine, ns: number): void {
    const { thread } = event;
    const at = (task: number): number => this.#census.at(task, thread, ns);
    switch (event.kind) {
      case "spawn":
        this.#census.spawn(event.task, event.child, ns);
        if (event.task !== 0) line.act(at(event.task), ns);
        return;
      case "start":
        return line.start(this.#census.start(event.task, event.name, thread, ns), ns);
      case "end":
        line.end(at(event.task), ns);
        return this.#census.end(at(event.task), ns);
      case "park":
        line.stop(at(event.task), ns);
        return this.#park(at(event.task), event, ns);
      case "wake":
        if (event.task !== 0) line.act(at(event.task), ns);
        return this.#wake(event, event.task === 0 ? -1 : at(event.task), ns);
      case "ready":
        return this.#ready(event.wait, ns);
      case "resume":
        line.push(at(event.task), ns);
        return this.#resume(at(event.task), event, ns);
      case "yield":
        line.stop(at(event.task), ns);
        this.#census.life(at(event.task)).mark(ns, "ready");
        return void this.#hops.set(`${thread}:${event.hop}`, at(event.task));
      case "hop":
        return this.#hop(`${thread}:${event.hop}`, line, ns);
      case "foreign":
        return line.actUnseen(at(event.task), Math.max(0, this.#ns(event.sinceNs)), ns);
      case "turn":
      case "idle":
        return line.clear(ns);
      case "died":
        line.clear(ns);
        return this.#census.died(thread, ns);
      case "gc":
        return void this.#gcs.push({ thread, fromNs: Math.max(0, ns - Math.round(event.durationNs)), toNs: ns, type: event.type });
      case "steal":
    }
  }

  /** The main thread counts only for what it does to the others. */
  #onMainThread(event: TraceEvent, ns: number): void {
    if (event.kind === "spawn") this.#census.spawn(0, event.child, ns);
    else if (event.kind === "start") this.#census.startOnMain(event.task);
    else if (event.kind === "wake") this.#wake(event, -1, ns);
  }

  #park(task: number, { reason, wait }: TraceEvent & { kind: "park" }, ns: number): void {
    const life = this.#census.life(task);
    life.mark(ns, reason);
    life.park(wait, reason);
    this.#waiting.set(wait, task);
  }

  #wake({ wait, to }: TraceEvent & { kind: "wake" }, from: number, ns: number): void {
    this.#wakes.set(wait, { from, to, ns });
    this.#ready(wait, ns);
  }

  /** A wait that is parked is over. */
  #ready(wait: number, ns: number): void {
    const task = this.#waiting.get(wait);
    if (task === undefined) return;
    this.#waiting.delete(wait);
    const life = this.#census.life(task);
    life.over(wait);
    life.mark(ns, "ready");
  }

  #resume(task: number, { wait, thread }: TraceEvent & { kind: "resume" }, ns: number): void {
    const life = this.#census.life(task);
    this.#waiting.delete(wait);
    life.over(wait);
    life.mark(ns, "ready");
    const wake = this.#wakes.get(wait);
    this.#wakes.delete(wait);
    if (wake !== undefined && wake.from >= 0 && wake.to === thread) this.#handOffs.push({ from: wake.from, to: task, sentNs: wake.ns, ns });
  }

  #hop(key: string, line: ThreadLine, ns: number): void {
    const task = this.#hops.get(key);
    if (task === undefined) return;
    this.#hops.delete(key);
    this.#census.life(task).mark(ns, "ready");
    line.push(task, ns);
  }

  /** Hand-offs, with the moment when the other one ran. */
  #resumed(tasks: readonly Life[], placeOf: PlaceOf): HandOff[] {
    return this.#handOffs.flatMap(({ from, to, sentNs, ns }): HandOff[] => {
      const [sender, receiver] = [placeOf(from), placeOf(to)];
      if (sender === undefined || receiver === undefined) return [];
      const { slices } = tasks[receiver] as Life;
      const slice = firstEnding(slices, ns + 1);
      return [[sender, receiver, sentNs, slice === undefined ? ns : Math.max(slice[2], ns)]];
    });
  }

  #ns(timeNs: number): number {
    return Math.round(timeNs - this.#trace.startNs);
  }
}

/** The first of some slices, which are in order, that ends at `ns` or later. */
export function firstEnding(slices: readonly RunSlice[], ns: number): RunSlice | undefined {
  let [low, high] = [0, slices.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slices[middle] as RunSlice)[3] >= ns) high = middle;
    else low = middle + 1;
  }
  return slices[low];
}
