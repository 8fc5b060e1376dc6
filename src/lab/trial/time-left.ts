/**
 * How long a trial still takes. A cell's time in a block is proportional to its runs
 * there, the traced one included, and there is an expectation before anything was run:
 * what the model predicts, or the time for which the work was chosen.
 *
 * All cells run in every block, so each soon has a pace of its own. Until then it has
 * its expected time, multiplied by what the others took as against theirs.
 */

/** What is known of a trial before its blocks. */
export interface Expected {
  /** By cell: nanoseconds of one run; `null`: nobody knows. */
  readonly runNs: readonly (number | null)[];
  /** By block: runs of each cell. */
  readonly runs: readonly number[];
}

/** What a run takes in addition to its timed region, nanoseconds: readings of the clocks, the rehearsal, and a share of starting the block. */
const AROUND_NS = 80e6;

/** The time that is left. */
export class TimeLeft {
  /** By cell: nanoseconds expected of a run; time taken so far, and for how many runs. */
  readonly #cells: { readonly expectedNs: number | null; tookNs: number; runs: number }[];
  readonly #runs: readonly number[];
  /** By cell: the blocks that it was run in. */
  readonly #done: Set<number>[];

  constructor({ runNs, runs }: Expected) {
    this.#cells = runNs.map((ns) => ({ expectedNs: ns === null ? null : ns + AROUND_NS, tookNs: 0, runs: 0 }));
    this.#runs = runs;
    this.#done = runNs.map(() => new Set());
  }

  /** A cell took this long in a block, with what went before it. */
  took(cell: number, block: number, ns: number): void {
    const known = this.#cells[cell];
    if (known === undefined) return;
    known.tookNs += ns;
    known.runs += this.#runs[block] ?? 0;
    this.#done[cell]?.add(block);
  }

  /** Nanoseconds that the rest takes; `null` while a cell has neither been run nor an expected time, and less than a tenth of a block is done. */
  get left(): number | null {
    const measured = this.#cells.filter(({ runs }) => runs > 0);
    const isUnknown = this.#cells.some(({ expectedNs, runs }) => expectedNs === null && runs === 0);
    if (isUnknown && measured.length * 10 < this.#cells.length) return null;
    const meanNs = sum(measured.map(({ tookNs, runs }) => tookNs / runs)) / measured.length;
    const paced = measured.filter(({ expectedNs }) => expectedNs !== null);
    const pace = paced.length === 0 ? 1 : sum(paced.map(({ tookNs, runs }) => tookNs / runs)) / sum(paced.map(({ expectedNs }) => expectedNs as number));
    return sum(this.#cells.map(({ expectedNs, tookNs, runs }, cell) => {
      const runNs = runs > 0 ? tookNs / runs : expectedNs === null ? meanNs : expectedNs * pace;
      return runNs * sum(this.#runs.map((count, block) => (this.#done[cell]?.has(block) === true ? 0 : count)));
    }));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
