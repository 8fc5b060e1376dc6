/**
 * One block (docs/method.md, "Protocol"): every cell once, in seeded random order. Threads are started anew
 * for each number of threads; the order of these numbers, and of the cells on
 * one, is random. A block runs in a process of its own, except in tests.
 *
 * A cell: a short rehearsal, the timed runs without a trace, and in traced blocks
 * one more run with a trace.
 *
 * Not done: fully random order over numbers of threads, which would start the
 * threads anew for every cell.
 */
import { groupOf, type Cell } from "../cell.ts";
import type { BlockEnd, BlockEvents, BlockOrder, CellBlock, Frozen } from "./runner.ts";
import type { Runtime } from "../../index.ts";
import { threadUse } from "../machine/clock.ts";
import type { CellProgram, CellRun, PileOutcome } from "./program.ts";
import { randomSource, shuffled } from "../random.ts";
import { type Check, type Sample } from "../result.ts";
import { readTrace } from "./traced.ts";
import type { Protocol, TracedRun } from "./plan.ts";
import type { TrialThreads } from "./threads.ts";

/** A cell to be run, with its index among all cells. */
interface PlannedCell {
  readonly index: number;
  readonly program: CellProgram;
  readonly cell: Cell;
}

/** What a block runs on. */
export interface BlockSetting {
  readonly programs: readonly CellProgram[];
  readonly threads: TrialThreads;
  readonly protocol: Protocol;
  readonly frozen: Frozen;
}

/** Runs a block. An abort is honoured between runs: complete runs are kept. */
export async function runBlock(setting: BlockSetting, order: BlockOrder, events: BlockEvents, signal: AbortSignal): Promise<BlockEnd> {
  for (const [index, program] of setting.programs.entries()) program.use(setting.frozen.calibrations[index] ?? {}, order.block);
  return new Block(setting, order, events, signal).run();
}

class Block {
  readonly #setting: BlockSetting;
  readonly #order: BlockOrder;
  readonly #events: BlockEvents;
  readonly #signal: AbortSignal;
  #pile: PileOutcome | null = null;

  constructor(setting: BlockSetting, order: BlockOrder, events: BlockEvents, signal: AbortSignal) {
    this.#setting = setting;
    this.#order = order;
    this.#events = events;
    this.#signal = signal;
  }

  async run(): Promise<BlockEnd> {
    const { programs, protocol } = this.#setting;
    const { block, skip } = this.#order;
    const entries: PlannedCell[] = [];
    for (const program of programs) for (const cell of program.cells) entries.push({ index: entries.length, program, cell });
    const source = randomSource(protocol.seed, "block", block);
    const threadCounts = [...new Set(entries.map(({ cell }) => cell.threads))];
    for (const threads of shuffled(threadCounts, source)) {
      // what is skipped is shuffled too: the order of the others does not depend on it
      const shuffledHere = shuffled(entries.filter(({ cell }) => cell.threads === threads), source);
      let pending = shuffledHere.filter(({ index }) => !skip.includes(index));
      // a run that throws may have ended a thread: the cells after it get fresh threads
      while (pending.length > 0 && !this.#signal.aborted) pending = await this.#runOn(threads, pending);
    }
    return { pile: this.#pile, notes: [] };
  }

  /** Runs cells on one runtime; returns those that are left because a run failed. */
  async #runOn(count: number, entries: readonly PlannedCell[]): Promise<PlannedCell[]> {
    const { threads, protocol } = this.#setting;
    const runtime = await threads.open(count);
    try {
      for (const program of new Set(entries.map((entry) => entry.program))) await program.warm(runtime, count, protocol.warmupMs);
      for (const [position, entry] of entries.entries()) {
        if (this.#signal.aborted) return [];
        await this.#events.next(entry.index);
        if (this.#signal.aborted) return [];
        const outcome = await this.#runCell(runtime, entry);
        this.#events.done(outcome);
        if (outcome.failure !== null) return entries.slice(position + 1);
      }
      return [];
    } finally {
      await threads.close(runtime);
    }
  }

  async #runCell(runtime: Runtime, { index, program, cell }: PlannedCell): Promise<CellBlock> {
    const { threads, protocol, frozen } = this.#setting;
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
      this.#pile ??= run.pile ?? null;
      checks.push(...run.checks);
      if (run.identity !== undefined) identities.push(run.identity);
    };
    try {
      await program.rehearse(runtime, cell);
      for (let run = 0; run < protocol.runs && !this.#signal.aborted; run++) {
        const before = await threads.times(runtime);
        const startProcessNs = threads.processNs();
        const startNs = threads.nowNs();
        const outcome = await program.run(runtime, cell, size);
        const windowNs = threads.nowNs() - startNs;
        const processNs = threads.processNs() - startProcessNs;
        const after = await threads.times(runtime);
        samples.push({ block, run, wallNs: outcome.wallNs, windowNs, ...threadUse(before, after), processNs });
        note(outcome);
      }
      if (this.#order.traced && threads.trace !== undefined && !this.#signal.aborted) {
        const trace = await threads.trace(runtime);
        const outcome = await program.run(runtime, cell, size);
        traced = readTrace(block, outcome, await trace.stop());
        note(outcome);
      }
    } catch (error) {
      failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    return { cell: index, samples, items, checks, identities, traced, failure };
  }
}
