/**
 * What chance makes of a run: the pace of runs whose steps take exponential
 * times or that are interrupted at random, simulated with a processor for every
 * gopher. The closed forms of `model.ts` hold in the long run; here a run
 * has the length that is measured, with its way from the empty pipeline.
 */
import type { Pauses, StepTimes } from "../../../../workers/gophers/labour.ts";
import { burnTimes, type Chance } from "./events.ts";
import { loadsOf, type ModelDesign, type ModelSteps } from "./model.ts";
import { randomSource, type RandomSource } from "../../random.ts";
import { mean } from "../../figures/statistics.ts";

/** A run to simulate. `dumpCapacity` in loads. */
export interface ChanceRun {
  readonly design: ModelDesign;
  readonly steps: ModelSteps;
  readonly loads: number;
  readonly dumpCapacity: number;
  readonly times: StepTimes;
  readonly pauses: Pauses | null;
}

/** Over many runs: the mean, and the standard deviation of one run. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Units per load from the first load burnt to the last, over `runs` simulated runs. */
export function simulatedPace(run: ChanceRun, runs: number, seed: number): Spread {
  const paces = Array.from({ length: runs }, (_, at) => paceOf(run, chanceOf(run, randomSource(seed, "gophers", at))));
  const middle = mean(paces);
  return { mean: middle, deviation: Math.sqrt(paces.reduce((sum, pace) => sum + (pace - middle) ** 2, 0) / Math.max(1, runs - 1)) };
}

/** Units per load from the first load burnt to the last. */
export function paceOf({ design, steps, loads, dumpCapacity }: Omit<ChanceRun, "times" | "pauses">, chance?: Chance): number {
  const { lanes } = design;
  let first = Infinity;
  let last = 0;
  for (let lane = 0; lane < lanes; lane++) {
    const times = burnTimes(design, steps, loadsOf(lane, lanes, loads), dumpCapacity, chance);
    first = Math.min(first, times[0] ?? Infinity);
    last = Math.max(last, times.at(-1) ?? 0);
  }
  return (last - first) / (loads - lanes);
}

function chanceOf({ times, pauses }: ChanceRun, source: RandomSource): Chance {
  return {
    step: times === "constant" ? (units) => units : (units) => -units * Math.log(1 - source.float()),
    pause: (at) => (pauses !== null && at === pauses.at && source.float() < pauses.chance ? pauses.units : 0),
  };
}
