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
 * Each T is the median over the blocks, the time that is printed, so a gain is the
 * quotient of two printed times and S = C·P holds exactly. Its interval comes from a
 * bootstrap over blocks in which a block that is drawn is drawn for all times, so that
 * what slows a whole block cancels.
 *
 * Not done: the geometric mean of the ratios of the blocks (until 0.1.0). Nobody can
 * form it from the printed times, and its bootstrap interval of six blocks holds the
 * true value in 84 to 87 % of cases instead of 95 (docs/decisions.md).
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
import { groupOf, REFERENCES } from "../cell.ts";
import { randomSource, type RandomSource } from "../random.ts";
import type { Activity, CellResult, Config, Factors, GainResult, Result, Sample } from "../result.ts";
import { LEAST_FOR_INTERVAL, median, pairedMedians, percentileInterval, type BlockValues } from "./statistics.ts";

/** Wall times by block: the value (any unit, the same everywhere) of one cell in each block it was run in. */
export type BlockTimes = BlockValues;

/** The value of a cell in each block: the median of its runs there, nanoseconds; in block order. */
export function blockTimes(samples: readonly Sample[]): BlockTimes {
  const times = new Map<number, number>();
  const blocks = [...Map.groupBy(samples, (sample) => sample.block)].toSorted(([a], [b]) => a - b);
  for (const [block, runs] of blocks) times.set(block, median(runs.map((run) => run.wallNs)));
  return times;
}

/** A gain with its interval. */
export interface Gain {
  /** The quotient of the medians over the blocks. */
  readonly value: number;
  /** 95 % interval from the paired bootstrap; `null` below six blocks of any time in it. */
  readonly ci: Interval | null;
}

/** The gains of every cell whose reference was measured, in the order of the cells; none without a whole block, because then the cells were not all measured, nor at the same time. `seed`: that of the bootstrap. */
export function gainsOfCells(cells: readonly CellResult[], { seed, blocksDone }: Pick<Config, "seed" | "blocksDone">): GainResult[] {
  return blocksDone === 0 ? [] : cells.flatMap((cell) => gainsOfCell(cell, cells, seed) ?? []);
}

function gainsOfCell(cell: CellResult, all: readonly CellResult[], seed: number): GainResult | null {
  const cells = cellsOfGain(cell, all);
  if (cells === null) return null;
  const { base, single, control } = cells;
  const times = { base: blockTimes(base.samples), single: blockTimes(single.samples), cell: blockTimes(cell.samples), control: control && blockTimes(control.samples) };
  const gains = gainsOf(times, randomSource(seed, "gains", cell.program, cell.world, cell.design, cell.threads));
  if (gains === null) return null;
  const { C, P, S, I, P0 } = gains;
  const factors = factorsOf({ base1: base.trace, single: single.trace, cell: cell.trace });
  return {
    program: cell.program, design: cell.design, world: cell.world, threads: cell.threads,
    C: C.value, P: P.value, S: S.value,
    ...(I && { I: I.value }), ...(P0 && { P0: P0.value }),
    ...(factors && { factors }),
    ci: { C: C.ci, P: P.ci, S: S.ci, ...(I && { I: I.ci }), ...(P0 && { P0: P0.ci }) },
  };
}

/** Of what the gains of a cell are formed: of times, or of other quantities of the same cells. */
interface GainTerms<T> {
  /** T(d0, 1) */
  readonly base: T;
  /** T(d, 1) */
  readonly single: T;
  /** T(d, p) */
  readonly cell: T;
  /** T(d0, p); without it P0 and I are absent too. */
  readonly control?: T | undefined;
}

/** The cells whose times make the gains of one of them; `null` if the reference or the design was not measured on one thread. */
export function cellsOfGain(cell: CellResult, all: readonly CellResult[]): GainTerms<CellResult> | null {
  const find = (design: string | undefined, threads: number): CellResult | undefined =>
    all.find((other) => groupOf(other) === groupOf(cell) && other.design === design && other.threads === threads);
  const reference = REFERENCES.get(cell.program);
  const [base, single, control] = [find(reference, 1), find(cell.design, 1), find(reference, cell.threads)];
  return base === undefined || single === undefined ? null : { base, single, cell, control };
}

/** The five ratios. `over` divides two quantities. */
export function ratiosOf<T>({ base, single, cell, control }: GainTerms<T>, over: (above: T, below: T) => T): Ratios<T> {
  const P = over(single, cell);
  const ratios = { C: over(base, single), P, S: over(base, cell) };
  if (control === undefined) return ratios;
  const P0 = over(base, control);
  return { ...ratios, P0, I: over(P, P0) };
}

/** The five ratios of one cell; P0 and I only where the control was run. */
type Ratios<T> = Readonly<Record<"C" | "P" | "S", T>> & Readonly<Partial<Record<"P0" | "I", T>>>;

/** The gains of a cell in its result; `null` if the reference was not measured. */
export function gainOf({ program, world, design, threads }: CellResult, { gains }: Result): GainResult | null {
  return gains.find((gain) => gain.program === program && gain.world === world && gain.design === design && gain.threads === threads) ?? null;
}

/** The gains of one cell, or `null` if one of T(d0,1), T(d,1) and T(d,p) was not measured. */
export function gainsOf({ base, single, cell, control }: GainTerms<BlockTimes>, source: RandomSource): Ratios<Gain> | null {
  if (base.size === 0 || single.size === 0 || cell.size === 0) return null;
  const isControlled = control !== undefined && control.size > 0;
  const [first, second, third, fourth] = quantitiesOf(isControlled ? [base, single, cell, control] : [base, single, cell], source) as [Quantity, Quantity, Quantity, Quantity?];
  const { C, P, S, P0, I } = ratiosOf({ base: first, single: second, cell: third, control: fourth }, over);
  return { C: gainOfQuantity(C), P: gainOfQuantity(P), S: gainOfQuantity(S), ...(P0 && { P0: gainOfQuantity(P0) }), ...(I && { I: gainOfQuantity(I) }) };
}

/** A value, and the same in each resample of the blocks; `null`: there are too few blocks. */
interface Quantity {
  readonly value: number;
  readonly resampled: Float64Array | null;
}

/** The medians of series that share their blocks. */
function quantitiesOf(series: readonly BlockTimes[], source: RandomSource): Quantity[] {
  const enough = series.map(({ size }) => size >= LEAST_FOR_INTERVAL);
  const resampled = enough.some(Boolean) ? pairedMedians(series, source) : [];
  return series.map((values, index) => ({ value: median([...values.values()]), resampled: enough[index] === true ? (resampled[index] as Float64Array) : null }));
}

function over(above: Quantity, below: Quantity): Quantity {
  const { resampled } = below;
  return {
    value: above.value / below.value,
    resampled: above.resampled === null || resampled === null ? null : above.resampled.map((value, resample) => value / (resampled[resample] as number)),
  };
}

function gainOfQuantity({ value, resampled }: Quantity): Gain {
  return { value, ci: resampled === null ? null : percentileInterval(resampled) };
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

/** Below this share of the time that the threads ran tasks, what they did is the cost of timers and hand-overs, which says nothing of the work. */
const LEAST_USE = 0.05;

function tracedWork({ T, W, busy, lost = 0 }: Activity): { T: number; W: number; busy: readonly number[] } | null {
  if (T === undefined || W === undefined || busy === undefined || !(T > 0) || lost > 0) return null;
  return W / (T * busy.length) < LEAST_USE ? null : { T, W, busy };
}
