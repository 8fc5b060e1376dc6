/**
 * What every task of a recording did when: running, ready, or waiting for what.
 * The events are read once, by time; `line.ts` says how run slices follow from
 * them, `life.ts` how the rest does.
 *
 * Tasks that share an identity (`task` 0, see runtime/identity.ts) cannot be
 * told apart: on each thread they are one task of the result, which has run
 * slices and no other states, and how long they lived is in `crowd`. Tasks on
 * the main thread (closures) are left out: it coordinates and is never counted.
 *
 * Nothing here throws, whatever the events: where some are lost, tasks appear
 * and go on without having been told of, and are taken from there.
 */
import type { Trace, TraceEvent } from "../../index.ts";
import { Life } from "./life.ts";
import { ThreadLine } from "./line.ts";

/** A task ended another's wait. Places in `tasks`; `resumedNs`: when the other ran. */
export interface Wake {
  readonly from: number;
  readonly to: number;
  readonly sentNs: number;
  readonly resumedNs: number;
}

/** From `fromNs` to `toNs` on a thread. */
export interface Span {
  readonly thread: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** A recording as states. Times are whole nanoseconds from the start of the recording. */
export interface States {
  readonly threads: number;
  readonly durationNs: number;
  readonly tasks: readonly Life[];
  /** Run slices of each thread; `task` is a place in `tasks`. */
  readonly slices: readonly (readonly { readonly task: number; readonly fromNs: number; readonly toNs: number }[])[];
  readonly wakes: readonly Wake[];
  readonly gcs: readonly (Span & { readonly type: string })[];
  /** When tasks without an identity of their own began and ended. */
  readonly crowd: readonly { readonly fromNs: number; readonly toNs: number }[];
}

/** Reads a recording. */
export function statesOf(trace: Trace): States {
  return new Reader(trace).read();
}

/** From a task's place while reading to that in the result, if it belongs there. */
type PlaceOf = (task: number) => number | undefined;

class Reader {
  readonly #trace: Trace;
  readonly #tasks: Life[] = [];
  /** Places in `#tasks`, by id; −1 − thread for those without one. */
  readonly #places = new Map<number, number>();
  readonly #lines: ThreadLine[];
  /** Who waits with a record. */
  readonly #waiting = new Map<number, number>();
  /** Who ended the wait of a record last. */
  readonly #wakes = new Map<number, { from: number; to: number; ns: number }>();
  readonly #hops = new Map<string, number>();
  readonly #handOffs: { from: number; to: number; sentNs: number; ns: number }[] = [];
  readonly #gcs: (Span & { type: string })[] = [];
  readonly #onMain = new Set<number>();
  readonly #crowdStarts: number[] = [];
  readonly #crowdEnds: number[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
    const onUnseenStop = (task: number, ns: number): void => this.#task(task).markUnseenStop(ns);
    this.#lines = Array.from({ length: trace.threads }, () => new ThreadLine(onUnseenStop));
  }

  read(): States {
    const { threads, events } = this.#trace;
    const durationNs = this.#ns(this.#trace.endNs);
    for (const event of events) {
      const ns = Math.min(durationNs, Math.max(0, this.#ns(event.timeNs)));
      if (event.thread < threads) this.#onThread(event, ns);
      else this.#onMainThread(event, ns);
    }
    for (const line of this.#lines) line.clear(durationNs);
    const { tasks, placeOf } = this.#seen();
    const slices = this.#lines.map((line) => line.slices.flatMap(({ task, fromNs, toNs }) => {
      const place = placeOf(task);
      return place === undefined || toNs <= fromNs ? [] : [{ task: place, fromNs, toNs }];
    }));
    // in order: a task runs on one thread
    for (const slice of slices.flat()) (tasks[slice.task] as Life).slices.push(slice);
    return { threads, durationNs, tasks, slices, wakes: this.#resumed(tasks, placeOf), gcs: this.#gcs, crowd: this.#crowd(durationNs) };
  }

  #onThread(event: TraceEvent, ns: number): void {
    const line = this.#lines[event.thread] as ThreadLine;
    switch (event.kind) {
      case "spawn":
        this.#spawn(event.task, event.child, ns);
        if (event.task !== 0) line.act(this.#at(event), ns);
        return;
      case "start":
        return this.#start(event, line, ns);
      case "end": {
        const task = this.#at(event);
        line.end(task, ns);
        if (event.task === 0) this.#crowdEnds.push(ns);
        this.#task(task).endNs = ns;
        return;
      }
      case "park": {
        const task = this.#at(event);
        line.stop(task, ns);
        this.#task(task).mark(ns, event.reason);
        this.#task(task).park(event.wait, event.reason);
        this.#waiting.set(event.wait, task);
        return;
      }
      case "wake":
        if (event.task !== 0) line.act(this.#at(event), ns);
        return this.#wake(event, event.task === 0 ? -1 : this.#at(event), ns);
      case "ready":
        return this.#ready(event.wait, ns);
      case "resume":
        return this.#resume(event, line, ns);
      case "yield": {
        const task = this.#at(event);
        line.stop(task, ns);
        this.#task(task).mark(ns, "ready");
        this.#hops.set(`${event.thread}:${event.hop}`, task);
        return;
      }
      case "hop": {
        const key = `${event.thread}:${event.hop}`;
        const task = this.#hops.get(key);
        this.#hops.delete(key);
        if (task === undefined) return;
        this.#task(task).mark(ns, "ready");
        line.push(task, ns);
        return;
      }
      case "foreign":
        return line.actUnseen(this.#at(event), Math.max(0, this.#ns(event.sinceNs)), ns);
      case "turn":
      case "idle":
        return line.clear(ns);
      case "died":
        line.clear(ns);
        for (const life of this.#tasks) if (life.thread === event.thread) life.endNs ??= ns;
        return;
      case "gc":
        this.#gcs.push({ thread: event.thread, fromNs: Math.max(0, ns - Math.round(event.durationNs)), toNs: ns, type: event.type });
        return;
      case "steal":
    }
  }

  /** Of the main thread counts what it does to the others. */
  #onMainThread(event: TraceEvent, ns: number): void {
    if (event.kind === "spawn") this.#spawn(0, event.child, ns);
    else if (event.kind === "start" && event.task !== 0) this.#onMain.add(event.task);
    else if (event.kind === "wake") this.#wake(event, -1, ns);
  }

  #spawn(parent: number, child: number, ns: number): void {
    if (parent !== 0) this.#task(this.#place(parent)).children++;
    if (child === 0 || this.#places.has(child)) return;
    this.#places.set(child, this.#tasks.length);
    const life = new Life({ id: child, name: "", bornNs: ns, startNs: null, hasParent: parent !== 0 });
    life.mark(ns, "ready");
    this.#tasks.push(life);
  }

  #start(event: TraceEvent & { kind: "start" }, line: ThreadLine, ns: number): void {
    if (event.task === 0) {
      this.#crowdStarts.push(ns);
    } else if (!this.#places.has(event.task)) {
      this.#places.set(event.task, this.#tasks.length);
      this.#tasks.push(new Life({ id: event.task, name: event.name, bornNs: ns, startNs: ns, hasParent: false }));
    }
    const task = this.#at(event);
    const life = this.#task(task);
    if (event.task !== 0) life.name = event.name;
    line.start(task, ns);
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
    const life = this.#task(task);
    life.over(wait);
    life.mark(ns, "ready");
  }

  #resume(event: TraceEvent & { kind: "resume" }, line: ThreadLine, ns: number): void {
    const task = this.#at(event);
    const life = this.#task(task);
    this.#waiting.delete(event.wait);
    life.over(event.wait);
    life.mark(ns, "ready");
    line.push(task, ns);
    const wake = this.#wakes.get(event.wait);
    this.#wakes.delete(event.wait);
    if (wake !== undefined && wake.from >= 0 && wake.to === event.thread) this.#handOffs.push({ from: wake.from, to: task, sentNs: wake.ns, ns });
  }

  /** Hand-offs, with the moment when the other one ran. */
  #resumed(tasks: readonly Life[], placeOf: PlaceOf): Wake[] {
    return this.#handOffs.flatMap(({ from, to, sentNs, ns }) => {
      const [sender, receiver] = [placeOf(from), placeOf(to)];
      if (sender === undefined || receiver === undefined) return [];
      const { slices } = tasks[receiver] as Life;
      const slice = slices[firstEndingAfter(slices, ns)];
      return [{ from: sender, to: receiver, sentNs, resumedNs: slice === undefined ? ns : Math.max(slice.fromNs, ns) }];
    });
  }

  /** The lives of tasks that cannot be told apart: whoever began first is taken to have ended first, which changes no sum. */
  #crowd(durationNs: number): { fromNs: number; toNs: number }[] {
    const [starts, ends] = [this.#crowdStarts, this.#crowdEnds];
    const before = Math.max(0, ends.length - starts.length);
    const began = [...Array.from({ length: before }, () => 0), ...starts];
    return began.map((fromNs, k) => ({ fromNs, toNs: Math.max(fromNs, ends[k] ?? durationNs) }));
  }

  /** The tasks that belong into the result: not those of the main thread, and none that is known only as spawned where tasks may have begun unnamed. */
  #seen(): { tasks: Life[]; placeOf: PlaceOf } {
    const places = new Map<number, number>();
    const tasks: Life[] = [];
    for (const [place, life] of this.#tasks.entries()) {
      const isUnnamed = life.startNs === null && this.#crowdStarts.length > 0;
      if (this.#onMain.has(life.id) || isUnnamed) continue;
      places.set(place, tasks.length);
      tasks.push(life);
    }
    return { tasks, placeOf: (task) => places.get(task) };
  }

  /** The place of the task of an event. */
  #at(event: { readonly task: number; readonly thread: number; readonly timeNs: number }): number {
    const place = this.#place(event.task === 0 ? -1 - event.thread : event.task);
    const life = this.#task(place);
    life.thread = event.thread;
    // it may have been spawned, and its start be lost
    life.startNs ??= Math.max(0, this.#ns(event.timeNs));
    return place;
  }

  /** A task that was never told of has been there all the time. */
  #place(id: number): number {
    let place = this.#places.get(id);
    if (place === undefined) {
      place = this.#tasks.length;
      this.#places.set(id, place);
      this.#tasks.push(new Life({ id: Math.max(0, id), name: id < 0 ? `others on thread ${-1 - id}` : `task ${id}`, bornNs: 0, startNs: 0, hasParent: false }));
    }
    return place;
  }

  #task(place: number): Life {
    return this.#tasks[place] as Life;
  }

  #ns(timeNs: number): number {
    return Math.round(timeNs - this.#trace.startNs);
  }
}

/** The first of some slices, which are in order, that ends after `ns`. */
function firstEndingAfter(slices: readonly { readonly toNs: number }[], ns: number): number {
  let [low, high] = [0, slices.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slices[middle] as { toNs: number }).toNs > ns) high = middle;
    else low = middle + 1;
  }
  return low;
}
