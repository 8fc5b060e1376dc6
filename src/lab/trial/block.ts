/**
 * One block (docs/method.md, "Protocol"): every cell once, in seeded random
 * order. Threads are started anew for each number of them; the order of these
 * numbers, and of the cells on one, is random. Runs where its caller is: a
 * process of its own, but for tests.
 *
 * A cell: a short rehearsal, the timed runs with tracing off,
 * and in traced blocks one more that is recorded.
 *
 * Not done: fully random order over numbers of threads, which would start the
 * threads anew for every cell.
 */
import type { BlockEnd, BlockEvents, BlockOrder, CellOutcome, Frozen } from "./runner.ts";
import { threadUse } from "../machine/clock.ts";
import type { CellProgram, CellRun } from "./program.ts";
import { randomSource, shuffled } from "../random.ts";
import { groupOf, type Cell, type Check, type Sample } from "../result.ts";
import { readTrace } from "./traced.ts";
import type { Protocol, TracedRun, TrialMachine } from "./plan.ts";

interface Entry<Pool> {
  readonly index: number;
  readonly program: CellProgram<Pool>;
  readonly cell: Cell;
}

/** What a block runs on. */
export interface BlockSetting<Pool> {
  readonly programs: readonly CellProgram<Pool>[];
  readonly machine: TrialMachine<Pool>;
  readonly protocol: Protocol;
  readonly frozen: Frozen;
}

/** Runs a block. An abort is honoured between runs: complete runs are kept. */
export async function runBlock<Pool>(setting: BlockSetting<Pool>, order: BlockOrder, events: BlockEvents, signal: AbortSignal): Promise<BlockEnd> {
  for (const [index, program] of setting.programs.entries()) program.use(setting.frozen.calibrations[index] ?? {});
  await new Block(setting, order, events, signal).run();
  return { found: setting.programs.map((program) => program.found()), notes: [] };
}

class Block<Pool> {
  readonly #setting: BlockSetting<Pool>;
  readonly #order: BlockOrder;
  readonly #events: BlockEvents;
  readonly #signal: AbortSignal;

  constructor(setting: BlockSetting<Pool>, order: BlockOrder, events: BlockEvents, signal: AbortSignal) {
    this.#setting = setting;
    this.#order = order;
    this.#events = events;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { programs, protocol } = this.#setting;
    const { block, skip } = this.#order;
    const entries: Entry<Pool>[] = [];
    for (const program of programs) for (const cell of program.cells) entries.push({ index: entries.length, program, cell });
    const source = randomSource(protocol.seed, "block", block);
    const threadCounts = [...new Set(entries.map(({ cell }) => cell.threads))];
    for (const threads of shuffled(threadCounts, source)) {
      // what is skipped is shuffled too: the order of the others does not depend on it
      const shuffledHere = shuffled(entries.filter(({ cell }) => cell.threads === threads), source);
      let pending = shuffledHere.filter(({ index }) => !skip.includes(index));
      // a run that throws may have taken a thread along: the cells after it get fresh threads
      while (pending.length > 0 && !this.#signal.aborted) pending = await this.#runOnPool(threads, pending);
    }
  }

  /** Runs cells on one pool; gives back those it did not come to, because a run failed. */
  async #runOnPool(threads: number, entries: readonly Entry<Pool>[]): Promise<Entry<Pool>[]> {
    const { machine, protocol } = this.#setting;
    const pool = await machine.open(threads);
    try {
      for (const program of new Set(entries.map((entry) => entry.program))) await program.warm(pool, threads, protocol.warmupMs);
      for (const [position, entry] of entries.entries()) {
        if (this.#signal.aborted) return [];
        await this.#events.next(entry.index);
        if (this.#signal.aborted) return [];
        const outcome = await this.#runCell(pool, entry);
        this.#events.done(outcome);
        if (outcome.failure !== null) return entries.slice(position + 1);
      }
      return [];
    } finally {
      await machine.close(pool);
    }
  }

  async #runCell(pool: Pool, { index, program, cell }: Entry<Pool>): Promise<CellOutcome> {
    const { machine, protocol, frozen } = this.#setting;
    const { block } = this.#order;
    const size = frozen.sizes[groupOf(cell)] as number;
    const samples: Sample[] = [];
    const checks: Check[] = [];
    const identities: NonNullable<CellRun["identity"]>[] = [];
    let items = 0;
    let traced: TracedRun | null = null;
    let failure: string | null = null;
    const note = (run: CellRun): void => {
      items = run.items;
      checks.push(...run.checks);
      if (run.identity !== undefined) identities.push(run.identity);
    };
    try {
      await program.rehearse(pool, cell);
      for (let run = 0; run < protocol.runs && !this.#signal.aborted; run++) {
        const before = await machine.times(pool);
        const startProcessNs = machine.processNs();
        const startNs = machine.nowNs();
        const outcome = await program.run(pool, cell, size);
        const windowNs = machine.nowNs() - startNs;
        const processNs = machine.processNs() - startProcessNs;
        const after = await machine.times(pool);
        samples.push({ block, run, wallNs: outcome.wallNs, windowNs, ...threadUse(before, after), processNs });
        note(outcome);
      }
      if (this.#order.traced && machine.trace !== undefined && !this.#signal.aborted) {
        const tracing = await machine.trace(pool);
        const outcome = await program.run(pool, cell, size);
        traced = readTrace(block, outcome, await tracing.stop());
        note(outcome);
      }
    } catch (error) {
      failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    return { cell: index, samples, items, checks, identities, traced, failure };
  }
}
