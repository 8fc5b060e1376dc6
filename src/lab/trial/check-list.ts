/**
 * The invariants of a whole trial: each name once, with the number of runs that
 * kept it, or the first run that did not.
 */
import { printCell, type Cell, type Check } from "../result.ts";

interface Tally {
  runs: number;
  failures: number;
  /** The detail of the latest run while all is well, then of the first failure. */
  detail: string;
}

/** Collects the checks of every run. */
export class CheckList {
  readonly #tallies = new Map<string, Tally>();
  readonly #identities = new Map<string, { value: string; cell: Cell }>();

  /** Counts one check of one run of a cell, or of something else that is named. */
  add(check: Check, where: Cell | string): void {
    const tally = this.#tallies.get(check.name) ?? { runs: 0, failures: 0, detail: "" };
    this.#tallies.set(check.name, tally);
    tally.runs++;
    if (check.ok && tally.failures === 0) tally.detail = check.detail;
    if (!check.ok && tally.failures++ === 0) tally.detail = `${typeof where === "string" ? where : printCell(where)}: ${check.detail}`;
  }

  /** Counts a failure that is no check of the program's: a run that threw, a process that ended. */
  fail(name: string, where: Cell | string, cause: unknown): void {
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    this.add({ name, ok: false, detail }, where);
  }

  /** Counts a value that must be the same wherever `key` is. */
  addIdentity({ key, value }: { key: string; value: string }, cell: Cell): void {
    const first = this.#identities.get(key) ?? { value, cell };
    this.#identities.set(key, first);
    const same = first.value === value;
    const detail = same ? value : `${value}, but ${first.value} in ${printCell(first.cell)}`;
    this.add({ name: `same result everywhere: ${key}`, ok: same, detail }, cell);
  }

  /** Every check once, in the order first met. */
  list(): Check[] {
    return [...this.#tallies].map(([name, { runs, failures, detail }]) => {
      const count = failures === 0 ? `${runs} run${runs === 1 ? "" : "s"}` : `${failures} of ${runs} run${runs === 1 ? "" : "s"} failed`;
      return { name, ok: failures === 0, detail: detail === "" ? count : `${count}; ${detail}` };
    });
  }
}
