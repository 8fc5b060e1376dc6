/** What a trace would tell of a fake result, from the same formulas as its times. */
import { REFERENCES } from "../../../src/lab/cell.ts";
import type { Activity, CellResult, GainResult, Result } from "../../../src/lab/result.ts";
import { judge } from "../../../src/lab/figures/verdict.ts";
import type { Timeline } from "../../../src/lab/timeline.ts";
import { computingOf } from "./fake-result.ts";

/** The result with everything that a traced run adds; `cost` above 0.05 makes figures approximate. */
export function withTrace(result: Result, processors = Infinity, cost = 0.01): Result {
  const cells = result.cells.map((cell): CellResult => {
    const trace = activityOf(cell, processors, cost);
    const traced = { ...cell, trace, timeline: timelineOf(cell, trace) };
    return { ...traced, verdict: judge(traced).verdict };
  });
  return { ...result, cells, gains: result.gains.map((gain) => withFactors(gain, cells)) };
}

/** Threads share the processors that there are: what runs beyond them stands in the run queue. */
function activityOf(cell: CellResult, processors: number, cost: number): Activity {
  const { threads, gophers, items, summary } = cell;
  const T = summary.medianNs;
  const needed = (computingOf(cell) * items * 4e6) / T;
  const most = Math.min(threads, gophers);
  const crowded = threads > processors && needed > processors * 0.9;
  const A = crowded ? most * 0.99 : Math.min(needed, most);
  // so many threads all the time, and one more for a part of it
  const hist = Array.from({ length: threads + 1 }, (_, running) => Math.max(0, 1 - Math.abs(A - running)));
  return {
    Acpu: Math.min(A, processors), Rq: crowded ? A - processors : 0.01, helper: 0.04,
    T, W: A * T, busy: Array.from({ length: threads }, () => (A * T) / threads), A, U: A / threads,
    L: gophers, hist, Pi2: hist.slice(2).reduce((sum, share) => sum + share, 0),
    events: 1200, lost: 0, cost, approximate: cost > 0.05,
  };
}

function timelineOf({ threads }: CellResult, { T = 0 }: Activity): Timeline {
  const half = Math.round(T / 2);
  return {
    durationNs: 2 * half, threads, isCoarse: false, tasks: [{ id: 7, name: "carrier" }],
    runs: [[0, 0, 0, half]], rests: [[0, half, 2 * half, "send"]], handOffs: [[0, 0, half, half + 10]], r: [1, 0], c: [1, 1],
  };
}

function withFactors(gain: GainResult, cells: readonly CellResult[]): GainResult {
  const find = (design: string | undefined, threads: number): Activity | undefined =>
    cells.find((cell) => cell.program === gain.program && cell.world === gain.world && cell.design === design && cell.threads === threads)?.trace;
  const [base, single, cell] = [find(REFERENCES.get(gain.program), 1), find(gain.design, 1), find(gain.design, gain.threads)];
  if (base?.T === undefined || single?.T === undefined || cell?.T === undefined) return gain;
  const { W = 0, T, busy = [] } = cell;
  const most = Math.max(...busy);
  return {
    ...gain,
    factors: {
      C: base.T / single.T, P: single.T / T, fill: (single.U ?? 0) / (base.U ?? 1), work: (base.W ?? 0) / (single.W ?? 1),
      LB: W / busy.length / most, CommE: most / T, CompS: (single.W ?? 0) / W, U1: single.U ?? 0,
    },
  };
}
