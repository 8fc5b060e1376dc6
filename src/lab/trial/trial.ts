/**
 * The protocol of docs/method.md, "Protocol": preparation, then the blocks one
 * after the other, each in a process of its own (`block-runner.ts`); what their
 * cells gave is put together here. Ratios are formed inside a block, so drift of
 * the machine cancels.
 *
 * A run that fails makes the check "every run completes" fail, and so does a
 * block whose process ends or hangs; its cell is not tried again, everything
 * else is. Nothing is printed and no callback is made while a run is timed.
 */
import type { BlockEvents, BlockRunner, CellOutcome, Frozen, Prepared } from "./runner.ts";
import { CheckList } from "./check-list.ts";
import { nowNs } from "../machine/clock.ts";
import type { CellCatalogue } from "./program.ts";
import { groupOf, type Cell, type Sample } from "../result.ts";
import { TimeLeft } from "./time-left.ts";
import { isTraced, type CellRecord, type TracedRun, type TrialPlan, type TrialProgress, type TrialRecord } from "./plan.ts";

const COMPLETES = "every run completes";

interface Entry {
  readonly program: CellCatalogue;
  readonly cell: Cell;
  readonly samples: Sample[];
  readonly traced: TracedRun[];
  items: number;
  broken: boolean;
}

/** Runs a trial. An abort is honoured between runs: complete runs are kept. `clock`: wall time in nanoseconds, for the time left. */
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
  readonly #entries: readonly Entry[];
  readonly #checks = new CheckList();
  readonly #timeLeft: TimeLeft;
  readonly #found: unknown[];
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
    this.#entries = plan.programs.flatMap((program) => program.cells.map((cell) => ({ program, cell, samples: [], traced: [], items: 0, broken: false })));
    this.#timeLeft = new TimeLeft(this.#entries.length, plan.blocks);
    this.#found = plan.programs.map(() => null);
  }

  async run(): Promise<TrialRecord & Pick<Prepared, "processors" | "calibrations">> {
    const prepared = await this.#runner.prepare(() => this.#tell(null), this.#signal);
    let blocksDone = 0;
    this.#sinceNs = this.#clock();
    if (prepared !== null) {
      for (this.#block = 0; this.#block < this.#plan.blocks && !this.#signal.aborted; this.#block++) {
        const isWhole = await this.#runBlock(prepared);
        if (isWhole && !this.#signal.aborted) blocksDone++;
      }
    }
    return {
      cells: prepared === null ? [] : this.#entries.filter((entry) => entry.samples.length > 0).map((entry) => record(entry, prepared)),
      checks: this.#checks.list(),
      blocksDone,
      interrupted: this.#signal.aborted,
      found: this.#found,
      notes: [...this.#notes],
      processors: prepared?.processors ?? null,
      calibrations: prepared?.calibrations ?? [],
    };
  }

  /** Runs a block, in a further process what one that ended before its time did not come to. Whether the block is whole. */
  async #runBlock(frozen: Frozen): Promise<boolean> {
    const done = new Set<number>();
    for (;;) {
      let at: number | null = null;
      const events: BlockEvents = {
        next: (cell) => {
          at = cell;
          this.#tell(this.#entryAt(cell).cell);
        },
        done: (outcome) => {
          at = null;
          done.add(outcome.cell);
          this.#take(outcome);
        },
      };
      const broken = this.#entries.flatMap((entry, index) => (entry.broken ? [index] : []));
      const order = { block: this.#block, skip: [...new Set([...broken, ...done])], traced: isTraced(this.#plan, this.#block) };
      if (order.skip.length === this.#entries.length) return true;
      try {
        const { found, notes } = await this.#runner.run(order, frozen, events, this.#signal);
        for (const [index, value] of found.entries()) this.#found[index] ??= value;
        for (const note of notes) this.#notes.add(note);
        return true;
      } catch (error) {
        if (at === null) {
          // Between cells there is none to leave out: another try would end in the same way.
          this.#checks.fail(COMPLETES, `block ${this.#block + 1}`, error);
          return false;
        }
        this.#break(at, error);
        if (this.#signal.aborted) return false;
      }
    }
  }

  #take({ cell: index, samples, items, checks, identities, traced, failure }: CellOutcome): void {
    const entry = this.#entryAt(index);
    entry.samples.push(...samples);
    if (samples.length > 0) entry.items = items;
    if (traced !== null) entry.traced.push(traced);
    for (const check of checks) this.#checks.add(check, entry.cell);
    for (const identity of identities) this.#checks.addIdentity(identity, entry.cell);
    if (failure !== null) this.#break(index, failure);
    this.#cellsDone++;
    const now = this.#clock();
    this.#timeLeft.took(index, now - this.#sinceNs);
    this.#sinceNs = now;
  }

  #break(index: number, cause: unknown): void {
    const entry = this.#entryAt(index);
    entry.broken = true;
    this.#checks.fail(COMPLETES, entry.cell, cause);
  }

  #entryAt(index: number): Entry {
    const entry = this.#entries[index];
    if (entry === undefined) throw new RangeError(`there is no cell ${index}`);
    return entry;
  }

  #tell(next: Cell | null): void {
    const { blocks } = this.#plan;
    const left = next === null ? null : this.#timeLeft.left;
    this.#onProgress({ block: this.#block, blocks, cellsDone: this.#cellsDone, cellsTotal: this.#entries.length * blocks, next, leftMs: left === null ? null : left / 1e6 });
  }
}

function record({ program, cell, samples, traced, items }: Entry, { sizes }: Frozen): CellRecord {
  const size = sizes[groupOf(cell)] as number;
  const ns = program.predict(cell, size);
  return { cell, size, items, predicted: ns === null ? null : { ns, isBound: program.isBound(cell) }, samples, traced };
}
