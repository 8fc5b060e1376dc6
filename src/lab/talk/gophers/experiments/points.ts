/**
 * The points of an experiment, measured: each is a run of gophers, and all of
 * them are run once in every repetition, in seeded random order, on runtimes
 * that are open together. Ratios are formed within a repetition, so that drift
 * of the machine cancels, and told as a median with its order-statistic interval.
 *
 * What is measured is the **pace**: units per load from the first load burnt to
 * the last. A run begins with an empty pipeline and nobody waits for the last
 * cart to come home; the pace leaves both out, so that a run of forty loads
 * compares with what the model says of the long run.
 */
import { calibrate, gophers, type DesignId, type GopherConfig, type GopherResult, type World } from "../../../../../workers/gophers.ts";
import { start, type Runtime } from "../../../../index.ts";
import { threadUse, type ThreadTimes } from "../../../machine/clock.ts";
import { check, type Finding } from "../../finding.ts";
import type { ModelSteps } from "../model.ts";
import { THREADS } from "../../../trial/threads.ts";
import type { ProgramSettings } from "../../report.ts";
import { randomSource, shuffled } from "../../../random.ts";
import { mean, median, medianInterval, type Interval } from "../../../figures/statistics.ts";
import { designOf } from "../grid.ts";

/** A run of gophers: what is the same in all repetitions. */
export interface Point extends Pick<GopherConfig, "carts" | "dumpCapacity" | "times" | "pauses"> {
  /** Names it in its experiment. */
  readonly name: string;
  readonly design: DesignId;
  readonly world: World;
  readonly steps: ModelSteps;
  readonly loads: number;
  readonly threads: number;
  readonly unitMs: number;
  /** Runs at once, independent of each other, to average over: where times are random. Default 1. */
  readonly systems?: number;
}

/** Values of the repetitions, with their median and its interval: `null` below six. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
  readonly values: readonly number[];
}

/** Every step takes one unit, walking none. */
export const EVEN: ModelSteps = { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 };

/** Each thread does this much work before anything is measured. */
const WARM_MS = 100;
const WARM_UNIT_MS = 0.1;

/** The median of values and its interval. */
export function estimate(values: readonly number[]): Estimate {
  return { value: median([...values]), interval: medianInterval(values), values };
}

/** Loads of a run that takes as long as `alone` loads of one gopher, for a design that is `speedUp` times as fast: the same for each lane, and enough to fill the pipeline. */
export function loadsFor(alone: number, speedUp: number, lanes: number): number {
  return lanes * Math.max(4, Math.round((alone * speedUp) / lanes));
}

/** Measures all points. */
export async function measurePoints(points: readonly Point[], repetitions: number, { seed, tell }: Pick<ProgramSettings, "seed" | "tell">): Promise<Measurements> {
  const runtimes = new Map<number, Runtime>();
  const measured = new Measurements(points);
  const iterationsPerMs = points.some(({ world }) => world !== "wait") ? calibrate(1) : 1;
  try {
    tell("warm-up");
    for (const { threads } of points) {
      if (runtimes.has(threads)) continue;
      const runtime = await start({ threads });
      runtimes.set(threads, runtime);
      await warm(runtime, threads, iterationsPerMs);
    }
    const startMs = performance.now();
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const leftS = repetition === 0 ? null : (((performance.now() - startMs) / repetition) * (repetitions - repetition)) / 1000;
      tell(`repetition ${repetition + 1} of ${repetitions}${leftS === null ? "" : `, about ${Math.ceil(leftS)} s left`}`);
      for (const point of shuffled(points, randomSource(seed, "points", repetition))) {
        const runtime = runtimes.get(point.threads) as Runtime;
        const before = await THREADS.times(runtime);
        const runs = await Promise.all(Array.from({ length: point.systems ?? 1 }, (_, system) => {
          // the same chance for all points of a repetition
          const chance = randomSource(seed, "chance", repetition, system).below(2 ** 32);
          return runtime.spawn(gophers, configOf(point, iterationsPerMs, chance));
        }));
        measured.add(point, runs, before, await THREADS.times(runtime));
      }
    }
  } finally {
    for (const runtime of runtimes.values()) await runtime.stop();
  }
  return measured;
}

function configOf({ design, world, steps, loads, carts, dumpCapacity, times, pauses, unitMs }: Point, iterationsPerMs: number, seed: number): GopherConfig {
  return { design, world, steps, loads, booksPerCart: 1, carts, dumpCapacity, times, pauses, seed, unitMs, unitIterations: Math.round(iterationsPerMs * unitMs) };
}

/** A quartet in each lane, lanes enough for all threads, computing: the code of every role is compiled everywhere. */
async function warm(runtime: Runtime, threads: number, iterationsPerMs: number): Promise<void> {
  const lanes = Math.min(64, Math.max(2, threads));
  const point: Point = { name: "warm-up", design: "G7", world: "cpu", steps: EVEN, loads: 8 * lanes, threads, unitMs: WARM_UNIT_MS };
  const untilMs = performance.now() + WARM_MS;
  while (performance.now() < untilMs) await runtime.spawn(gophers, { ...configOf(point, iterationsPerMs, 1), lanes });
}

/** What was measured, by the points' names. */
export class Measurements {
  readonly #points: ReadonlyMap<string, Point>;
  readonly #paces = new Map<string, number[]>();
  readonly #invariants = new Map<string, { runs: number; kept: number }>();
  readonly #waited = new Map<string, { waitedNs: number; ranNs: number }>();

  constructor(points: readonly Point[]) {
    this.#points = new Map(points.map((point) => [point.name, point]));
  }

  /** The runs of one point in one repetition, and the threads' clocks around them. */
  add({ name, design, unitMs }: Point, runs: readonly GopherResult[], before: readonly ThreadTimes[], after: readonly ThreadTimes[]): void {
    const { lanes } = designOf(design);
    const paces = runs.map(({ wallNs, firstBurnNs, loads }) => (wallNs - firstBurnNs) / (loads - lanes) / (unitMs * 1e6));
    this.#paces.set(name, [...(this.#paces.get(name) ?? []), mean(paces)]);
    for (const { name: invariant, ok } of runs.flatMap(({ checks }) => checks)) {
      const { runs: all, kept } = this.#invariants.get(invariant) ?? { runs: 0, kept: 0 };
      this.#invariants.set(invariant, { runs: all + 1, kept: kept + (ok ? 1 : 0) });
    }
    const { cpuNs, runDelayNs } = threadUse(before, after);
    const { waitedNs, ranNs } = this.#waited.get(name) ?? { waitedNs: 0, ranNs: 0 };
    this.#waited.set(name, { waitedNs: waitedNs + sum(runDelayNs), ranNs: ranNs + sum(cpuNs) });
  }

  /** Units per load in each repetition. */
  paces(name: string): readonly number[] {
    const paces = this.#paces.get(name);
    if (paces === undefined) throw new RangeError(`no point is named ${JSON.stringify(name)}: there are ${[...this.#points.keys()].join(", ")}`);
    return paces;
  }

  /** How many times as fast `name` is as `base`, repetition by repetition, in time: their units may differ in length. */
  speedUp(base: string, name: string): Estimate {
    const scale = (this.#points.get(base)?.unitMs ?? 1) / (this.#points.get(name)?.unitMs ?? 1);
    const bases = this.paces(base);
    return estimate(this.paces(name).map((pace, repetition) => ((bases[repetition] as number) / pace) * scale));
  }

  /** How much longer a load of `name` took than `units`, as a share of it. */
  excess(name: string, units: number): number {
    return median([...this.paces(name)]) / units - 1;
  }

  /** Share of the time in which a thread could run that it waited for a processor, in the runs of some points. */
  waited(names: readonly string[]): number {
    const used = names.map((name) => this.#waited.get(name) ?? { waitedNs: 0, ranNs: 0 });
    const waitedNs = sum(used.map((use) => use.waitedNs));
    const ranNs = sum(used.map((use) => use.ranNs));
    return waitedNs === 0 ? 0 : waitedNs / (waitedNs + ranNs);
  }

  /** The invariants of all runs. */
  checks(): Finding[] {
    return [...this.#invariants].map(([name, { runs, kept }]) => check(`runs with ${name}`, { expected: runs, measured: kept, source: "every run" }));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
