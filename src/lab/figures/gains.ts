/**
 * What structure gives and what threads give, kept apart (docs/method.md,
 * "Definitions"). T(d, p) is the wall time of design d on p threads, the work fixed:
 *
 *   S(d,p)  = T(d0,1) / T(d,p)     speed-up
 *   C(d)    = T(d0,1) / T(d,1)     concurrency gain: same threads, better structure
 *   P(d,p)  = T(d,1)  / T(d,p)     parallelism gain: same structure, more threads
 *   P0(p)   = T(d0,1) / T(d0,p)    the control: threads without structure
 *   I(d,p)  = P(d,p)  / P0(p)      interaction: what structure adds to threads
 *
 * Every ratio is formed inside one block, so that drift of the machine cancels;
 * a gain is the geometric mean over the blocks that have all its values, so
 * S = C·P holds for the averages as it does for each block.
 *
 * Where they come from: POP's factors, from traced runs (docs/method.md, "Factors of
 * the gains"). With one thread for the first two,
 *
 *   C = T(d0,1)/T(d,1) = [U(d,1)/U(d0,1)] · [W(d0,1)/W(d,1)]       fill · work
 *   P = T(d,1)/T(d,p) = LB · CommE · p · CompS / U(d,1)
 *
 * exactly, because U = W/(p·T) in each: what is left of the products is a ratio
 * of times.
 *
 * Source: POP's standard metrics (load balance, communication efficiency,
 * computation scaling); there the reference keeps all its cores busy, here
 * one thread need not be, hence U(d,1).
 */
import type { Interval } from "../text.ts";
import type { RandomSource } from "../random.ts";
import type { Activity, CellResult, Factors, GainResult, Result, Sample } from "../result.ts";
import { geometricMean, median, ratioInterval } from "./statistics.ts";

/** Wall times by block: the value (any unit, the same everywhere) of one cell in each block it was run in. */
export type BlockTimes = ReadonlyMap<number, number>;

/** The value of a cell in each block: the median of its runs there, nanoseconds; in block order. */
export function blockTimes(samples: readonly Sample[]): BlockTimes {
  const times = new Map<number, number>();
  const blocks = [...Map.groupBy(samples, (sample) => sample.block)].toSorted(([a], [b]) => a - b);
  for (const [block, runs] of blocks) times.set(block, median(runs.map((run) => run.wallNs)));
  return times;
}

/** The names of the five ratios. */
export type GainName = "C" | "P" | "S" | "P0" | "I";

/** One ratio over all blocks. */
export interface Ratio {
  /** Geometric mean over blocks. */
  readonly value: number;
  /** 95 % interval from the paired bootstrap; `null` below six blocks. */
  readonly ci: Interval | null;
  /** The ratio of each block, in block order. */
  readonly perBlock: readonly number[];
}

/** The gains of a cell in its result; `null` if the reference was not measured. */
export function gainOf({ program, world, design, threads }: CellResult, { gains }: Result): GainResult | null {
  return gains.find((gain) => gain.program === program && gain.world === world && gain.design === design && gain.threads === threads) ?? null;
}

/** The times one set of gains is formed from: `base` T(d0, 1), `single` T(d, 1), `cell` T(d, p), `control` T(d0, p); without the last P0 and I are absent too. */
type GainTimes = Readonly<Record<"base" | "single" | "cell", BlockTimes> & { control?: BlockTimes | undefined }>;

/** The five ratios of one cell; P0 and I only where the control was run. */
export type Gains = Readonly<Record<"C" | "P" | "S", Ratio>> & Readonly<Partial<Record<"P0" | "I", Ratio>>>;

/** The gains of one cell, or `null` when no block has all of T(d0,1), T(d,1) and T(d,p). */
export function gainsOf(times: GainTimes, source: (name: GainName) => RandomSource): Gains | null {
  const blocks = [...times.cell.keys()]
    .filter((block) => times.base.has(block) && times.single.has(block))
    .toSorted((a, b) => a - b);
  if (blocks.length === 0) return null;

  const ratio = (name: GainName, chosen: readonly number[], of: (block: number) => number): Ratio => {
    const perBlock = chosen.map((block) => of(block));
    return { value: geometricMean(perBlock), ci: ratioInterval(perBlock, source(name)), perBlock };
  };
  const { base, single, cell, control } = times;
  const gains = {
    C: ratio("C", blocks, (block) => time(base, block) / time(single, block)),
    P: ratio("P", blocks, (block) => time(single, block) / time(cell, block)),
    S: ratio("S", blocks, (block) => time(base, block) / time(cell, block)),
  };
  const controlled = control === undefined ? [] : blocks.filter((block) => control.has(block));
  if (control === undefined || controlled.length === 0) return gains;
  return {
    ...gains,
    P0: ratio("P0", controlled, (block) => time(base, block) / time(control, block)),
    I: ratio("I", controlled, (block) => time(single, block) / time(cell, block) / (time(base, block) / time(control, block))),
  };
}

/** The time of a block that has one. */
function time(series: BlockTimes, block: number): number {
  return series.get(block) as number;
}

/**
 * The factors, or `null` where a run was not traced as a whole or never ran a task. The runs: the
 * reference on one thread, the design on one thread, and the design on the cell's threads.
 */
export function factorsOf(runs: Readonly<Record<"base1" | "single" | "cell", Activity>>): Factors | null {
  const [base, single, cell] = [tracedWork(runs.base1), tracedWork(runs.single), tracedWork(runs.cell)];
  if (base === null || single === null || cell === null) return null;
  const most = Math.max(...cell.busy);
  const p = cell.busy.length;
  return {
    C: base.T / single.T,
    P: single.T / cell.T,
    fill: single.W / single.T / (base.W / base.T),
    work: base.W / single.W,
    LB: cell.W / p / most,
    CommE: most / cell.T,
    CompS: single.W / cell.W,
    U1: single.W / single.T,
  };
}

function tracedWork({ T, W, busy, lost = 0 }: Activity): { T: number; W: number; busy: readonly number[] } | null {
  return T === undefined || W === undefined || busy === undefined || !(T > 0) || !(W > 0) || lost > 0 ? null : { T, W, busy };
}
