/**
 * How many operations of a thread go on before the next one reads the clock: as many as
 * took half a millisecond at last. Reading it costs as much as an operation, so tasks
 * that only pass values on read it rarely; tasks that compute between their operations
 * read it soon, because a time slice must end.
 *
 * Invariants: `operations` is from 1 to `MOST`; it at most doubles with a read, so one
 * quick operation among slow ones does not hide these; time outside a slice never counts.
 */

export const MOST = 64;
/** Before the first read. */
const FIRST = 8;
const READ_MS = 0.5;

export class Pace {
  /** Operations until the next read, and tasks that may be resumed until then. */
  operations = FIRST;
  /** When the clock was last read in this slice; after its end, or while there is none, a time after every slice. */
  #readMs = Infinity;

  /** A slice has begun. */
  begin(nowMs: number): void {
    this.#readMs = nowMs;
  }

  /** The clock has been read after `operations` more, in a slice until `endMs`. */
  read(nowMs: number, endMs: number): void {
    if (this.#readMs >= endMs) return;
    const inReadMs = Math.floor((this.operations * READ_MS) / (nowMs - this.#readMs));
    this.operations = Math.max(1, Math.min(MOST, 2 * this.operations, inReadMs));
    this.#readMs = nowMs;
  }

  /** There is no slice: what goes on until the next one was resumed by something else. */
  rest(): void {
    this.#readMs = Infinity;
  }
}
