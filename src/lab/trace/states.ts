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
import { dealt } from "./outside.ts";
import { firstEnding, type Interval } from "./steps.ts";
import type { HandOff, RunSlice, Timeline } from "../timeline.ts";

/** A garbage collection on a thread. */
export interface Collection extends Interval {
  readonly thread: number;
  readonly type: string;
}

/** A moment that the program has marked. */
export interface Mark {
  readonly ns: number;
  /** The main thread's index is the number of threads. */
  readonly thread: number;
  /** The id of the task, 0 outside tasks. */
  readonly task: number;
  readonly name: string;
  readonly n: number;
}

/** A trace as states, in the structures of a timeline. Times are whole nanoseconds from the start of the trace. */
export interface States extends Pick<Timeline, "threads" | "durationNs" | "runs" | "handOffs"> {
  readonly tasks: readonly Life[];
  readonly gcs: readonly Collection[];
  /** Those of the main thread, too. */
  readonly marks: readonly Mark[];
  /** When tasks without an identity of their own began and ended. */
  readonly crowd: readonly Interval[];
}

/** Reads a trace. */
export function statesOf(trace: Trace): States {
  return new Reader(trace).read();
}

/** A whole trace. */
class Reader implements Beside {
  readonly #trace: Trace;
  readonly #durationNs: number;
  readonly #events: EventReader;
  readonly #handOffs: SentHandOff[] = [];
  readonly #gcs: Collection[] = [];
  readonly #marks: Mark[] = [];
  /** By thread: when the event loop of the sleeping thread worked. */
  readonly #outside: Interval[][];

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#durationNs = Math.round(trace.endNs - trace.startNs);
    this.#events = new EventReader({ threads: trace.threads, startNs: trace.startNs, durationNs: this.#durationNs }, this);
    this.#outside = Array.from({ length: trace.threads }, () => []);
  }

  read(): States {
    const durationNs = this.#durationNs;
    const { census, lines } = this.#events;
    for (const event of this.#trace.events) this.#events.read(event);
    for (const line of lines) line.clear(durationNs);
    const { tasks, placeOf } = census.result();
    const runs = lines.flatMap(({ slices }, thread) => {
      const seen = slices.flatMap(([, task, fromNs, toNs]): RunSlice[] => {
        const place = placeOf(task);
        return place === undefined || toNs <= fromNs ? [] : [[thread, place, fromNs, toNs]];
      });
      // in order: a task runs on one thread
      for (const slice of seen) (tasks[slice[1]] as Life).slices.push(slice);
      return this.#withUnseen(seen, thread, tasks, durationNs);
    });
    return { threads: this.#trace.threads, durationNs, tasks, runs, handOffs: this.#resumed(tasks, placeOf), gcs: this.#gcs, marks: this.#marks, crowd: census.crowd(durationNs) };
  }

  /** Adds what the tasks of a thread ran while they seemed to wait for something outside warren. */
  #withUnseen(seen: readonly RunSlice[], thread: number, tasks: readonly Life[], durationNs: number): readonly RunSlice[] {
    const busy = this.#outside[thread] as Interval[];
    if (busy.length === 0) return seen;
    const waits = tasks.flatMap((life, place) => (life.thread !== thread || life.id === 0 ? [] : life.rests(place, life.endNs ?? durationNs))).filter(([, , , reason]) => reason === "elsewhere");
    const unseen = dealt(thread, busy, waits, seen, (place) => (tasks[place] as Life).children > 0);
    if (unseen.length === 0) return seen;
    for (const [place, slices] of Map.groupBy(unseen, ([, task]) => task)) {
      const life = tasks[place] as Life;
      life.slices.push(...slices);
      for (const slice of slices) life.unseen.add(slice);
      life.slices.sort(byTime);
    }
    return [...seen, ...unseen].toSorted(byTime);
  }

  handOff(sent: SentHandOff): void {
    this.#handOffs.push(sent);
  }

  gc(collection: Collection): void {
    this.#gcs.push(collection);
  }

  mark(mark: Mark): void {
    this.#marks.push(mark);
  }

  /** One after the other, also if the events overlap. */
  outside(thread: number, toNs: number, busyNs: number): void {
    const known = this.#outside[thread] as Interval[];
    const fromNs = Math.max(0, known.at(-1)?.toNs ?? 0, toNs - busyNs);
    if (toNs > fromNs) known.push({ fromNs, toNs });
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
}

/** A task ended the wait of another, on the clock of a reader. */
export interface SentHandOff {
  readonly from: number;
  readonly to: number;
  readonly sentNs: number;
  readonly ns: number;
}

/** What events say besides what tasks did; a reader of a whole trace keeps it. */
export interface Beside {
  handOff?(sent: SentHandOff): void;
  gc?(collection: Collection): void;
  mark?(mark: Mark): void;
  /** The event loop of a sleeping thread has worked for `busyNs` until `toNs`. */
  outside?(thread: number, toNs: number, busyNs: number): void;
}

/** Reads events one after the other, by time: what every task did so far is in `census`, what every thread ran in `lines`. Times are whole nanoseconds from `startNs`. */
export class EventReader {
  readonly census = new Census();
  readonly lines: readonly ThreadLine[];
  readonly #startNs: number;
  readonly #durationNs: number;
  readonly #beside: Beside;
  /** The task that waits with a record. */
  readonly #waiting = new Map<number, number>();
  /** The task that ended the wait of a record last; −1: no task. */
  readonly #wakes = new Map<number, { from: number; to: number; ns: number }>();
  readonly #hops = new Map<string, number>();

  /** @param durationNs later times count as this */
  constructor({ threads, startNs, durationNs = Infinity }: { readonly threads: number; readonly startNs: number; readonly durationNs?: number }, beside: Beside = {}) {
    this.#startNs = startNs;
    this.#durationNs = durationNs;
    this.#beside = beside;
    const onUnseenStop = (task: number, ns: number): void => this.census.life(task).markUnseenStop(ns);
    this.lines = Array.from({ length: threads }, (_, thread) => new ThreadLine(thread, onUnseenStop));
  }

  /** The next event. */
  read(event: TraceEvent): void {
    const ns = this.nsOf(event.timeNs);
    const line = this.lines[event.thread];
    if (event.kind === "mark") this.#beside.mark?.({ ns, thread: event.thread, task: event.task, name: event.name, n: event.n });
    if (line !== undefined) this.#onThread(event, line, ns);
    else this.#onMainThread(event, ns);
  }

  /** A time of an event, from the start. */
  nsOf(timeNs: number): number {
    return Math.min(this.#durationNs, Math.max(0, Math.round(timeNs - this.#startNs)));
  }

  #onThread(event: TraceEvent, line: ThreadLine, ns: number): void {
    const { thread } = event;
    const at = (task: number): number => this.census.at(task, thread, ns);
    switch (event.kind) {
      case "spawn":
        this.census.spawn(event.task, event.child, ns);
        if (event.task !== 0) line.act(at(event.task), ns);
        return;
      case "start":
        return line.start(this.census.start(event.task, event.name, thread, ns), ns);
      case "end":
        line.end(at(event.task), ns);
        return this.census.end(at(event.task), ns);
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
      case "join":
        // it may await other tasks, too; then it stops again without a sign
        if (event.task !== 0 && !this.census.life(at(event.task)).isWaiting) line.push(at(event.task), ns);
        return;
      case "use":
      case "choice":
      case "mark":
        if (event.task !== 0) line.act(at(event.task), ns);
        return;
      case "yield":
        line.stop(at(event.task), ns);
        this.census.life(at(event.task)).mark(ns, "ready");
        return void this.#hops.set(`${thread}:${event.hop}`, at(event.task));
      case "hop":
        return this.#hop(`${thread}:${event.hop}`, line, ns);
      case "foreign":
        return line.actUnseen(at(event.task), this.nsOf(event.sinceNs), ns);
      case "outside":
        return this.#beside.outside?.(thread, ns, Math.round(event.busyNs));
      case "turn":
      case "idle":
        return line.clear(ns);
      case "died":
        line.clear(ns);
        return this.census.died(thread, ns);
      case "gc":
        return this.#beside.gc?.({ thread, fromNs: Math.max(0, ns - Math.round(event.durationNs)), toNs: ns, type: event.type });
      case "steal":
      case "due":
    }
  }

  /** The main thread counts only for what it does to the others. */
  #onMainThread(event: TraceEvent, ns: number): void {
    if (event.kind === "spawn") this.census.spawn(0, event.child, ns);
    else if (event.kind === "start") this.census.startOnMain(event.task);
    else if (event.kind === "wake") this.#wake(event, -1, ns);
  }

  #park(task: number, { reason, wait }: TraceEvent & { kind: "park" }, ns: number): void {
    const life = this.census.life(task);
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
    const life = this.census.life(task);
    life.over(wait);
    life.mark(ns, "ready");
  }

  #resume(task: number, { wait, thread }: TraceEvent & { kind: "resume" }, ns: number): void {
    const life = this.census.life(task);
    this.#waiting.delete(wait);
    life.over(wait);
    life.mark(ns, "ready");
    const wake = this.#wakes.get(wait);
    this.#wakes.delete(wait);
    if (wake !== undefined && wake.from >= 0 && wake.to === thread) this.#beside.handOff?.({ from: wake.from, to: task, sentNs: wake.ns, ns });
  }

  #hop(key: string, line: ThreadLine, ns: number): void {
    const task = this.#hops.get(key);
    if (task === undefined) return;
    this.#hops.delete(key);
    this.census.life(task).mark(ns, "ready");
    line.push(task, ns);
  }
}

function byTime(a: RunSlice, b: RunSlice): number {
  return a[2] - b[2];
}
