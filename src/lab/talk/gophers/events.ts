/**
 * When each load of a lane is burnt, if a processor is there for every gopher:
 * each event is the latest of those it waits for, plus its own time (the
 * evolution equations of the event graph, Baccelli et al., *Synchronization and
 * Linearity*, ch. 2), computed load by load.
 *
 * Step times are constants or drawn. Carts and loads are handed on first in,
 * first out, so the equations stay exact when times are random, except for G3,
 * whose two gophers may overtake each other at a token. Held against a
 * simulation of the same procedures (test/lab/talk/gophers/simulator.ts).
 *
 * `simulatedPace` repeats that with seeded random step times and interruptions. The
 * closed forms of `model.ts` hold in the long run; here a run has the length that
 * is measured, and it begins with an empty pipeline.
 */
import { legsOf, loadsOf, restingCarts, type Leg, type ModelDesign, type ModelSteps } from "./model.ts";
import type { Pauses, StepTimes } from "../../../../workers/gophers/labour.ts";
import { randomSource, type RandomSource } from "../../random.ts";
import { mean } from "../../figures/statistics.ts";

/** How long things take in one run, in units. */
export interface Chance {
  /** A step, from its mean. */
  readonly step: (mean: number) => number;
  /** An interruption before the loading at the pile, before the burning. */
  readonly pause: (at: "pile" | "incinerator") => number;
}

/** No chance: a step takes what it takes on the mean, and nobody pauses. */
const CONSTANT: Chance = { step: (mean) => mean, pause: () => 0 };

/** Units from the opening of the gate to the burning of each of a lane's `loads`. The dump holds `dumpCapacity` loads. */
export function burnTimes(design: ModelDesign, steps: ModelSteps, loads: number, dumpCapacity: number, { step, pause }: Chance = CONSTANT): number[] {
  const legs = legsOf(design, steps);
  const [first, second] = legs.map((leg, at) => buildLeg(design, leg, {
    step,
    load: () => step(leg.load) + (at === 0 ? pause("pile") : 0),
    unload: () => step(leg.unload) + (at === legs.length - 1 ? pause("incinerator") : 0),
  }));
  const taken: number[] = []; // when each load left the dump
  const burnt: number[] = [];
  for (let load = 0; load < loads; load++) {
    if (!second) {
      burnt.push(first(load, 0, 0).unloaded);
    } else {
      const room = load < dumpCapacity ? 0 : taken[load - dumpCapacity];
      const put = first(load, 0, room).unloaded;
      const next = second(load, put, 0);
      taken.push(next.taken);
      burnt.push(next.unloaded);
    }
  }
  return burnt;
}

/**
 * The events of load number `i` on one leg. `available`: when it can be taken
 * from the dump; `room`: when the dump has a place for it. `times` gives a new one each time it is asked.
 */
function buildLeg({ team, carts }: ModelDesign, { move, back, walk }: Leg, times: Pick<Chance, "step"> & Readonly<Record<"load" | "unload", () => number>>) {
  const resting = team === "trio" ? restingCarts(carts) : 0;
  const atPile = carts - resting;
  const backs: number[] = []; // when a cart came home after load i
  const emptied: number[] = []; // when the cart of load i was unloaded
  let loaded = 0;
  let moved = 0;
  let carrierFree = 0;
  let returnerFree = 0;
  const alone = team === "single" || (team === "pair" && carts === 1);
  return (i: number, available: number, room: number): { taken: number; unloaded: number } => {
    const cart = i < atPile ? 0 : backs[i - atPile];
    const taken = Math.max(cart, available, alone ? 0 : loaded);
    loaded = taken + times.load();
    moved = Math.max(loaded, carrierFree) + times.step(move);
    const previous = i === 0 || alone ? 0 : emptied[i - 1];
    emptied.push(Math.max(Math.max(moved, previous) + times.unload(), room));
    switch (team) {
      case "single":
      case "pair":
        backs.push(emptied[i] + times.step(back));
        break;
      case "trio":
        // He takes home the cart that was emptied `resting` loads ago.
        carrierFree = Math.max(moved, i < resting ? 0 : emptied[i - resting]) + times.step(back);
        backs.push(carrierFree);
        break;
      case "quartet":
        carrierFree = moved + times.step(walk);
        backs.push(Math.max(emptied[i], returnerFree) + times.step(back));
        returnerFree = backs[i] + times.step(walk);
    }
    return { taken, unloaded: emptied[i] };
  };
}

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
