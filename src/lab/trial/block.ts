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
import type { Runtime } from "../../index.ts";
import { threadUse } from "../machine/clock.ts";
import type { BlockEnd, BlockEvents, BlockOrder, Calibration, CellBlock, CellProgram, CellRun, Frozen, PileOutcome, Protocol, TracedRun } from "./plan.ts";
import { randomSource, shuffled } from "../random.ts";
import { type Check, type Sample } from "../result.ts";
import { readTrace } from "./traced.ts";
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
export async function runBlock({ programs, threads, protocol, frozen }: BlockSetting, order: BlockOrder, events: BlockEvents, signal: AbortSignal): Promise<BlockEnd> {
  const { block, skip } = order;
  let pile: PileOutcome | null = null;

  const runCell = async (runtime: Runtime, { index, program, cell }: PlannedCell): Promise<CellBlock> => {
    const size = frozen.sizes[groupOf(cell)] as number;
    const samples: Sample[] = [];
    const checks: Check[] = [];
    const identities: NonNullable<CellRun["identity"]>[] = [];
    let items = 0;
    let traced: TracedRun | null = null;
    let failure: string | null = null;
    const note = (run: CellRun): void => {
      items = run.items;
      pile ??= run.pile ?? null;
      checks.push(...run.checks);
      if (run.identity !== undefined) identities.push(run.identity);
    };
    try {
      await program.rehearse(runtime, cell);
      for (let run = 0; run < protocol.runs && !signal.aborted; run++) {
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
      if (order.traced && threads.trace !== undefined && !signal.aborted) {
        const trace = await threads.trace(runtime);
        const outcome = await program.run(runtime, cell, size);
        traced = readTrace(block, outcome, await trace.stop());
        note(outcome);
      }
    } catch (error) {
      failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    return { cell: index, samples, items, checks, identities, traced, failure };
  };

  /** Runs cells on one runtime; returns those that are left because a run failed. */
  const runOn = async (count: number, entries: readonly PlannedCell[]): Promise<PlannedCell[]> => {
    const runtime = await threads.open(count);
    try {
      for (const program of new Set(entries.map((entry) => entry.program))) await program.warm(runtime, count, protocol.warmupMs);
      for (const [position, entry] of entries.entries()) {
        if (signal.aborted) return [];
        await events.next(entry.index);
        if (signal.aborted) return [];
        const outcome = await runCell(runtime, entry);
        events.done(outcome);
        if (outcome.failure !== null) return entries.slice(position + 1);
      }
      return [];
    } finally {
      await threads.close(runtime);
    }
  };

  for (const [index, program] of programs.entries()) program.use?.(frozen.calibrations[index] ?? {}, block);
  const planned: PlannedCell[] = [];
  for (const program of programs) for (const cell of program.cells) planned.push({ index: planned.length, program, cell });
  const source = randomSource(protocol.seed, "block", block);
  for (const count of shuffled([...new Set(planned.map(({ cell }) => cell.threads))], source)) {
    // what is skipped is shuffled too: the order of the others does not depend on it
    let pending = shuffled(planned.filter(({ cell }) => cell.threads === count), source).filter(({ index }) => !skip.includes(index));
    // a run that throws may have ended a thread: the cells after it get fresh threads
    while (pending.length > 0 && !signal.aborted) pending = await runOn(count, pending);
  }
  const atEnd: Calibration[] = [];
  if (block + 1 === protocol.blocks && !signal.aborted) for (const program of programs) atEnd.push((await program.calibrate?.()) ?? {});
  return { pile, notes: [], atEnd };
}
