/**
 * What is ready on one thread: waits that have ended, operations that yield, and
 * closures that have not started. Other threads read how much it is (`processor.ready`).
 *
 * A *cycle* is what was ready at one moment, without the closures. The processor resumes
 * all of it before the next cycle begins, however many turns of the event loop that
 * takes. What yields during a cycle belongs to a later one.
 */
import type { Arena } from "../memory/arena.ts";
import { processor } from "../memory/layout.ts";
import { Fifo } from "./fifo.ts";

export class RunQueue {
  readonly #i32: Int32Array;
  readonly #count: number;
  /** Waits that have ended, by their record's `slot`. */
  readonly #waits = new Fifo<number>();
  /** Promises of operations that yield to the event loop. */
  readonly #hops = new Fifo<() => void>();
  /** What must start on this thread: closures, by the index of their join, and other functions. */
  readonly #starts = new Fifo<number | (() => void)>();
  /** What is left of the cycle. Waits leave the queue in their order, so those of the cycle are the first. */
  #waitsDue = 0;
  #hopsDue = 0;

  constructor(arena: Arena) {
    this.#i32 = arena.i32;
    this.#count = arena.here + processor.ready;
    this.#i32[this.#count] = 0;
  }

  get isEmpty(): boolean {
    return this.#waits.length === 0 && this.#hops.length === 0 && this.#starts.length === 0;
  }

  get hasNoWaits(): boolean {
    return this.#waits.length === 0;
  }

  pushWait(slot: number): void {
    this.#waits.push(slot);
    this.#i32[this.#count]++;
  }

  pushHop(resume: () => void): void {
    this.#hops.push(resume);
    this.#i32[this.#count]++;
  }

  pushStart(start: number | (() => void)): void {
    this.#starts.push(start);
    this.#i32[this.#count]++;
  }

  /** The oldest wait that has ended. */
  nextWait(): number | undefined {
    const slot = this.#waits.shift();
    if (slot === undefined) return undefined;
    this.#i32[this.#count]--;
    if (this.#waitsDue > 0) this.#waitsDue--;
    return slot;
  }

  /** The oldest hop of the cycle. */
  nextHop(): (() => void) | undefined {
    if (this.#hopsDue === 0) return undefined;
    this.#hopsDue--;
    this.#i32[this.#count]--;
    return this.#hops.shift();
  }

  nextStart(): number | (() => void) | undefined {
    const start = this.#starts.shift();
    if (start !== undefined) this.#i32[this.#count]--;
    return start;
  }

  /** Whether waits of the cycle are left. */
  get isWaitDue(): boolean {
    return this.#waitsDue > 0;
  }

  /** Begins a cycle; false if one is not over. */
  beginCycle(): boolean {
    if (this.#waitsDue + this.#hopsDue > 0) return false;
    this.#waitsDue = this.#waits.length;
    this.#hopsDue = this.#hops.length;
    return true;
  }

  /** Whether there are waits that have ended, or hops of the cycle. */
  get canResume(): boolean {
    return this.#waits.length > 0 || this.#hopsDue > 0;
  }

  /** Whether a wait that has ended is here. */
  hasWait(slot: number): boolean {
    return this.#waits.includes(slot);
  }
}
