/**
 * How long a trial still takes: the blocks that are left of each cell, each as
 * long as that cell took so far; a cell that was not run yet takes as long as the
 * others do.
 */

/** Keeps the times of the cells. All times are in one unit, any unit. */
export class TimeLeft {
  /** By cell: the sum of its times, and how many. */
  readonly #known: { sum: number; count: number }[];
  readonly #blocks: number;

  constructor(cells: number, blocks: number) {
    this.#known = Array.from({ length: cells }, () => ({ sum: 0, count: 0 }));
    this.#blocks = blocks;
  }

  /** A cell took this long, with what went before it. */
  took(cell: number, time: number): void {
    const known = this.#known[cell];
    if (known === undefined) return;
    known.sum += time;
    known.count++;
  }

  /** The time that the rest takes; `null` before a tenth of a block is done. */
  get left(): number | null {
    const done = this.#known.reduce((all, { count }) => all + count, 0);
    if (done === 0 || done * 10 < this.#known.length) return null;
    const mean = this.#known.reduce((all, { sum }) => all + sum, 0) / done;
    return this.#known.reduce((all, { sum, count }) => all + Math.max(0, this.#blocks - count) * (count === 0 ? mean : sum / count), 0);
  }
}
