/**
 * The timers of one thread: a binary heap by deadline over a single Node timer.
 * They never fire early: Node's timers can fire up to a millisecond before their
 * time, so each deadline is compared with the clock and, if needed, waited for again.
 * Delays beyond Node's 2³¹ ms are waited for in parts. A *quiet* timer does not keep
 * the process alive by itself; an operation that waits for its effect does.
 */
import { clearTimeout, performance, setTimeout } from "../host.ts";
import type { Tracer } from "./wait.ts";

const LONGEST_MS = 2 ** 31 - 1;

/** One armed timer. `cancel` it if its wait ends for another reason. */
export interface Timer {
  readonly deadlineMs: number;
  readonly fire: () => void;
  /** Place in the heap, −1 once fired or cancelled. */
  place: number;
  readonly order: number;
  readonly isQuiet: boolean;
}

export class Timers {
  /** Set while there is a trace. */
  recorder: Tracer | undefined = undefined;
  readonly #heap: Timer[] = [];
  readonly #onCount: (count: number) => void;
  #node: NodeJS.Timeout | undefined;
  #armedMs = Infinity;
  #order = 0;
  /** Armed timers that are not quiet. If there are none, Node's timer is not referenced. */
  #loud = 0;

  /** @param onCount called with the number of armed timers whenever it changes */
  constructor(onCount: (count: number) => void) {
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#heap.length;
  }

  /** Whether Node's timer is among the active resources. */
  get isReferenced(): boolean {
    return this.#node !== undefined && this.#loud > 0;
  }

  /** Calls `fire` once, when `performance.now()` has reached `deadlineMs`; `Infinity` never. */
  arm(deadlineMs: number, fire: () => void, isQuiet = false): Timer {
    if (deadlineMs === Infinity) return { deadlineMs, fire, place: -1, order: 0, isQuiet };
    const timer: Timer = { deadlineMs, fire, place: this.#heap.length, order: this.#order++, isQuiet };
    this.#heap.push(timer);
    this.#up(timer.place);
    if (!isQuiet && this.#loud++ === 0) this.#node?.ref();
    this.#onCount(this.#heap.length);
    if (deadlineMs < this.#armedMs) this.#set(deadlineMs);
    return timer;
  }

  /** Disarms a timer. Does nothing if it has fired. */
  cancel(timer: Timer): void {
    if (timer.place < 0) return;
    this.#remove(timer);
    this.#onCount(this.#heap.length);
    if (this.#heap.length === 0) this.clear();
  }

  /** Forgets all timers. */
  clear(): void {
    this.#unset();
    this.#armedMs = Infinity;
    for (const timer of this.#heap) timer.place = -1;
    this.#heap.length = 0;
    this.#loud = 0;
  }

  #unset(): void {
    // Node keeps a list of unreferenced timers until they would have been due, and looks like it will call back.
    clearTimeout(this.#node?.ref());
    this.#node = undefined;
  }

  #set(deadlineMs: number): void {
    this.#unset();
    this.#armedMs = deadlineMs;
    const delayMs = Math.min(LONGEST_MS, Math.max(0, Math.ceil(deadlineMs - performance.now())));
    this.#node = setTimeout(() => this.#expire(), delayMs);
    if (this.#loud === 0) this.#node.unref();
  }

  #expire(): void {
    this.#node = undefined;
    this.#armedMs = Infinity;
    const { recorder } = this;
    if (recorder !== undefined) {
      recorder.noteOwn();
      recorder.isOutside = true;
    }
    const nowMs = performance.now();
    while (this.#heap.length > 0 && this.#heap[0].deadlineMs <= nowMs) {
      const timer = this.#heap[0];
      this.#remove(timer);
      if (recorder !== undefined) recorder.noteDue(timer.deadlineMs);
      timer.fire();
    }
    if (recorder !== undefined) recorder.isOutside = false;
    this.#onCount(this.#heap.length);
    if (this.#heap.length > 0 && this.#heap[0].deadlineMs < this.#armedMs) this.#set(this.#heap[0].deadlineMs);
  }

  #remove(timer: Timer): void {
    const { place } = timer;
    timer.place = -1;
    if (!timer.isQuiet && --this.#loud === 0) this.#node?.unref();
    const last = this.#heap.pop() as Timer;
    if (last === timer) return;
    this.#heap[place] = last;
    last.place = place;
    this.#up(place);
    this.#down(last.place);
  }

  #up(from: number): void {
    const heap = this.#heap;
    const timer = heap[from];
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(timer, heap[above])) break;
      this.#put(heap[above], place);
      place = above;
    }
    this.#put(timer, place);
  }

  #down(from: number): void {
    const heap = this.#heap;
    const timer = heap[from];
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1], heap[below])) below++;
      if (!isBefore(heap[below], timer)) break;
      this.#put(heap[below], place);
      place = below;
    }
    this.#put(timer, place);
  }

  #put(timer: Timer, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.deadlineMs < b.deadlineMs || (a.deadlineMs === b.deadlineMs && a.order < b.order);
}
