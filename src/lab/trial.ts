/**
 * The protocol of measurement.md section 3. A block runs every cell once; the
 * threads are started anew for each block and thread count; the order of thread
 * counts and of the cells on one is random and seeded. Ratios are formed inside
 * a block, so drift of the machine cancels.
 *
 * A cell: an untimed run of the least size, then `runs` timed ones. The size of the work is
 * found before block 0, for each group of cells that do the same work, such
 * that its fastest cell takes `minTimeMs`; then it is frozen.
 *
 * Not done: a process of its own for each block (`config.isolation` says so);
 * fully random order over thread counts, which would start the threads anew for
 * every cell.
 *
 * Nothing is printed and no callback is made while a run is timed.
 */
import { CheckList } from "./check-list.ts";
import { threadUse } from "./clock.ts";
import type { CellProgram, CellRun } from "./program.ts";
import { randomSource, shuffled } from "./random.ts";
import { groupOf, type Cell, type Sample } from "./result.ts";
import { findSize } from "./size.ts";
import type { CellRecord, TrialMachine, TrialPlan, TrialProgress, TrialRecord } from "./trial-plan.ts";

interface Entry<Pool> {
  readonly program: CellProgram<Pool>;
  readonly cell: Cell;
  readonly samples: Sample[];
  items: number;
  broken: boolean;
}

/** Runs a trial. An abort is honoured between runs: complete runs are kept. */
export async function runTrial<Pool>(
  plan: TrialPlan<Pool>,
  machine: TrialMachine<Pool>,
  onProgress: (progress: TrialProgress) => void,
  signal: AbortSignal,
): Promise<TrialRecord> {
  const trial = new Trial(plan, machine, onProgress, signal);
  return trial.run();
}

class Trial<Pool> {
  readonly #plan: TrialPlan<Pool>;
  readonly #machine: TrialMachine<Pool>;
  readonly #onProgress: (progress: TrialProgress) => void;
  readonly #signal: AbortSignal;
  readonly #entries: Entry<Pool>[];
  readonly #sizes = new Map<string, number>();
  readonly #checks = new CheckList();
  #block = 0;
  #cellsDone = 0;

  constructor(plan: TrialPlan<Pool>, machine: TrialMachine<Pool>, onProgress: (progress: TrialProgress) => void, signal: AbortSignal) {
    this.#plan = plan;
    this.#machine = machine;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#entries = plan.programs.flatMap((program) =>
      program.cells.map((cell) => ({ program, cell, samples: [], items: 0, broken: false })),
    );
  }

  async run(): Promise<TrialRecord> {
    await this.#prepare();
    let blocksDone = 0;
    for (this.#block = 0; this.#block < this.#plan.blocks && !this.#signal.aborted; this.#block++) {
      await this.#runBlock();
      if (!this.#signal.aborted) blocksDone++;
    }
    return {
      cells: this.#entries.filter((entry) => entry.samples.length > 0).map((entry) => this.#record(entry)),
      checks: this.#checks.list(),
      blocksDone,
      interrupted: this.#signal.aborted,
    };
  }

  /** Calibrates every program and finds the size of every group, on as many threads as any cell has. */
  async #prepare(): Promise<void> {
    const most = Math.max(...this.#entries.map(({ cell }) => cell.threads));
    this.#tell(null);
    const pool = await this.#machine.open(most);
    try {
      for (const program of this.#plan.programs) {
        await program.prepare(pool);
        await program.warm(pool, most, this.#plan.warmupMs);
      }
      for (const [group, entries] of Map.groupBy(this.#entries, ({ cell }) => groupOf(cell))) {
        if (this.#signal.aborted) return;
        const { program } = entries[0] as Entry<Pool>;
        const widest = Math.max(...entries.map(({ cell }) => cell.threads));
        const probes = entries.filter(({ cell }) => cell.threads === widest).map(({ cell }) => cell);
        this.#sizes.set(group, await findSize(program, pool, probes, this.#plan.minTimeMs * 1e6));
        this.#tell(null);
      }
    } finally {
      await this.#machine.close(pool);
    }
  }

  async #runBlock(): Promise<void> {
    const source = randomSource(this.#plan.seed, "block", this.#block);
    const threadCounts = [...new Set(this.#entries.map(({ cell }) => cell.threads))];
    for (const threads of shuffled(threadCounts, source)) {
      const entries = shuffled(this.#entries.filter(({ cell }) => cell.threads === threads), source);
      let pending = entries.filter(({ broken }) => !broken);
      // a run that throws may have taken a thread along: the cells after it get fresh threads
      while (pending.length > 0 && !this.#signal.aborted) pending = await this.#runOnPool(threads, pending);
    }
  }

  /** Runs cells on one pool; gives back those it did not come to, because a run failed. */
  async #runOnPool(threads: number, entries: Entry<Pool>[]): Promise<Entry<Pool>[]> {
    const pool = await this.#machine.open(threads);
    try {
      for (const program of new Set(entries.map((entry) => entry.program))) await program.warm(pool, threads, this.#plan.warmupMs);
      for (const [position, entry] of entries.entries()) {
        if (this.#signal.aborted) return [];
        this.#tell(entry.cell);
        const failure = await this.#runCell(pool, entry);
        this.#cellsDone++;
        if (failure === null) continue;
        entry.broken = true;
        this.#checks.fail("every run completes", entry.cell, failure);
        return entries.slice(position + 1);
      }
      return [];
    } finally {
      await this.#machine.close(pool);
    }
  }

  /** One untimed run and the timed ones; the error of a run that fails. */
  async #runCell(pool: Pool, entry: Entry<Pool>): Promise<unknown> {
    const { program, cell } = entry;
    const size = this.#sizes.get(groupOf(cell)) as number;
    const sizing = program.sizing(cell);
    const rehearsal = sizing.kind === "found" ? sizing.step : size;
    try {
      await program.run(pool, cell, rehearsal);
      for (let run = 0; run < this.#plan.runs && !this.#signal.aborted; run++) {
        const before = await this.#machine.times(pool);
        const startNs = this.#machine.nowNs();
        const outcome = await program.run(pool, cell, size);
        const windowNs = this.#machine.nowNs() - startNs;
        const after = await this.#machine.times(pool);
        entry.samples.push({ block: this.#block, run, wallNs: outcome.wallNs, windowNs, ...threadUse(before, after) });
        this.#note(entry, outcome);
      }
      return null;
    } catch (error) {
      return error;
    }
  }

  #note(entry: Entry<Pool>, outcome: CellRun): void {
    entry.items = outcome.items;
    for (const check of outcome.checks) this.#checks.add(check, entry.cell);
    if (outcome.identity !== undefined) this.#checks.addIdentity(outcome.identity, entry.cell);
  }

  #record({ program, cell, samples, items }: Entry<Pool>): CellRecord {
    const size = this.#sizes.get(groupOf(cell)) as number;
    return { cell, size, items, predictedNs: program.predict(cell, size), samples };
  }

  #tell(next: Cell | null): void {
    const { blocks } = this.#plan;
    this.#onProgress({ block: this.#block, blocks, cellsDone: this.#cellsDone, cellsTotal: this.#entries.length * blocks, next });
  }
}
