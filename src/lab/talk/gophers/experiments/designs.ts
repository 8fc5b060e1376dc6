/**
 * The table of docs/talk.md, "The model": all eleven designs with three kinds of
 * steps, where every step waits. A waiting gopher needs no processor, so one
 * thread must show all of it: concurrency without parallelism.
 */
import { about, statistic, type Condition, type Finding, type ProgramSettings, type Series } from "../../report.ts";
import { DESIGN_IDS, designOf, type DesignId } from "../grid.ts";
import { EVEN, speedUp, type ModelSteps } from "../model.ts";
import { marks, type Plot } from "../../../plot.ts";
import { mean } from "../../../figures/statistics.ts";
import { experiment, loadsFor, quiet, TOLERANCE, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

/** The columns of the table. */
export const KINDS: readonly { readonly name: string; readonly steps: ModelSteps }[] = [
  { name: "all steps 1", steps: EVEN },
  { name: "L = U = D = ¼, M = R = 1", steps: { L: 0.25, M: 1, U: 0.25, R: 1, D: 0.25, W: 0 } },
  { name: "L = U = D = 1, M = R = ¼", steps: { L: 1, M: 0.25, U: 1, R: 0.25, D: 1, W: 0 } },
];

/** Speed-up over G1 where every step waits, whatever the number of threads. */
export function predictedGain(id: DesignId, steps: ModelSteps): number {
  return speedUp({ design: designOf(id), steps, world: "wait", threads: 1 });
}

/** Runs the experiment. */
export const designs = experiment("designs", pointsOf, (measured, _, { threads }) => {
  const shares = KINDS.flatMap((kind) => DESIGN_IDS.map((id) => gainOf(measured, kind.name, id).value / predictedGain(id, kind.steps)));
  const within = shares.filter((share) => Math.abs(share - 1) <= TOLERANCE).length;
  return {
    findings: KINDS.flatMap((kind) => findingsOf(kind, measured)),
    series: [table(measured)],
    plots: KINDS.map((kind) => plotOf(kind, measured)),
    notes: ["Speed-up is over G1 in the same repetition, by the pace from the first load burnt to the last."],
    conclusion: `On ${threads === 1 ? "one thread" : `${threads} threads`}, where every step waits, ${within} of ${shares.length} designs gain what the model predicts within ${100 * TOLERANCE} %, on average ${(100 * mean(shares)).toFixed(0)} % of the prediction; G11 alone is ${gainOf(measured, (KINDS[1] as typeof KINDS[0]).name, "G11").value.toFixed(1)} times as fast as G1 when carrying takes most of the time.`,
  };
});

function pointsOf(loads: number, { threads, unitMs }: ProgramSettings): Point[] {
  return KINDS.flatMap(({ name, steps }) => DESIGN_IDS.map((id): Point => (
    { name: `${name}, ${id}`, design: id, world: "wait", steps, threads, unitMs, loads: loadsFor(loads, predictedGain(id, steps), designOf(id).lanes) }
  )));
}

function gainOf(measured: Measurements, kind: string, id: DesignId): ReturnType<Measurements["speedUp"]> {
  return measured.speedUp(`${kind}, G1`, `${kind}, ${id}`);
}

function findingsOf({ name: part, steps }: typeof KINDS[0], measured: Measurements): Finding[] {
  const alone = steps.L + steps.M + steps.U + steps.R;
  const excess = measured.excess(`${part}, G1`, alone);
  const condition: Condition = quiet(excess);
  return [
    statistic("G1, a load", { part, unit: "u", expected: about(alone, { share: TOLERANCE }), measured: alone * (1 + excess), source: "L + M + U + R", condition }),
    ...DESIGN_IDS.filter((id) => id !== "G1").map((id) => measured.gain(`${id}, speed-up`, predictedGain(id, steps), [`${part}, G1`, `${part}, ${id}`], { part, source: "docs/talk.md", condition })),
  ];
}

/** Measured as a share of predicted: a row for each design, a column for each kind of steps. */
function table(measured: Measurements): Series {
  return {
    title: "measured, % of predicted",
    columns: ["design", ...KINDS.map(({ name }) => name)],
    rows: DESIGN_IDS.map((id) => [id, ...KINDS.map(({ name, steps }) => Math.round((100 * gainOf(measured, name, id).value) / predictedGain(id, steps)))]),
  };
}

function plotOf({ name, steps }: typeof KINDS[0], measured: Measurements): Plot {
  return {
    title: `${name}: speed-up over G1`, x: { label: "design", scale: "names", names: DESIGN_IDS }, y: { label: "speed-up", scale: "linear" },
    series: [
      { name: "model", kind: "predicted", points: DESIGN_IDS.map((id, x) => ({ x, y: predictedGain(id, steps), interval: null })) },
      marks("here", DESIGN_IDS, (id) => gainOf(measured, name, id)),
    ],
  };
}
