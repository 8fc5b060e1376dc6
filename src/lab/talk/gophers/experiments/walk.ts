/**
 * Walking back: when does a fourth gopher help?
 *
 * In G5, three gophers work: one loads, one carries, one burns. The carrier brings
 * a full cart to the fire (M) and an empty cart back to the pile (R), so a load
 * takes the carrier M + R. In G6 two gophers share the carrying: one brings full
 * carts to the fire, the other brings empty carts back. Each of them must then walk
 * back without a cart (W), so a load takes the slower of the two max(M, R) + W.
 *
 * If carrying is the slowest step, G6 is therefore faster than G5 if, and only if,
 * W is less than min(M, R). The experiment varies W and measures where the two
 * designs are equally fast.
 */
import { about, statistic, type Finding, type ProgramSettings } from "../../report.ts";
import { designOf } from "../grid.ts";
import { EVEN, speedUp, type ModelSteps } from "../model.ts";
import { curve, marks, type Plot } from "../../../plot.ts";
import { mean } from "../../../figures/statistics.ts";
import { estimate, experiment, loadsFor, quiet, type Estimate, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

/** Two sets of step times, and the values of W to measure with each. */
export const WAYS = [
  { name: "all steps 1", steps: EVEN, walks: [0, 0.25, 0.5, 0.75, 1, 1.25] },
  { name: "L = U = R = ½, M = 1", steps: { ...EVEN, L: 0.5, U: 0.5, R: 0.5 }, walks: [0, 0.25, 0.5, 0.75, 1] },
] as const;
type Way = (typeof WAYS)[number];

/** Carts of both teams: more than gophers, so that no gopher waits for one. */
const CARTS = 8;
/** The boundary counts as confirmed if the measured W differs from it by no more than this. */
const BOUNDARY = 0.15;

/** Speed-up over G1 with eight carts. */
export function predictedGain(design: "G5" | "G6", steps: ModelSteps, walk: number): number {
  return speedUp({ design: designOf(design, { carts: CARTS }), steps: { ...steps, W: walk }, world: "wait", threads: 1 });
}

/** The W from which on the fourth gopher is of no help, if carrying is the slowest step. */
export function predictedBoundary({ M, R }: ModelSteps): number {
  return Math.min(M, R);
}

/**
 * The W at which a straight line, fitted by least squares to the `paces` of these
 * `walks`, reaches `level`; `NaN` if the line does not rise.
 */
export function crossing(walks: readonly number[], paces: readonly number[], level: number): number {
  const [x0, y0] = [mean([...walks]), mean([...paces])];
  const slope = walks.reduce((sum, x, at) => sum + (x - x0) * ((paces[at] as number) - y0), 0) / walks.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  return slope > 0 ? x0 + (level - y0) / slope : Number.NaN;
}

/** Runs the experiment. */
export const walk = experiment("walk", (loads, settings) => WAYS.flatMap((way) => pointsOf(way, loads, settings)), (measured) => {
  const boundaries = WAYS.map((way) => boundaryOf(way, measured));
  return {
    config: { carts: CARTS },
    findings: WAYS.flatMap((way, at) => findingsOf(way, boundaries[at] as Estimate, measured)),
    plots: WAYS.map((way) => plotOf(way, measured)),
    notes: [
      "Speed-up is over one gopher in the same repetition; no gopher of G5 walks without a cart, so W does not change G5.",
      "The boundary is where a straight line through the paces of G6 meets the pace of G5.",
    ],
    conclusion: `The fourth gopher helps while it walks back less than ${WAYS.map((way, at) => `${(boundaries[at] as Estimate).value.toFixed(2)} u (${way.name}; predicted: ${predictedBoundary(way.steps)})`).join(", and ")}: a procedure added to a design makes it faster, though more work is done, if it takes more work from the bottleneck than it adds.`,
  };
});

function pointsOf({ name, steps, walks }: Way, loads: number, { threads, unitMs }: ProgramSettings): Point[] {
  const common = { world: "wait", steps, threads, unitMs } as const;
  return [
    { ...common, name: `${name}, G1`, design: "G1", loads },
    { ...common, name: `${name}, G5`, design: "G5", carts: CARTS, loads: loadsFor(loads, predictedGain("G5", steps, 0), 1) },
    ...walks.map((W): Point => ({ ...common, name: `${name}, W ${W}`, design: "G6", carts: CARTS, steps: { ...steps, W }, loads: loadsFor(loads, predictedGain("G6", steps, W), 1) })),
  ];
}

function boundaryOf({ name, walks }: Way, measured: Measurements): Estimate {
  const sweep = walks.map((W) => measured.paces(`${name}, W ${W}`));
  return estimate(measured.paces(`${name}, G5`).map((level, repetition) => crossing(walks, sweep.map((paces) => paces[repetition] as number), level)));
}

function findingsOf({ name: part, steps, walks }: Way, boundary: Estimate, measured: Measurements): Finding[] {
  const { L, M, U, R } = steps;
  const condition = quiet(measured.excess(`${part}, G1`, L + M + U + R));
  const figure = (name: string, expected: number, point: string, source: string): Finding => measured.gain(name, expected, [`${part}, G1`, point], { part, source, condition });
  return [
    figure("G5, one gopher carries there and back", predictedGain("G5", steps, 0), `${part}, G5`, "max(L, M+R, U)"),
    ...walks.map((W) => figure(`G6, W = ${W}`, predictedGain("G6", steps, W), `${part}, W ${W}`, "max(L, M+W, U, R+W)")),
    statistic("no help from a walk of", { part, expected: about(predictedBoundary(steps), { by: BOUNDARY }), measured: boundary.value, unit: "u", source: "min(M, R)", condition }),
  ];
}

function plotOf({ name, steps, walks }: Way, measured: Measurements): Plot {
  const fine = Array.from({ length: 51 }, (_, at) => (at / 50) * (walks.at(-1) as number));
  return {
    title: `${name}: speed-up over G1 by the walk back`, x: { label: "W, units", scale: "linear" }, y: { label: "speed-up", scale: "linear" },
    series: [
      curve("G6", fine, (W) => predictedGain("G6", steps, W)),
      curve("G5", fine, () => predictedGain("G5", steps, 0)),
      marks("G6", walks, (W) => measured.speedUp(`${name}, G1`, `${name}, W ${W}`)),
      marks("G5", walks, () => measured.speedUp(`${name}, G1`, `${name}, G5`)),
    ],
  };
}
