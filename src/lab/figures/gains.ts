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
 */
import type { Interval } from "../interval.ts";
import type { RandomSource } from "../random.ts";
import type { Sample } from "../result.ts";
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
