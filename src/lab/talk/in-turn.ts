/**
 * Timed runs of cells in turn. The runtimes of all numbers of threads are open at
 * once and each round has an order of its own, so that drift hits all cells alike.
 */
import { start, type Runtime } from "../../index.ts";
import { median } from "../figures/statistics.ts";
import { randomSource, shuffled } from "../random.ts";
import { untilInterrupted, type ProgramSettings } from "./report.ts";

/** What is timed on a number of threads, and what its runs gave. */
export interface TimedCell<Result extends { readonly wallNs: number }> {
  readonly threads: number;
  readonly results: Result[];
}

/** Runs each cell once as a warm-up, then `runs` times. Rounds that are complete; an interruption leaves no results of others. */
export async function measureInTurn<Result extends { readonly wallNs: number }, Cell extends TimedCell<Result>>(program: string, cells: readonly Cell[], runs: number, once: (runtime: Runtime, cell: Cell) => Promise<Result>, { seed, progress, trace, signal }: ProgramSettings): Promise<number> {
  // Not an AsyncDisposableStack, which Node 22 does not have.
  const opened: (AsyncDisposable | undefined)[] = [];
  try {
    const runtimes = new Map<number, Runtime>();
    for (const threads of new Set(cells.map((cell) => cell.threads))) {
      const runtime = await start({ threads, cores: threads });
      opened.push(runtime);
      runtimes.set(threads, runtime);
      opened.push(await trace?.(runtime));
    }
    const run = (cell: Cell): Promise<Result> => once(runtimes.get(cell.threads) as Runtime, cell);
    progress("warm-up");
    for (const cell of untilInterrupted(cells, signal)) await run(cell);
    for (let round = 1; round <= runs; round++) {
      if (signal?.aborted !== true) progress(`run ${round} of ${runs}`);
      for (const cell of untilInterrupted(shuffled(cells, randomSource(seed, program, round)), signal)) cell.results.push(await run(cell));
      const isWhole = cells.every(({ results }) => results.length === round);
      if (isWhole) continue;
      for (const { results } of cells) results.length = Math.min(results.length, round - 1);
      return round - 1;
    }
    return runs;
  } finally {
    for (const each of opened.toReversed()) await each?.[Symbol.asyncDispose]();
  }
}

/** The median time of a cell in milliseconds; `NaN` without one. */
export function medianMs(cell: TimedCell<{ readonly wallNs: number }> | undefined): number {
  return median(cell?.results.map(({ wallNs }) => wallNs / 1e6) ?? [Number.NaN]);
}
