/**
 * The tasks of a trace: which tasks were spawned, started and ended, which appear
 * without a start event, and what each one did when it was not running.
 *
 * The events say when a task begins to wait and for what. Each of them leaves a
 * mark in the life of its task: "from this moment on, whenever the task is not
 * running, it waits for a receive". The run slices of the task come from line.ts.
 * Marks and slices together give the task one state at every moment of its life:
 * nothing overlaps, and nothing is missing.
 *
 * Tasks that share an identity (`task` 0, see runtime/task/identity.ts) cannot be
 * distinguished: on each thread they are one task here, which has run slices and no other
 * states, and how long each lived is in `crowd`.
 */
import type { TraceEvent } from "../../index.ts";
import type { RestSlice, RunSlice } from "../timeline.ts";

/** What a task that does not run waits for, as the trace records it. */
type Reason = Extract<TraceEvent, { kind: "park" }>["reason"];

/** "ready", a `WaitReason`, or "elsewhere": outside warren. */
export type Rest = Reason | "ready" | "elsewhere";

/** Adds a rest to those of a task. If it follows the last one directly and has the same reason, that one is made longer instead. */
export function append(rests: RestSlice[], rest: RestSlice): void {
  const last = rests.at(-1);
  if (last?.[2] === rest[1] && last[3] === rest[3]) rests[rests.length - 1] = [rest[0], last[1], rest[2], rest[3]];
  else rests.push(rest);
}

/** From `ns` on, whenever the task does not run, it does this. */
export interface RestMark {
  readonly ns: number;
  readonly rest: Rest;
}

/** A task of a trace. */
export class Life {
  readonly id: number;
  name: string;
  /** When it was spawned, or when the trace began. */
  readonly bornNs: number;
  /** When it began to run; `null` if it never did. */
  startNs: number | null;
  endNs: number | null = null;
  /** Where it ran, once it has. */
  thread: number | null = null;
  /** Spawned by a task, and not by code outside tasks. */
  readonly hasParent: boolean;
  /** Tasks that it has spawned. */
  children = 0;
  /** Its waits that are not over, each by its record in shared memory. Mostly there is one at most. */
  readonly #waits: { readonly record: number; readonly reason: Reason }[] = [];
  readonly slices: RunSlice[] = [];
  /** Of its slices, those that are given to it although no event tells of them (outside.ts). */
  readonly unseen = new Set<RunSlice>();
  readonly #marks: RestMark[] = [];

  constructor(born: { id: number; name: string; bornNs: number; startNs: number | null; hasParent: boolean }) {
    this.id = born.id;
    this.name = born.name;
    this.bornNs = born.bornNs;
    this.startNs = born.startNs;
    this.hasParent = born.hasParent;
  }

  /** From `ns` on, whenever it does not run, it does this. */
  mark(ns: number, rest: Rest): void {
    this.#marks.push({ ns, rest });
  }

  /** Removes its marks so far and returns them. */
  takeMarks(): readonly RestMark[] {
    return this.#marks.splice(0);
  }

  /** Whether one of its waits is not over. */
  get isWaiting(): boolean {
    return this.#waits.length > 0;
  }

  /** A wait begins. */
  park(record: number, reason: Reason): void {
    this.over(record);
    this.#waits.push({ record, reason });
  }

  /** A wait is over. */
  over(record: number): void {
    const place = this.#waits.findIndex((wait) => wait.record === record);
    if (place >= 0) this.#waits.splice(place, 1);
  }

  /** It stopped, and no event gives the reason. It is taken to go on with a wait that is not over; if there is none, it waits for something outside warren. */
  markUnseenStop(ns: number): void {
    this.mark(ns, this.#waits[0]?.reason ?? "elsewhere");
  }

  /** What it did between its run slices, from its birth to `toNs`. The slices must be in order. `task`: its place in the result. */
  rests(task: number, toNs: number): RestSlice[] {
    const marks = this.#marks.toSorted((a, b) => a.ns - b.ns);
    const spans: RestSlice[] = [];
    let next = 0;
    let rest: Rest = "elsewhere";
    const add = (fromNs: number, untilNs: number): void => {
      if (untilNs > fromNs) append(spans, [task, fromNs, untilNs, rest]);
    };
    const fill = (fromNs: number, untilNs: number): void => {
      let atNs = fromNs;
      for (let mark = marks[next]; mark !== undefined && (mark.ns < untilNs || mark.ns <= fromNs); mark = marks[++next]) {
        add(atNs, Math.max(atNs, mark.ns));
        atNs = Math.max(atNs, mark.ns);
        rest = mark.rest;
      }
      add(atNs, untilNs);
    };
    let atNs = this.bornNs;
    for (const [, , fromNs, untilNs] of this.slices) {
      fill(atNs, Math.min(fromNs, toNs));
      atNs = Math.max(atNs, untilNs);
    }
    fill(atNs, toNs);
    return spans;
  }
}

/** From the place of a task while reading to that in the result, if it belongs there. */
export type PlaceOf = (task: number) => number | undefined;

/** The tasks met so far; each has a place. */
export class Census {
  readonly #lives: Life[] = [];
  /** Places, by id; −1 − thread for tasks without one. */
  readonly #places = new Map<number, number>();
  readonly #onMain = new Set<number>();
  readonly #crowdStarts: number[] = [];
  readonly #crowdEnds: number[] = [];

  life(place: number): Life {
    return this.#lives[place] as Life;
  }

  /** How many were met. */
  get size(): number {
    return this.#lives.length;
  }

  /** The place of the task that an event of a thread names. */
  at(task: number, thread: number, ns: number): number {
    const place = this.#place(task === 0 ? -1 - thread : task);
    const life = this.life(place);
    life.thread = thread;
    // it may have been spawned, and its start be lost
    life.startNs ??= ns;
    return place;
  }

  /** `parent` 0: code outside tasks. */
  spawn(parent: number, child: number, ns: number): void {
    if (parent !== 0) this.life(this.#place(parent)).children++;
    if (child === 0 || this.#places.has(child)) return;
    const life = new Life({ id: child, name: "", bornNs: ns, startNs: null, hasParent: parent !== 0 });
    life.mark(ns, "ready");
    this.#add(child, life);
  }

  /** The place of a task that begins. */
  start(task: number, name: string, thread: number, ns: number): number {
    if (task === 0) this.#crowdStarts.push(ns);
    else if (!this.#places.has(task)) this.#add(task, new Life({ id: task, name, bornNs: ns, startNs: ns, hasParent: false }));
    const place = this.at(task, thread, ns);
    if (task !== 0) this.life(place).name = name;
    return place;
  }

  /** A task begins on the main thread. */
  startOnMain(task: number): void {
    if (task !== 0) this.#onMain.add(task);
  }

  end(place: number, ns: number): void {
    const life = this.life(place);
    if (life.id === 0) this.#crowdEnds.push(ns);
    else life.endNs = ns;
  }

  /** A thread has died, and its tasks with it. */
  died(thread: number, ns: number): void {
    for (const life of this.#lives) if (life.thread === thread && life.id !== 0) life.endNs ??= ns;
  }

  /** The tasks that belong into the result: not those of the main thread, and none that is known only as spawned where tasks may have begun unnamed. */
  result(): { tasks: Life[]; placeOf: PlaceOf } {
    const places = new Map<number, number>();
    const tasks: Life[] = [];
    for (const [place, life] of this.#lives.entries()) {
      const isUnnamed = life.startNs === null && this.#crowdStarts.length > 0;
      if (this.#onMain.has(life.id) || isUnnamed) continue;
      places.set(place, tasks.length);
      tasks.push(life);
    }
    return { tasks, placeOf: (task) => places.get(task) };
  }

  /** The lives of tasks that cannot be distinguished: the one that began first counts as the one that ended first, which changes no sum. */
  crowd(durationNs: number): { fromNs: number; toNs: number }[] {
    const [starts, ends] = [this.#crowdStarts, this.#crowdEnds];
    const before = Math.max(0, ends.length - starts.length);
    const began = [...Array.from({ length: before }, () => 0), ...starts];
    return began.map((fromNs, k) => ({ fromNs, toNs: Math.max(fromNs, ends[k] ?? durationNs) }));
  }

  /** A task without a start event has been there all the time. */
  #place(id: number): number {
    return this.#places.get(id) ?? this.#add(id, new Life({ id: Math.max(0, id), name: id < 0 ? `others on thread ${-1 - id}` : `task ${id}`, bornNs: 0, startNs: 0, hasParent: false }));
  }

  #add(id: number, life: Life): number {
    this.#places.set(id, this.#lives.length);
    return this.#lives.push(life) - 1;
  }
}
