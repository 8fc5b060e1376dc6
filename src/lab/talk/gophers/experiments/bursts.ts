/**
 * Bursts: the use of a staging pile. In throughput, two gophers with a staging pile
 * between them (G8) never beat two gophers that share nothing (G4), because handling
 * at the staging pile is work. But if one end is interrupted at random, the pile
 * lets the other continue: the larger it is, the closer each gets to its own pace.
 *
 * The incinerator's gopher is faster than the pile's and pauses; on the mean both
 * take the same, so without a dump the pauses of the one are lost to the other.
 */
import { about, atLeast, atMost, statistic, type Condition, type Finding, type ProgramSettings } from "../../report.ts";
import { simulatedPace, type ChanceRun, type Spread } from "../events.ts";
import { designOf, type DesignId } from "../grid.ts";
import { legsOf, type Leg, type ModelSteps } from "../model.ts";
import { curve, marks, type Plot } from "../../../plot.ts";
import { estimate, experiment, loadsFor, quiet, type Estimate, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

export const CAPACITIES = [1, 2, 4, 8, 16, 64] as const;
/** Loading takes long; burning is quick, but interrupted. */
export const STEPS: ModelSteps = { L: 2, M: 0.5, U: 0.5, R: 0.5, D: 0.25, W: 0 };
export const PAUSES: NonNullable<ChanceRun["pauses"]> = { at: "incinerator", chance: 0.125, units: 12 };

const SYSTEMS = 8;
const SIMULATED_RUNS = 300;
const SLACK = 0.05;

/** Units per load with an unlimited staging pile and with G4, in the long run. */
export function predictedLimits(): { readonly dump: number; readonly apart: number } {
  const paused = PAUSES.chance * PAUSES.units;
  const [pile, fire] = legsOf(designOf("G8"), STEPS).map(({ load, move, unload, back }: Leg) => load + move + unload + back) as [number, number];
  const { L, M, U, R } = STEPS;
  return { dump: Math.max(pile, fire + paused), apart: (L + M + U + R + paused) / 2 };
}

/** Units a load in runs of so many loads, by simulation. */
export function simulated(design: "G4" | "G8", dumpCapacity: number, loads: number, seed: number): Spread {
  return simulatedPace({ design: designOf(design), steps: STEPS, loads, dumpCapacity, times: "constant", pauses: PAUSES }, SIMULATED_RUNS, seed);
}

/** Runs the experiment. */
export const bursts = experiment("bursts", pointsOf, (measured, { repetitions, loads: alone }, settings) => {
  const loads = loadsFor(alone, 1, 2);
  const throughputs = CAPACITIES.map((capacity) => throughput(measured, named(capacity)));
  const [smallest, largest] = [named(CAPACITIES[0]), named(CAPACITIES.at(-1) as number)];
  const { L, M, U, R } = STEPS;
  const condition = quiet(measured.excess("alone", L + M + U + R));
  const model = CAPACITIES.map((capacity) => simulated("G8", capacity, loads, settings.seed));
  const gain = measured.speedUp(smallest, largest).value;
  const best = CAPACITIES.map((capacity) => measured.speedUp("G4", named(capacity)).value);
  return {
    config: { loads, systems: SYSTEMS, pauses: `${PAUSES.units} u before ${100 * PAUSES.chance} % of the burnings` },
    findings: [
      ...CAPACITIES.map((capacity, at) => figure(`G8, a staging pile for ${capacity}`, model[at] as Spread, throughputs[at] as Estimate, repetitions, condition)),
      figure("G4, no staging pile", simulated("G4", 1, loads, settings.seed), throughput(measured, "G4"), repetitions, condition),
      statistic(`a staging pile for ${CAPACITIES.at(-1)} compared with one for ${CAPACITIES[0]}`, { part: "claims", expected: atLeast(1 + ((model[0] as Spread).mean / (model.at(-1) as Spread).mean - 1) / 2), measured: gain, source: "at least half of the gain in the model", condition }),
      statistic("the best G8 compared with G4", { part: "claims", expected: atMost(1), measured: Math.max(...best), source: "a staging pile is never faster than sharing nothing", condition }),
    ],
    plots: [plotOf(throughputs, throughput(measured, "G4"), loads, settings.seed)],
    notes: [
      `Steps: L ${L}, M ${M}, U ${U}, R ${R}, D ${STEPS.D}. Each point is ${SYSTEMS} runs at the same time, and all points of a repetition have the same pauses.`,
      `Expected is the mean of ${SIMULATED_RUNS} simulated runs of the same length, ± 4 standard errors and ${100 * SLACK} %. In the long run an unlimited staging pile gives ${(1 / predictedLimits().dump).toFixed(3)} loads a unit, G4 ${(1 / predictedLimits().apart).toFixed(3)}.`,
    ],
    conclusion: `With a staging pile for ${CAPACITIES.at(-1)} cartloads, the same two gophers burn ${gain.toFixed(2)} times as much as with one for ${CAPACITIES[0]}. They reach ${(100 * Math.max(...best)).toFixed(0)} % of the throughput of G4. A staging pile prevents an interruption at one end from stopping the other.`,
  };
});

function pointsOf(alone: number, { threads, unitMs }: ProgramSettings): Point[] {
  const loads = loadsFor(alone, 1, 2);
  const common = { world: "wait", steps: STEPS, threads, unitMs, loads } as const;
  const paused = (name: string, design: DesignId, dumpCapacity: number): Point => ({ ...common, name, design, dumpCapacity, pauses: PAUSES, systems: SYSTEMS });
  return [
    ...CAPACITIES.map((capacity) => paused(named(capacity), "G8", capacity)),
    paused("G4", "G4", 1),
    // without pauses: shows whether timers are on time
    { ...common, name: "alone", design: "G1", loads: Math.max(4, Math.round(loads / 4)) },
  ];
}

function named(capacity: number): string {
  return `capacity ${capacity}`;
}

/** Loads a unit. */
function throughput(measured: Measurements, name: string): Estimate {
  return estimate(measured.paces(name).map((pace) => 1 / pace));
}

function figure(name: string, { mean, deviation }: Spread, { value }: Estimate, repetitions: number, condition: Condition): Finding {
  const error = deviation / mean / Math.sqrt(SYSTEMS * repetitions);
  return statistic(name, { part: "throughput", unit: "loads/u", expected: about(1 / mean, { by: (4 * error + SLACK) / mean }), measured: value, source: "model, runs of this length", condition });
}

function plotOf(throughputs: readonly Estimate[], apart: Estimate, loads: number, seed: number): Plot {
  return {
    title: "throughput by the size of the staging pile", x: { label: "loads that the staging pile holds", scale: "log" }, y: { label: "loads/u", scale: "linear" },
    series: [
      curve("G8", [1, 2, 3, 4, 6, 8, 12, 16, 32, 64], (capacity) => 1 / simulated("G8", capacity, loads, seed).mean),
      curve("G4", CAPACITIES, () => 1 / simulated("G4", 1, loads, seed).mean),
      marks("G8", CAPACITIES, (_, at) => throughputs[at] as Estimate),
      marks("G4", CAPACITIES, () => apart),
    ],
  };
}
