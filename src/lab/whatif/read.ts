/**
 * From a trace to a graph: what each task did between which operations, and what each
 * operation had to wait for.
 *
 * How long a task ran comes from its run slices (lab/trace/states.ts), without the
 * garbage collections in them. An operation ends a piece. What it waits for:
 *
 * - The k-th `receive` of a channel waits for its k-th `send`, and that, if it is the
 *   k-th, for `receive` k − capacity. Both are recorded when the task calls them. So it
 *   does not matter whether a task had to wait in the recording.
 * - A receive that no value has come for waits for the `close`.
 * - `await` waits for all signals of its object up to the moment at which it went on.
 * - A wait that a timer ended takes until the timer was due, or a millisecond longer if it
 *   took longer. Any other wait waits for the task
 *   that ended it.
 * - A join waits for the end of the task. If the spawner waits for something else at that
 *   moment, or is about to run, it is not known when it awaits the join: then what follows
 *   its next join, or its end, does.
 *
 * If a task does something else while a wait is open (`Promise.all`), what it waits for
 * counts from when it went on after that wait.
 *
 * Tasks are numbered from the main thread down, in the order in which each was spawned.
 * So recordings of the same run have the same numbers.
 */
import type { Trace, TraceEvent } from "../../index.ts";
import { statesOf } from "../trace/states.ts";
import type { Graph } from "./graph.ts";
import { makeGraph } from "./make-graph.ts";
import { MAIN, draft, lastOf, op, type Draft, type Op, type Used } from "./ops.ts";

/** What a recording says next to its graph. */
export interface Recording {
  readonly graph: Graph;
  /** The same, with what a task runs up to each yield as a piece: time slices, which end by the clock, are among these. */
  readonly fine: Graph;
  readonly threads: number;
  /** From the first thing that the program did to the last. */
  readonly wallNs: number;
  /** Garbage collections while tasks ran, which are not in the graph. */
  readonly gcNs: number;
  /** What tasks ran, or waited for, outside warren. */
  readonly elsewhereNs: number;
  readonly events: number;
  readonly lost: number;
  /** Selects that found several cases ready, and tries that found nothing. */
  readonly choices: number;
  readonly misses: number;
  /** Tasks that share an identity with others, whose pieces cannot be told apart. */
  readonly unnamed: number;
  /** Tasks that the program placed on a thread (`spawn.on`). */
  readonly chosen: number;
  /** Tasks that had not ended. */
  readonly open: number;
}

/** What a wait's record stands for. */
interface Waiting {
  readonly task: Draft;
  readonly park: Op;
  /** The operation that the task waits for, which was recorded just before. */
  readonly covers: Op | null;
}

/** Which use a reason to wait belongs to. */
const COVERED: Readonly<Record<string, readonly Op["kind"][]>> = { send: ["send"], receive: ["receive"], lock: ["lock"], acquire: ["lock"], wait: ["await"], barrier: ["await"] };

/** Reads a recording. */
export function readRecording(trace: Trace): Recording {
  return new Reader(trace).read();
}

/** A timer is late by so much on any thread, because of the resolution of Node's timers. If it is later, the thread was busy, and another one would have been in time. */
const TIMER_NS = 1e6;
class Reader {
  readonly #trace: Trace;
  readonly #tasks = new Map<number, Draft>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #wakes = new Map<number, { readonly cause: Op | null; readonly ns: number }>();
  readonly #hops = new Map<number, Draft>();
  readonly #objects = new Map<number, Used>();
  #choices = 0;
  #misses = 0;
  #unnamed = 0;
  /** Turns of the thread so far: what was resumed in an earlier one has stopped. */
  #turns = 0;
  /** When the timer was due that fires now, or fired last. */
  #dueNs = Infinity;
  #yields = 0;
  #chosen = 0;
  #outsideNs = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#tasks.set(MAIN, draft(MAIN, "the main thread", 0, false));
  }

  read(): Recording {
    const { threads, events, lost } = this.#trace;
    let firstNs = Infinity;
    let lastNs = 0;
    for (const event of events) {
      const ns = Math.max(0, Math.round(event.timeNs - this.#trace.startNs));
      this.#event(event, ns);
      if (event.kind === "spawn") firstNs = Math.min(firstNs, ns);
      if (event.kind === "end" || event.kind === "join") lastNs = Math.max(lastNs, ns);
    }
    const order = this.#inOrder();
    const tasks = { order, tasks: this.#tasks, objects: [...this.#objects.values()], states: statesOf(this.#trace) };
    const { graph: fine, ...facts } = makeGraph(tasks, true);
    const { graph, gcNs, elsewhereNs } = this.#yields === 0 ? { graph: fine, ...facts } : makeGraph(tasks, false);
    return {
      graph, fine, threads, gcNs,
      wallNs: Math.max(0, lastNs - firstNs),
      elsewhereNs: this.#outsideNs + elsewhereNs,
      events: events.length,
      lost: lost.reduce((sum, count) => sum + count, 0),
      choices: this.#choices,
      misses: this.#misses,
      unnamed: this.#unnamed,
      chosen: this.#chosen,
      open: order.filter(({ id, ended }) => id !== MAIN && ended === null).length,
    };
  }

  #event(event: TraceEvent, ns: number): void {
    const isMain = event.thread >= this.#trace.threads;
    const of = (task: number): Draft => this.#task(isMain ? MAIN : task);
    switch (event.kind) {
      case "spawn": {
        const parent = of(event.task);
        if (event.child === 0) this.#unnamed++;
        if (event.place === "chosen") this.#chosen++;
        // a closure of the main thread is part of it
        if (isMain && event.place === "here") return;
        this.#add(parent, op("spawn", ns, event.child));
        this.#tasks.set(event.child, draft(event.child, `task ${event.child}`, parent.id, event.place === "here"));
        return;
      }
      case "start":
        if (event.task === 0) this.#unnamed++;
        if (!isMain) this.#task(event.task).name = event.name;
        return;
      case "end":
        if (!isMain) this.#end(this.#task(event.task), ns);
        return;
      case "join":
        return this.#join(of(event.task), event.child, ns);
      case "use":
        return this.#use(of(event.task), event, ns);
      case "choice":
        this.#choices++;
        return;
      case "park":
        return this.#park(of(event.task), event.wait, event.reason, ns);
      case "turn":
      case "idle":
        if (!isMain) this.#turns++;
        return;
      case "due":
        this.#dueNs = Math.max(0, Math.round(event.dueNs - this.#trace.startNs));
        return;
      case "wake":
        return this.#wake(event, isMain, ns);
      case "resume":
        return this.#resume(of(event.task), event.wait, ns);
      case "yield":
        if (!isMain) this.#yield(this.#task(event.task), event.hop, ns);
        return;
      case "hop":
        return this.#hop(event.hop);
      case "foreign":
        return this.#outside(of(event.task), Math.max(0, Math.round(event.sinceNs - this.#trace.startNs)));
      case "outside":
        if (!isMain) this.#outsideNs += event.busyNs;
    }
  }

  #task(id: number): Draft {
    let task = this.#tasks.get(id);
    // It was there before the recording began.
    if (task === undefined) this.#tasks.set(id, (task = draft(id, `task ${id}`, MAIN, false)));
    return task;
  }

  #object(of: number): Used {
    let object = this.#objects.get(of);
    if (object === undefined) this.#objects.set(of, (object = { capacity: 0, sends: [], receives: [], signals: [], seen: new Map(), closed: null }));
    return object;
  }

  #add(task: Draft, added: Op): Op {
    if (added.kind !== "deferred") task.resumedIn = -1;
    task.ops.push(added);
    return added;
  }

  #end(task: Draft, ns: number): void {
    if (task.ops.some(({ kind, gate }) => kind === "deferred" && gate.kind === "deferred")) this.#gateDeferred(task, this.#add(task, op("gate", ns)));
    task.ended = this.#add(task, op("gate", ns));
  }

  #yield(task: Draft, hop: number, ns: number): void {
    this.#yields++;
    this.#add(task, op("yield", ns));
    task.hop = hop;
    this.#hops.set(hop, task);
  }

  #hop(hop: number): void {
    const task = this.#hops.get(hop);
    if (task?.hop === hop) task.hop = 0;
    this.#hops.delete(hop);
  }

  #join(task: Draft, child: number, ns: number): void {
    const isBusy = task.open > 0 || task.hop > 0 || task.resumedIn === this.#turns;
    // The main thread does nothing but wait for tasks.
    if (isBusy && task.id !== MAIN) return void this.#add(task, op("deferred", ns, child));
    const joined = this.#add(task, op("join", ns, child));
    this.#gateDeferred(task, joined);
  }

  /** Joins whose results the task has not awaited yet, as far as one knows. */
  #gateDeferred(task: Draft, gate: Op): void {
    for (let k = task.ops.length - 1; k >= 0; k--) {
      const earlier = task.ops[k] as Op;
      if (earlier.kind === "join" && earlier !== gate) return;
      if (earlier.kind === "deferred" && earlier.gate === earlier) earlier.gate = gate;
    }
  }

  #use(task: Draft, { use, of, room }: TraceEvent & { readonly kind: "use" }, ns: number): void {
    if (use === "miss") return void this.#misses++;
    const object = this.#object(of);
    const { selected } = task;
    task.selected = null;
    const isChoice = selected !== null && lastOf(task) === selected && (use === "send" || use === "receive");
    const used = isChoice ? selected : this.#add(task, op(use, ns, of, room));
    used.kind = use;
    used.what = of;
    if (use === "send") {
      object.capacity = room;
      object.sends.push(used);
    } else if (use === "receive") object.receives.push(used);
    else if (use === "signal") object.signals.push(used);
    else if (use === "await") {
      used.room = object.seen.get(task.id) ?? 0;
      this.#awaited(used, task);
    }
    else if (use === "close") object.closed = used;
  }

  /** An await waits for all signals up to now, except those that its task has awaited before. */
  #awaited(each: Op, task: Draft): void {
    const { signals, seen } = this.#object(each.what);
    each.signals = signals.slice(each.room);
    seen.set(task.id, signals.length);
  }

  #park(task: Draft, wait: number, reason: string | undefined, ns: number): void {
    const last = lastOf(task);
    const covers = last !== undefined && last.kind !== "park" && (COVERED[reason ?? ""] ?? []).includes(last.kind) ? last : null;
    const park = this.#add(task, op("park", ns, wait));
    task.open++;
    this.#waiting.set(wait, { task, park, covers });
  }

  #wake({ task, wait }: TraceEvent & { readonly kind: "wake" }, isMain: boolean, ns: number): void {
    const waiting = this.#waiting.get(wait);
    if (task === 0 && !isMain) return void this.#wakes.set(wait, { cause: null, ns: Math.min(ns, this.#dueNs + TIMER_NS) });
    // What it waits for follows from the use that it belongs to.
    const needsCause = waiting === undefined || waiting.covers === null;
    const cause = needsCause ? this.#add(this.#task(isMain ? MAIN : task), op("wakes", ns, wait)) : op("wakes", ns, wait);
    this.#wakes.set(wait, { cause, ns });
  }

  #resume(task: Draft, wait: number, ns: number): void {
    const waiting = this.#waiting.get(wait);
    const wake = this.#wakes.get(wait);
    this.#waiting.delete(wait);
    this.#wakes.delete(wait);
    if (waiting?.task !== task) return;
    const { park, covers } = waiting;
    task.open--;
    // It has done something else since, so it was not this for which it stopped.
    const gate = lastOf(task) === park ? null : this.#add(task, op("gate", ns));
    task.resumedIn = this.#turns;
    const isTimer = wake === undefined || wake.cause === null;
    if (covers !== null && !isTimer) {
      park.kind = "nothing";
      if (covers.kind === "await") this.#awaited(covers, task);
      if (gate !== null) covers.gate = gate;
      return;
    }
    if (gate !== null) park.gate = gate;
    if (isTimer) {
      park.kind = "wait";
      park.what = Math.max(0, (wake?.ns ?? ns) - park.ns);
      return;
    }
    park.kind = "woken";
    park.cause = wake.cause;
    if (gate === null) task.selected = park;
  }

  /** A task has gone on after something outside warren. */
  #outside(task: Draft, sinceNs: number): void {
    const last = lastOf(task);
    if (task.id === MAIN || sinceNs <= (last?.ns ?? 0) || last?.kind === "join") return;
    this.#add(task, op("wait", sinceNs)).isOutside = true;
  }

  /** The tasks, each after its parent, in the order in which their parents spawned them. */
  #inOrder(): Draft[] {
    const order: Draft[] = [this.#task(MAIN)];
    const known = new Set<number>([MAIN]);
    for (let k = 0; k < order.length; k++) {
      for (const { kind, what } of (order[k] as Draft).ops) {
        const child = kind === "spawn" ? this.#tasks.get(what) : undefined;
        if (child === undefined || known.has(child.id)) continue;
        known.add(child.id);
        order.push(child);
      }
    }
    return [...order, ...[...this.#tasks.values()].filter(({ id }) => !known.has(id))];
  }
}
