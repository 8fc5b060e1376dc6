/**
 * The protocol (docs/method.md): preparation, then the blocks one after the other, each in a
 * process of its own (`runner.ts`). What their cells gave is put together here.
 * Ratios are formed inside a block, so drift of the machine cancels.
 *
 * A run that fails makes the check "every run completes" fail, and so does a
 * block whose process ends or hangs; that cell is not run again, all others are.
 * Nothing is printed and no callback is made while a run is timed.
 *
 * From a run to a printed table a measurement has five shapes:
 *
 *   CellRun     one run of a cell, as its program returns it           program.ts
 *   CellBlock   one cell in one block, as its process sends it         runner.ts
 *   CellRecord  one cell in all blocks                                 plan.ts
 *   CellResult  the same with medians, intervals and a verdict: JSON   ../result.ts
 *   Row         a result with its gains, for every format              ../rows.ts
 */
import { groupOf, printCell, type Cell } from "../cell.ts";
import type { BlockEvents, BlockRunner, CellBlock, Frozen, Prepared } from "./runner.ts";
import { nowNs } from "../machine/clock.ts";
import type { PileOutcome } from "./program.ts";
import { type Check } from "../result.ts";
import { TimeLeft } from "./time-left.ts";
import { isTraced, type CellRecord, type TrialPlan, type TrialProgress, type TrialRecord } from "./plan.ts";

const COMPLETES = "every run completes";

/** Runs a trial. An abort takes effect between runs: complete runs are kept. `clock`: wall time in nanoseconds, for the time left. */
export async function runTrial(
  plan: TrialPlan,
  runner: BlockRunner,
  onProgress: (progress: TrialProgress) => void,
  signal: AbortSignal,
  clock: () => number = nowNs,
): Promise<TrialRecord & Pick<Prepared, "processors" | "calibrations">> {
  return new Trial(plan, runner, onProgress, signal, clock).run();
}

class Trial {
  readonly #plan: TrialPlan;
  readonly #runner: BlockRunner;
  readonly #onProgress: (progress: TrialProgress) => void;
  readonly #signal: AbortSignal;
  readonly #clock: () => number;
  readonly #cells: readonly Cell[];
  /** Of every cell, once the sizes are known. */
  #records: readonly CellRecord[] = [];
  readonly #broken = new Set<number>();
  readonly #checks = new CheckList();
  readonly #timeLeft: TimeLeft;
  #pile: PileOutcome | null = null;
  readonly #notes = new Set<string>();
  #block = 0;
  #cellsDone = 0;
  /** When the last cell was done, or the blocks began. */
  #sinceNs = 0;

  constructor(plan: TrialPlan, runner: BlockRunner, onProgress: (progress: TrialProgress) => void, signal: AbortSignal, clock: () => number) {
    this.#plan = plan;
    this.#runner = runner;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#clock = clock;
    this.#cells = plan.programs.flatMap(({ cells }) => cells);
    this.#timeLeft = new TimeLeft(this.#cells.length, plan.blocks);
  }

  async run(): Promise<TrialRecord & Pick<Prepared, "processors" | "calibrations">> {
    const prepared = await this.#runner.prepare(() => this.#report(null), this.#signal);
    let blocksDone = 0;
    this.#sinceNs = this.#clock();
    if (prepared !== null) {
      this.#records = recordsOf(this.#plan, prepared);
      for (this.#block = 0; this.#block < this.#plan.blocks && !this.#signal.aborted; this.#block++) {
        const isWhole = await this.#runBlock(prepared);
        if (isWhole && !this.#signal.aborted) blocksDone++;
      }
    }
    return {
      cells: this.#records.filter(({ samples }) => samples.length > 0),
      checks: this.#checks.list(),
      blocksDone,
      interrupted: this.#signal.aborted,
      pile: this.#pile,
      notes: [...this.#notes],
      processors: prepared?.processors ?? null,
      calibrations: prepared?.calibrations ?? [],
    };
  }

  /** Runs a block; if its process ends early, another process runs what is left. Returns whether the block is complete. */
  async #runBlock(frozen: Frozen): Promise<boolean> {
    const done = new Set<number>();
    for (;;) {
      let at: number | null = null;
      const events: BlockEvents = {
        next: (cell) => {
          at = cell;
          this.#report(this.#cellAt(cell));
        },
        done: (outcome) => {
          at = null;
          done.add(outcome.cell);
          this.#take(outcome);
        },
      };
      const order = { block: this.#block, skip: [...this.#broken.union(done)], traced: isTraced(this.#plan, this.#block) };
      if (order.skip.length === this.#cells.length) return true;
      try {
        const { pile, notes } = await this.#runner.run(order, frozen, events, this.#signal);
        this.#pile ??= pile;
        for (const note of notes) this.#notes.add(note);
        return true;
      } catch (error) {
        if (at === null) {
          // Between cells there is none to leave out: another process would end in the same way.
          this.#checks.fail(COMPLETES, `block ${this.#block + 1}`, error);
          return false;
        }
        this.#break(at, error);
        if (this.#signal.aborted) return false;
      }
    }
  }

  #take({ cell: index, samples, items, checks, identities, traced, failure }: CellBlock): void {
    const cell = this.#cellAt(index);
    const record = this.#records[index] as CellRecord;
    record.samples.push(...samples);
    if (samples.length > 0) record.items = items;
    if (traced !== null) record.traced.push(traced);
    for (const check of checks) this.#checks.add(check, cell);
    for (const identity of identities) this.#checks.addIdentity(identity, cell);
    if (failure !== null) this.#break(index, failure);
    this.#cellsDone++;
    const now = this.#clock();
    this.#timeLeft.took(index, now - this.#sinceNs);
    this.#sinceNs = now;
  }

  #break(index: number, cause: unknown): void {
    this.#broken.add(index);
    this.#checks.fail(COMPLETES, this.#cellAt(index), cause);
  }

  #cellAt(index: number): Cell {
    const cell = this.#cells[index];
    if (cell === undefined) throw new RangeError(`there is no cell ${index}`);
    return cell;
  }

  #report(next: Cell | null): void {
    const { blocks } = this.#plan;
    const left = next === null ? null : this.#timeLeft.left;
    this.#onProgress({ block: this.#block, blocks, cellsDone: this.#cellsDone, cellsTotal: this.#cells.length * blocks, next, leftMs: left === null ? null : left / 1e6 });
  }
}

/** Of every cell, what is known before it is run. */
function recordsOf({ programs }: TrialPlan, { sizes }: Frozen): CellRecord[] {
  return programs.flatMap((program) => program.cells.map((cell) => {
    const size = sizes[groupOf(cell)] as number;
    const ns = program.predict(cell, size);
    return { cell, size, items: 0, predicted: ns === null ? null : { ns, isBound: program.isBound(cell) }, samples: [], traced: [] };
  }));
}

interface Tally {
  runs: number;
  failures: number;
  /** The detail of the latest run until one fails, then of the first failure. */
  detail: string;
}

/** The checks of a whole trial: each name once, with the number of runs in which it held, or the first run in which it did not. */
class CheckList {
  readonly #tallies = new Map<string, Tally>();
  readonly #identities = new Map<string, { value: string; cell: Cell }>();

  /** Counts one check of one run of a cell, or of something else that has a name. */
  add(check: Check, where: Cell | string): void {
    const tally = this.#tallies.get(check.name) ?? { runs: 0, failures: 0, detail: "" };
    this.#tallies.set(check.name, tally);
    tally.runs++;
    if (check.ok && tally.failures === 0) tally.detail = check.detail;
    if (!check.ok && tally.failures++ === 0) tally.detail = `${typeof where === "string" ? where : printCell(where)}: ${check.detail}`;
  }

  /** Counts a failure that is not a check of the program: a run that threw, a process that ended. */
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
