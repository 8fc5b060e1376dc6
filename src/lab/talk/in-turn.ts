/**
 * Timed runs of cells in turn. The runtimes of all numbers of threads are open at
 * once and each round has an order of its own, so that drift hits all cells alike.
 */
import { start, type Runtime } from "../../index.ts";
import { median } from "../figures/statistics.ts";
import { randomSource, shuffled } from "../random.ts";
import type { ProgramSettings } from "./report.ts";

/** What is timed on a number of threads, and what its runs gave. */
export interface TimedCell<Result extends { readonly wallNs: number }> {
  readonly threads: number;
  readonly results: Result[];
}

/** Runs each cell once as a warm-up, then `runs` times. */
export async function measureInTurn<Result extends { readonly wallNs: number }, Cell extends TimedCell<Result>>(program: string, cells: readonly Cell[], runs: number, once: (runtime: Runtime, cell: Cell) => Promise<Result>, { seed, progress, trace }: ProgramSettings): Promise<void> {
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
    for (const cell of cells) await run(cell);
    for (let round = 1; round <= runs; round++) {
      progress(`run ${round} of ${runs}`);
      for (const cell of shuffled(cells, randomSource(seed, program, round))) cell.results.push(await run(cell));
    }
  } finally {
    for (const each of opened.toReversed()) await each?.[Symbol.asyncDispose]();
  }
}

/** The median time of a cell in milliseconds; `NaN` without one. */
export function medianMs(cell: TimedCell<{ readonly wallNs: number }> | undefined): number {
  return median(cell?.results.map(({ wallNs }) => wallNs / 1e6) ?? [Number.NaN]);
}
