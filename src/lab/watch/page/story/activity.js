/**
 * What ran when: the tasks of a run, the slices in which each ran, and what each
 * waited for. Asked for any time up to `untilMs`.
 *
 * r(t): how many tasks run at t. c(t): how many are in progress, between their start and
 * their end. The coordinator is left out of c(t), as src/lab/trace/analyse.ts does: the first task, if
 * it only waits for ends and messages, and hardly runs or does nothing that the program marks.
 */
/** @import { Message } from "../../protocol.ts" */
import { countUpTo, insert, lastUpTo } from "./sorted.js";

/**
 * @typedef {{ readonly from: number, to: number, readonly task: number, readonly thread: number }} Slice
 * @typedef {{ readonly ms: number, readonly reason: string }} Wait
 * @typedef {{ readonly task: number, readonly name: string, thread: number, readonly start: number, end: number, slices: Slice[], waits: Wait[], ranMs: number, hasWork: boolean, hasMarks: boolean }} Life
 * @typedef {{ readonly kind: "absent" | "running" | "ready" | "waiting" | "ended", readonly reason: string }} Doing
 * @typedef {Extract<Message, { kind: "events" }>} Events
 */

/** A task that waits for these has work of its own. */
const WORK = new Set(["sleep", "send", "lock", "acquire", "barrier", "once"]);
/** A coordinator does one part of all that is run in so many, or so many slices. */
const PART_OF_ALL = 20;
const FEW = 4;

export class Activity {
  /** @type {Slice[][]} */
  #slices;
  /** @type {Map<number, Life>} */
  #lives = new Map();
  /** @type {number[]} */
  #starts = [];
  /** @type {number[]} */
  #ends = [];
  #ranMs = 0;
  /** Slices of the last message whose ends are not known: at most one for each thread. @type {Slice[]} */
  #open = [];
  /** Tasks that were forgotten. */
  #gone = 0;
  /** @type {Life | null} */
  #first = null;
  /** Of the events so far: all that began before this time is known. */
  untilMs = 0;
  lost = 0;

  /** @param {number} threads */
  constructor(threads) {
    this.#slices = Array.from({ length: threads }, () => []);
  }

  get threads() {
    return this.#slices.length;
  }

  /** @param {Events} events */
  add({ untilMs, lost, tasks, ends, marks, slices, waits, open }) {
    for (const [task, name, thread, start] of tasks) this.#begin(task, name, thread, start);
    for (const [thread, task, from, to] of slices) this.#run(thread, task, from, to);
    const before = this.#open;
    this.#open = open.flatMap(([thread, task, from]) => this.#run(thread, task, from, Infinity) ?? []);
    // A task that was thought to run, and of which that is no longer said: another one ran.
    for (const slice of before) if (slice.to === Infinity && !this.#open.includes(slice)) this.#remove(slice);
    for (const [task, ms, reason] of waits) {
      const life = this.#lives.get(task);
      if (life === undefined) continue;
      insert(life.waits, { ms, reason }, msOf);
      if (WORK.has(reason)) life.hasWork = true;
    }
    for (const [task, end] of ends) {
      const life = this.#lives.get(task);
      if (life === undefined) continue;
      life.end = end;
      insert(this.#ends, end, itself);
    }
    for (const [, task] of marks) {
      const life = this.#lives.get(task);
      if (life !== undefined) life.hasMarks = true;
    }
    this.untilMs = Math.max(this.untilMs, untilMs);
    this.lost = lost;
  }

  /** @param {number} task @param {string} name @param {number} thread @param {number} start */
  #begin(task, name, thread, start) {
    if (this.#lives.has(task)) return;
    const life = { task, name, thread, start, end: Infinity, slices: [], waits: [], ranMs: 0, hasWork: false, hasMarks: false };
    this.#lives.set(task, life);
    insert(this.#starts, start, itself);
    if (this.#first === null || start < this.#first.start) this.#first = life;
  }

  /** The slice; `null`: there is no such thread. @param {number} thread @param {number} task @param {number} from @param {number} to @returns {Slice | null} */
  #run(thread, task, from, to) {
    const row = this.#slices[thread];
    if (row === undefined) return null;
    const known = lastUpTo(row, from, fromOf);
    if (known !== undefined && known.from === from && known.task === task) {
      // It was open.
      if (known.to === Infinity && to !== Infinity) this.#ended(known, to);
      return known;
    }
    const slice = { from, to: Infinity, task, thread };
    insert(row, slice, fromOf);
    const life = this.#lives.get(task);
    if (life !== undefined) {
      life.thread = thread;
      insert(life.slices, slice, fromOf);
    }
    if (to !== Infinity) this.#ended(slice, to);
    return slice;
  }

  /** @param {Slice} slice */
  #remove(slice) {
    for (const row of [this.#slices[slice.thread], this.#lives.get(slice.task)?.slices]) {
      const at = row?.lastIndexOf(slice) ?? -1;
      if (at >= 0) row?.splice(at, 1);
    }
  }

  /** @param {Slice} slice @param {number} to */
  #ended(slice, to) {
    slice.to = to;
    this.#ranMs += to - slice.from;
    const life = this.#lives.get(slice.task);
    if (life !== undefined) life.ranMs += to - slice.from;
  }

  /** @param {number} task */
  nameOf(task) {
    return this.#lives.get(task)?.name ?? "";
  }

  /** The thread on which a task runs; −1: unknown. @param {number} task */
  threadOf(task) {
    return this.#lives.get(task)?.thread ?? -1;
  }

  /** @param {number} task @param {number} t @returns {Doing} */
  doing(task, t) {
    const life = this.#lives.get(task);
    if (life === undefined || t < life.start) return { kind: "absent", reason: "" };
    if (t >= life.end) return { kind: "ended", reason: "" };
    const slice = lastUpTo(life.slices, t, fromOf);
    if (slice !== undefined && t < slice.to) return { kind: "running", reason: "" };
    const wait = lastUpTo(life.waits, t, msOf);
    const reason = wait !== undefined && wait.ms >= (slice?.from ?? 0) ? wait.reason : "ready";
    return reason === "ready" ? { kind: "ready", reason } : { kind: "waiting", reason };
  }

  /** The task that runs on each thread at a time; 0: none. @param {number} t */
  runningAt(t) {
    return this.#slices.map((row) => {
      const slice = lastUpTo(row, t, fromOf);
      return slice !== undefined && t < slice.to ? slice.task : 0;
    });
  }

  /** r(t). @param {number} t */
  r(t) {
    return this.#slices.reduce((sum, row) => sum + (isIn(lastUpTo(row, t, fromOf), t) ? 1 : 0), 0);
  }

  /** c(t). @param {number} t */
  c(t) {
    const coordinator = this.coordinator;
    const counted = countUpTo(this.#starts, t, itself) - countUpTo(this.#ends, t, itself);
    return Math.max(0, counted - (coordinator !== null && t >= coordinator.start && t < coordinator.end ? 1 : 0));
  }

  /** The task that only coordinates. @returns {Life | null} */
  get coordinator() {
    const first = this.#first;
    if (first === null || this.#lives.size + this.#gone < 2 || first.hasWork) return null;
    if (!first.hasMarks) return first;
    const untilMs = Math.min(first.end, this.untilMs);
    const hardlyRuns = first.ranMs * PART_OF_ALL <= this.#ranMs || (first.slices.length <= FEW && first.ranMs * 2 <= untilMs - first.start);
    return hardlyRuns ? first : null;
  }

  /** Slices of a thread that lie in a time, in their order. @param {number} thread @param {number} from @param {number} to */
  slicesIn(thread, from, to) {
    const row = this.#slices[thread] ?? [];
    return row.slice(Math.max(0, countUpTo(row, from, fromOf) - 1), countUpTo(row, to, fromOf));
  }

  /** When c(t) changes in a time. @param {number} from @param {number} to @returns {number[]} */
  changesOfC(from, to) {
    const within = (/** @type {number[]} */ list) => list.slice(countUpTo(list, from, itself), countUpTo(list, to, itself));
    return [...within(this.#starts), ...within(this.#ends)].toSorted((a, b) => a - b);
  }

  /** The mean number of running tasks in a time. @param {number} from @param {number} to */
  meanRunning(from, to) {
    if (to <= from) return 0;
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread++) for (const slice of this.slicesIn(thread, from, to)) sum += Math.max(0, Math.min(slice.to, to) - Math.max(slice.from, from));
    return sum / (to - from);
  }

  /** The part of a time in which two or more run. @param {number} from @param {number} to */
  parallelPart(from, to) {
    if (to <= from || this.threads < 2) return 0;
    /** @type {(readonly [ms: number, change: number])[]} */
    const changes = [];
    for (let thread = 0; thread < this.threads; thread++) {
      for (const slice of this.slicesIn(thread, from, to)) {
        const [start, end] = [Math.max(slice.from, from), Math.min(slice.to, to)];
        if (end > start) changes.push([start, 1], [end, -1]);
      }
    }
    changes.sort(([a], [b]) => a - b);
    let [sum, running, since] = [0, 0, from];
    for (const [ms, change] of changes) {
      if (running > 1) sum += ms - since;
      running += change;
      since = ms;
    }
    return sum / (to - from);
  }

  /** Slices that are kept. */
  get size() {
    return this.#slices.reduce((sum, row) => sum + row.length, 0);
  }

  /** Forgets slices and tasks that ended before. @param {number} ms */
  forget(ms) {
    for (const row of this.#slices) dropBefore(row, ms, (slice) => slice.to);
    for (const [task, life] of this.#lives) {
      if (life.end < ms && life !== this.#first) {
        this.#lives.delete(task);
        this.#gone += 1;
        continue;
      }
      dropBefore(life.slices, ms, (slice) => slice.to);
      dropBefore(life.waits, ms, msOf);
    }
  }
}

/**
 * Drops entries before a time, except the last of them.
 *
 * @template T
 * @param {T[]} list
 * @param {number} ms
 * @param {(entry: T) => number} timeOf
 */
export function dropBefore(list, ms, timeOf) {
  const upTo = countUpTo(list, ms, timeOf) - 1;
  if (upTo > 0) list.splice(0, upTo);
}

/** @param {Slice} slice */
function fromOf({ from }) {
  return from;
}

/** @param {{ readonly ms: number }} entry */
function msOf({ ms }) {
  return ms;
}

/** @param {number} value */
function itself(value) {
  return value;
}

/** @param {Slice | undefined} slice @param {number} t */
function isIn(slice, t) {
  return slice !== undefined && t < slice.to;
}
