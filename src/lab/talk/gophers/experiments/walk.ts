/**
 * Walking back: when the fourth gopher helps. G5's carrier goes there with a
 * full cart and home with an empty one; in G6 two share that, and each walks
 * back W without a cart. Where carrying is the bottleneck, G5 takes M + R a load
 * and G6 max(M, R) + W: the fourth gopher helps exactly while W < min(M, R).
 */
import { about, statistic, type Finding } from "../../finding.ts";
import { designOf } from "../grid.ts";
import { speedUp, type ModelSteps } from "../model.ts";
import { curve, marks, type Plot } from "../../../plot.ts";
import type { ProgramOutcome, ProgramSettings } from "../../report.ts";
import { mean } from "../../../figures/statistics.ts";
import type { ExperimentChoice, ExperimentSettings } from "./experiment.ts";
import { estimate, EVEN, loadsFor, measurePoints, quiet, type Estimate, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

/** Ways of carrying: the steps, and how far the gophers walk. */
export const WAYS = [
  { name: "all steps 1", steps: EVEN, walks: [0, 0.25, 0.5, 0.75, 1, 1.25] },
  { name: "L = U = R = ½, M = 1", steps: { ...EVEN, L: 0.5, U: 0.5, R: 0.5 }, walks: [0, 0.25, 0.5, 0.75, 1] },
] as const;
type Way = (typeof WAYS)[number];

/** Carts of both teams: more than gophers, so that no gopher waits for one. */
const CARTS = 8;
/** The boundary is known to this, in units of W. */
const BOUNDARY = 0.15;

/** Speed-up over G1 with eight carts. */
export function predictedGain(design: "G5" | "G6", steps: ModelSteps, walk: number): number {
  return speedUp({ design: designOf(design, { carts: CARTS }), steps: { ...steps, W: walk }, world: "wait", threads: 1 });
}

/** The walk from which on the fourth gopher is no help, where carrying is the bottleneck. */
export function predictedBoundary({ M, R }: ModelSteps): number {
  return Math.min(M, R);
}

/**
 * Where a line through paces, by least squares, reaches a level: `NaN` where it
 * does not rise.
 */
export function crossing(walks: readonly number[], paces: readonly number[], level: number): number {
  const [x0, y0] = [mean([...walks]), mean([...paces])];
  const slope = walks.reduce((sum, x, at) => sum + (x - x0) * ((paces[at] as number) - y0), 0) / walks.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  return slope > 0 ? x0 + (level - y0) / slope : Number.NaN;
}

/** Runs the experiment. */
export async function walk(choice: ExperimentChoice, settings: ExperimentSettings): Promise<ProgramOutcome> {
  const { repetitions, loads } = choice;
  const points = WAYS.flatMap((way) => pointsOf(way, loads, settings));
  const measured = await measurePoints("walk", points, choice, settings);
  const boundaries = WAYS.map((way) => boundaryOf(way, measured));
  return {
    config: { repetitions, loads, carts: CARTS },
    findings: [...measured.checks(), ...WAYS.flatMap((way, at) => findingsOf(way, boundaries[at] as Estimate, measured))],
    plots: WAYS.map((way) => plotOf(way, measured)),
    notes: [
      "Speed-up is over one gopher in the same repetition; no gopher of G5 walks without a cart, so W does not change G5.",
      "The boundary is where a straight line through the paces of G6 meets the pace of G5.",
    ],
    conclusion: `The fourth gopher helps while it walks back less than ${WAYS.map((way, at) => `${(boundaries[at] as Estimate).value.toFixed(2)} u (${way.name}; predicted: ${predictedBoundary(way.steps)})`).join(", and ")}: a procedure added to a design makes it faster, though more work is done, if it takes more work from the bottleneck than it adds.`,
  };
}

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
