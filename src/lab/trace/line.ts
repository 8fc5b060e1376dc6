/**
 * One thread's line of ready tasks: from the events of a trace to run slices.
 *
 * A thread runs one task at a time. A trace records when tasks are put in line
 * (`resume`, `hop`), not when each begins, because JavaScript's queue of reactions
 * starts them. So the head of the line runs, from when the task before it stopped
 * or when it was put in line, whichever is later, until it parks, yields or ends,
 * or until the next turn of the thread begins.
 *
 * If another task acts in the meantime, the head has stopped unseen: it awaited
 * something outside warren, or a value that was ready. It keeps the time up to its
 * last sign, and the time between the signs of two tasks goes to the later one. A
 * task that continues by itself (it acts, and nothing has put it in line) begins
 * at the last sign of the task before it.
 *
 * Invariants: slices are disjoint and in order; a slice begins no earlier than
 * its task was put in line; nothing is open after `clear`.
 */
import type { RunSlice } from "../timeline.ts";

/** A run slice whose end can still move. */
type OpenSlice = [...RunSlice];

/** A task in line. */
interface Entry {
  readonly task: number;
  readonly sinceNs: number;
  /** The last sign that it ran, if there was one. */
  seenNs: number | null;
}

/** A task stopped and no event gives the reason: `ns` is the last that is known about the task. */
export type OnUnseenStop = (task: number, ns: number) => void;

/** The line of one thread. Events come in the order of their times. */
export class ThreadLine {
  readonly #thread: number;
  readonly #slices: OpenSlice[] = [];
  readonly #line: Entry[] = [];
  /** Tasks that stopped unseen since the turn began, and when: they may go on by themselves. */
  readonly #aside = new Map<number, number>();
  /** The slice that ended last in this turn, if its task may still turn out to have continued. */
  #last: OpenSlice | null = null;
  /** The time of the thread before this is accounted for. */
  #boundaryNs = -Infinity;
  readonly #onUnseenStop: OnUnseenStop;

  constructor(thread: number, onUnseenStop: OnUnseenStop) {
    this.#thread = thread;
    this.#onUnseenStop = onUnseenStop;
  }

  /** In order and disjoint; some can be empty. */
  get slices(): readonly RunSlice[] {
    return this.#slices;
  }

  /** Removes the slices so far and returns them: they stay as they are. */
  take(): readonly RunSlice[] {
    return this.#slices.splice(0);
  }

  /** What runs now, as far as events tell: the head of the line, and since when. */
  get running(): { readonly task: number; readonly sinceNs: number } | null {
    const head = this.#line[0];
    return head === undefined ? null : { task: head.task, sinceNs: this.#startOf(head) };
  }

  /** A task will go on when those before it have stopped. */
  push(task: number, ns: number): void {
    this.#aside.delete(task);
    if (this.#line.every((entry) => entry.task !== task)) this.#line.push({ task, sinceNs: ns, seenNs: null });
  }

  /** A task begins, now: its function is called at once, before those in line. */
  start(task: number, ns: number): void {
    const head = this.#line[0];
    if (head !== undefined && head.seenNs !== null) this.#leave(head, ns);
    this.#line.unshift({ task, sinceNs: ns, seenNs: ns });
  }

  /** A sign that a task runs. */
  act(task: number, ns: number): void {
    this.#find(task, ns, ns);
  }

  /** A task that nobody has put in line runs, at the latest since `sinceNs`. */
  actUnseen(task: number, sinceNs: number, ns: number): void {
    this.#find(task, Math.min(sinceNs, ns), ns);
  }

  /** A task parks or yields: a sign, and the end of its slice. */
  stop(task: number, ns: number): void {
    this.#find(task, ns, ns);
    const head = this.#line[0];
    if (head?.task !== task) return; // its last slice has been made longer
    this.#line.shift();
    this.#last = this.#close(head, ns);
  }

  /** A task has ended: one that is not in line has stopped before, and only now is told. */
  end(task: number, ns: number): void {
    this.#aside.delete(task);
    if (this.#line.some((entry) => entry.task === task)) this.stop(task, ns);
  }

  /** A turn begins, or the thread has nothing to do: whatever ran has stopped. */
  clear(ns: number): void {
    const [head, ...others] = this.#line.splice(0);
    if (head !== undefined) this.#close(head, ns);
    if (head !== undefined) this.#onUnseenStop(head.task, ns);
    for (const { task } of others) this.#onUnseenStop(task, ns);
    this.#aside.clear();
    this.#last = null;
    this.#boundaryNs = Math.max(this.#boundaryNs, ns);
  }

  /** Makes a task that gives a sign the head of the line. */
  #find(task: number, sinceNs: number, ns: number): void {
    const line = this.#line;
    const place = line.findIndex((entry) => entry.task === task);
    if (place < 0) return this.#findUnseen(task, sinceNs, ns);
    for (const entry of line.splice(0, place)) this.#leave(entry, entry.seenNs ?? this.#startOf(entry));
    (line[0] as Entry).seenNs = ns;
  }

  #findUnseen(task: number, sinceNs: number, ns: number): void {
    const head = this.#line[0];
    // it has parked and not stopped yet: nobody else gave a sign
    if (this.#last?.[1] === task && (head === undefined || head.seenNs === null)) return this.#extend(this.#last, ns);
    const asideNs = this.#aside.get(task);
    if (head !== undefined && head.seenNs !== null) this.#leave(head, Math.max(head.seenNs, asideNs === undefined ? sinceNs : 0));
    this.#aside.delete(task);
    this.#line.unshift({ task, sinceNs: asideNs ?? sinceNs, seenNs: ns });
  }

  /** Makes the last slice longer: if it has been taken, by another one. */
  #extend(last: OpenSlice, ns: number): void {
    this.#boundaryNs = ns;
    if (this.#slices.at(-1) === last) {
      last[3] = ns;
      return;
    }
    this.#last = [last[0], last[1], last[3], ns];
    this.#slices.push(this.#last);
  }

  /** The head stops unseen. */
  #leave(entry: Entry, ns: number): void {
    if (this.#line[0] === entry) this.#line.shift();
    this.#close(entry, ns);
    this.#last = null;
    this.#aside.set(entry.task, ns);
    this.#onUnseenStop(entry.task, ns);
  }

  #startOf({ sinceNs }: Entry): number {
    return Math.max(this.#boundaryNs, sinceNs);
  }

  #close(entry: Entry, ns: number): OpenSlice {
    const fromNs = this.#startOf(entry);
    const slice: OpenSlice = [this.#thread, entry.task, fromNs, Math.max(fromNs, ns)];
    this.#slices.push(slice);
    this.#boundaryNs = slice[3];
    return slice;
  }
}
