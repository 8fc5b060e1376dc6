/**
 * Carts: more gophers need more carts. G6 with C carts gains min(C, 4) where
 * times are constant and 4C/(C+3) where they are exponential; with one cart, or
 * with two gophers that share one (G2), there is no gain.
 */
import { about, statistic, type Condition, type Finding, type ProgramSettings } from "../../report.ts";
import { simulatedPace, type Spread } from "../events.ts";
import { designOf } from "../grid.ts";
import { EVEN, exponentialInterval, speedUp } from "../model.ts";
import { curve, marks, type Plot } from "../../../plot.ts";
import { experiment, loadsFor, quiet, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

export const CARTS = [1, 2, 3, 4, 6, 8, 16, 32] as const;
const TIMES = ["constant", "exponential"] as const;
type Times = (typeof TIMES)[number];

/** Independent runs at the same time where times are random. */
const SYSTEMS = 6;
/** Where times are random a run is longer by this: from the empty pipeline to its usual state takes the longer the more carts there are. */
const LONGER = 2;
const SIMULATED_RUNS = 200;
/** What the model leaves out: handing over, timers. */
const SLACK = 0.05;

/** Speed-up over G1 of G6 with so many carts, in the long run. */
export function predictedGain(carts: number, times: Times): number {
  const design = designOf("G6", { carts });
  if (times === "constant") return speedUp({ design, steps: EVEN, world: "wait", threads: 1 });
  return 4 / (exponentialInterval(design, EVEN) ?? Number.NaN);
}

/** Runs the experiment. */
export const carts = experiment("carts", pointsOf, (measured, { repetitions, loads }, settings) => {
  const points = pointsOf(loads, settings);
  const condition = quiet(measured.excess("constant, G1", 4));
  const gain = (times: Times, carts: number): string => measured.speedUp(`${times}, G1`, named(times, carts)).value.toFixed(2);
  return {
    config: { systems: SYSTEMS },
    findings: [...constantFindings(measured, condition), ...exponentialFindings(measured, points, repetitions, settings.seed, condition)],
    plots: [plotOf(measured)],
    notes: [
      "Speed-up is over one gopher in the same repetition, by the pace from the first load burnt to the last; the wait world: a step is a sleep.",
      `Exponential times: ${SYSTEMS} runs at the same time, each with random numbers of its own. Expected is the mean of ${SIMULATED_RUNS} simulated runs of the same length, ± 4 standard errors and ${100 * SLACK} %; the formula holds in the long run.`,
    ],
    conclusion: `Four gophers with one cart are ${gain("constant", 1)} times as fast as one, with four carts ${gain("constant", 4)} times. With exponential times, four carts give ${gain("exponential", 4)}, 16 give ${gain("exponential", 16)} and 32 give ${gain("exponential", 32)}: more carts absorb the differences.`,
  };
});

function pointsOf(loads: number, { threads, unitMs }: ProgramSettings): Point[] {
  const common = { world: "wait", steps: EVEN, threads, unitMs } as const;
  const sweep = TIMES.flatMap((times): Point[] => {
    const usual = { ...common, times, systems: times === "constant" ? 1 : SYSTEMS };
    const alone = loads * (times === "constant" ? 1 : LONGER);
    return [
      { ...usual, name: `${times}, G1`, design: "G1", loads: alone },
      ...CARTS.map((carts): Point => ({ ...usual, name: named(times, carts), design: "G6", carts, loads: loadsFor(alone, predictedGain(carts, times), 1) })),
    ];
  });
  return [...sweep, { ...common, name: "constant, G2", design: "G2", loads }];
}

function named(times: Times, carts: number): string {
  return `${times}, ${carts} cart${carts === 1 ? "" : "s"}`;
}

function constantFindings(measured: Measurements, condition: Condition): Finding[] {
  const part = "constant times";
  const none = (name: string, point: string): Finding => statistic(name, { part, expected: about(1, { by: SLACK }), measured: measured.speedUp("constant, G1", point).value, source: "one cart: exactly 1 in the model", condition });
  return [
    none("G2: two gophers, one cart", "constant, G2"),
    none("G6: four gophers, one cart", named("constant", 1)),
    ...CARTS.filter((carts) => carts > 1).map((carts) => measured.gain(`G6, ${carts} carts`, predictedGain(carts, "constant"), ["constant, G1", named("constant", carts)], { part, source: "min(C, 4)", condition })),
  ];
}

function exponentialFindings(measured: Measurements, points: readonly Point[], repetitions: number, seed: number, condition: Condition): Finding[] {
  const alone = simulated(points, "exponential, G1", seed);
  return CARTS.map((carts) => {
    const name = named("exponential", carts);
    const { mean, deviation } = simulated(points, name, seed);
    const expected = alone.mean / mean;
    const error = Math.hypot(deviation / mean, alone.deviation / alone.mean) / Math.sqrt(SYSTEMS * repetitions);
    return statistic(`G6, ${carts} cart${carts === 1 ? "" : "s"}`, {
      part: "exponential times", expected: about(expected, { by: (4 * error + SLACK) * expected }), measured: measured.speedUp("exponential, G1", name).value,
      source: `4C/(C+3): ${predictedGain(carts, "exponential").toFixed(2)} in the long run`, condition,
    });
  });
}

function simulated(points: readonly Point[], name: string, seed: number): Spread {
  const { design, carts, loads } = points.find((point) => point.name === name) as Point;
  return simulatedPace({ design: designOf(design, { carts }), steps: EVEN, loads, dumpCapacity: 1, times: "exponential", pauses: null }, SIMULATED_RUNS, seed);
}

function plotOf(measured: Measurements): Plot {
  const all = Array.from({ length: 32 }, (_, at) => at + 1);
  return {
    title: "G6: speed-up over G1 by carts", x: { label: "carts", scale: "log" }, y: { label: "speed-up", scale: "linear" },
    series: [
      curve("min(C, 4)", all, (carts) => predictedGain(carts, "constant")),
      curve("4C/(C+3)", all, (carts) => predictedGain(carts, "exponential")),
      ...TIMES.map((times) => marks(`${times} times`, CARTS, (carts) => measured.speedUp(`${times}, G1`, named(times, carts)))),
    ],
  };
}
