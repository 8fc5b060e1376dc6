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
import { statesOf, type States } from "../trace/states.ts";
import type { Interval } from "../trace/steps.ts";
import type { RunSlice } from "../timeline.ts";
import { ALL_PERMITS, GraphBuilder, MAY_WAIT, RUNS_ON, YIELDS, type EdgeKind, type Graph } from "./graph.ts";

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

/** An operation of a task: it ends a piece. */
interface Op {
  readonly ns: number;
  /** What the piece after it waits for. "nothing", "park" and "deferred" end no piece. */
  kind: "nothing" | "spawn" | "send" | "receive" | "close" | "lock" | "unlock" | "signal" | "await" | "join" | "deferred" | "park" | "wait" | "woken" | "wakes" | "gate" | "yield";
  /** The object, task or record; for "wait" the time. */
  what: number;
  /** Permits of a lock; for "await" how many signals its task had awaited before. */
  room: number;
  /** A wait for something outside warren. */
  isOutside: boolean;
  /** What it waits for holds for the piece after this operation: itself, unless the task did something else in between. */
  gate: Op;
  /** For "woken": who ended the wait. For "await": the signals that count. */
  cause: Op | null;
  signals: readonly Op[];
  /** The numbers of the piece that it ends and of the one after it; −1 for none. */
  piece: number;
  after: number;
}

function op(kind: Op["kind"], ns: number, what = 0, room = 0): Op {
  const made: Omit<Op, "gate"> & { gate: Op | null } = { ns, kind, what, room, isOutside: false, gate: null, cause: null, signals: [], piece: -1, after: -1 };
  made.gate = made as Op;
  return made as Op;
}

/** A task while its events are read. */
interface Draft {
  readonly id: number;
  name: string;
  readonly parent: number;
  readonly isClosure: boolean;
  readonly ops: Op[];
  /** Its last join that it may not have awaited yet. */
  ended: Op | null;
  /** Its waits that are not over. */
  open: number;
  /** The number of its hop, if it has yielded and not gone on; otherwise 0. */
  hop: number;
  /** The turn in which it was resumed, if it has done nothing since; otherwise −1. */
  resumedIn: number;
  /** It has just gone on after a select: the operation that stands for the wait. */
  selected: Op | null;
}

/** What a wait's record stands for. */
interface Waiting {
  readonly task: Draft;
  readonly park: Op;
  /** The operation that the task waits for, which was recorded just before. */
  readonly covers: Op | null;
}

/** A channel or shared object. */
interface Used {
  capacity: number;
  readonly sends: Op[];
  readonly receives: Op[];
  readonly signals: Op[];
  /** By task: how many of the signals it has awaited. */
  readonly seen: Map<number, number>;
  closed: Op | null;
}

/** Which use a reason to wait belongs to. */
const COVERED: Readonly<Record<string, readonly Op["kind"][]>> = { send: ["send"], receive: ["receive"], lock: ["lock"], acquire: ["lock"], wait: ["await"], barrier: ["await"] };

/** Reads a recording. */
export function readRecording(trace: Trace): Recording {
  return new Reader(trace).read();
}

const MAIN = -1;
/** A timer is late by so much on any thread, because of the resolution of Node's timers. If it is later, the thread was busy, and another one would have been in time. */
const TIMER_NS = 1e6;
/** Operations that end no piece, and those after which the task goes on without an await. */
const NO_END: ReadonlySet<Op["kind"]> = new Set(["nothing", "park", "deferred"]);
const GOES_ON: ReadonlySet<Op["kind"]> = new Set(["spawn", "wakes", "unlock", "signal", "close"]);

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
    const states = statesOf(this.#trace);
    const order = this.#inOrder();
    const { graph: fine, ...facts } = this.#build(order, states, true);
    const { graph, gcNs, elsewhereNs } = this.#yields === 0 ? { graph: fine, ...facts } : this.#build(order, states, false);
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

  #build(order: readonly Draft[], states: States, withYields: boolean): { graph: Graph; gcNs: number; elsewhereNs: number } {
    const builder = new GraphBuilder();
    const places = new Map<number, number>(order.map(({ id }, place) => [id, place]));
    const slices = new Map(states.tasks.map((life) => [life.id, life.slices]));
    const gcs = states.gcs.map(({ fromNs, toNs }) => ({ fromNs, toNs }));
    /** The first piece of each task. */
    const firsts: number[] = [];
    let gcNs = 0;
    let elsewhereNs = 0;
    for (const [place, task] of order.entries()) {
      if (place > 0) builder.task(task.name, places.get(task.parent) ?? 0, task.isClosure);
      const clock = new RunClock(slices.get(task.id) ?? [], gcs);
      for (const each of task.ops) {
        each.piece = -1;
        each.after = -1;
        if (NO_END.has(each.kind) || (each.kind === "yield" && !withYields)) continue;
        each.piece = builder.piece(place, clock.until(each.ns), GOES_ON.has(each.kind) ? RUNS_ON : each.kind === "yield" ? YIELDS : MAY_WAIT);
        if (firsts.length === place) firsts.push(each.piece);
        if (each.kind !== "wait" || !each.isOutside) continue;
        each.what = Math.max(0, each.ns - clock.stoppedNs);
        elsewhereNs += each.what;
      }
      const rest = task.ended === null ? builder.piece(place, clock.until(Infinity)) : -1;
      if (firsts.length === place) firsts.push(rest);
      gcNs += clock.gcNs;
    }
    this.#connect(order, places, firsts, builder);
    return { graph: builder.graph(), gcNs, elsewhereNs };
  }

  /** Adds the edges and the locks. */
  #connect(order: readonly Draft[], places: ReadonlyMap<number, number>, firsts: readonly number[], builder: GraphBuilder): void {
    for (const { ops } of order) {
      let before: Op | null = null;
      for (const each of ops) {
        if (each.piece < 0) continue;
        if (before !== null) before.after = each.piece;
        before = each;
      }
    }
    const edge = (kind: EdgeKind, from: Op | null | undefined, to: Op, ns = 0): void => {
      const target = to.gate.after;
      if (from !== null && from !== undefined && from.piece >= 0 && target >= 0) builder.edge(kind, from.piece, target, ns);
    };
    for (const { ops } of order) {
      const children = joinsInOrder(ops, places);
      for (const each of ops) {
        if (each.kind === "spawn") {
          const first = firsts[places.get(each.what) ?? -1] ?? -1;
          if (first >= 0) builder.edge("spawn", each.piece, first);
        } else if (each.kind === "join" || each.kind === "deferred") edge("join", this.#tasks.get(children.get(each) ?? each.what)?.ended, each);
        else if (each.kind === "wait") edge("wait", each, each, each.what);
        else if (each.kind === "woken") edge("wake", each.cause, each);
        else if (each.kind === "await") {
          for (const signal of each.signals) edge("signal", signal, each);
        }
      }
    }
    this.#addLocks(order.slice(1), builder);
    for (const { capacity, sends, receives, closed } of this.#objects.values()) {
      for (const [k, receive] of receives.entries()) edge("value", sends[k] ?? closed, receive);
      for (const [k, send] of sends.entries()) {
        if (k < capacity) continue;
        edge("room", receives[k - capacity], send);
        if (capacity > 0) edge("room", sends[k - capacity], send);
      }
    }
  }

  /** A lock that is also taken together (readers) has as many permits as there can be readers; one that is alone takes all. */
  #addLocks(order: readonly Draft[], builder: GraphBuilder): void {
    const uses = order.flatMap(({ ops }) => ops.filter(({ kind }) => kind === "lock"));
    const shared = new Set(uses.filter(({ room }) => room === 0).map(({ what }) => what));
    const locks = new Map<number, number>();
    for (const { what, room } of uses) if (!locks.has(what)) locks.set(what, builder.lock(shared.has(what) ? ALL_PERMITS : room));
    for (const { ops } of order) {
      /** What the task holds, the oldest first. */
      const held = new Map<number, number[]>();
      for (const { kind, what, room, piece } of ops) {
        const lock = kind === "lock" || kind === "unlock" ? locks.get(what) : undefined;
        if (lock === undefined) continue;
        const permits = shared.has(what) && room > 0 ? ALL_PERMITS : 1;
        const mine = held.get(what) ?? [];
        held.set(what, mine);
        if (kind === "lock") {
          builder.take(piece, lock, permits);
          mine.push(permits);
        } else builder.give(piece, lock, mine.shift() ?? permits);
      }
    }
  }
}

/**
 * Which task each join is of. Of joins without anything between them, it is not known for
 * which one the task waited: results are mostly awaited in the order in which the tasks
 * were spawned, in a loop or all together. So in that order they count.
 */
function joinsInOrder(ops: readonly Op[], places: ReadonlyMap<number, number>): ReadonlyMap<Op, number> {
  const children = new Map<Op, number>();
  let run: Op[] = [];
  const close = (): void => {
    const inOrder = run.map(({ what }) => what).toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    for (const [k, join] of run.entries()) children.set(join, inOrder[k] as number);
    run = [];
  };
  for (const each of ops) {
    if (each.kind === "join") run.push(each);
    else if (each.kind !== "yield") close();
  }
  close();
  return children;
}

/** The last operation of a task, joins apart that came while it was waiting. */
function lastOf({ ops }: Draft): Op | undefined {
  return ops.findLast(({ kind }) => kind !== "deferred");
}

function draft(id: number, name: string, parent: number, isClosure: boolean): Draft {
  return { id, name, parent, isClosure, ops: [], ended: null, open: 0, hop: 0, resumedIn: -1, selected: null };
}

/** How long a task has run, without garbage collections, from one moment to a later one. */
class RunClock {
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
