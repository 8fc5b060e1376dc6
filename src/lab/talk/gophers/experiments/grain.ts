/**
 * Grain: how much work a message must carry. In the cpu world a load of G7
 * costs its four steps and what handing over costs; the shorter the step, the
 * more of the threads' time goes to messages. In the wait world nothing computes,
 * and the grain is the timers'.
 *
 * The prediction is a straight line: a load costs 4 units and a constant, all of
 * it shared by the threads. The constants, one for one thread and one for p, are
 * taken from the shortest step; everything longer is predicted.
 */
import { about, atMost, between, statistic, type Condition, type Finding, type Series } from "../../report.ts";
import { doubledTo, readMachine } from "../../../machine/environment.ts";
import { USUAL_UNIT_MS } from "../grid.ts";
import { EVEN } from "../model.ts";
import { curve, marks, type Plot } from "../../../plot.ts";
import { estimate, experiment, loadsFor, processorsFor, quiet, type Estimate, type Measurements } from "./measurements.ts";
import type { Point } from "../points.ts";

/** The most that G6 gains where it waits, and the most threads that G7 keeps busy. */
const WAITING_GAIN = 4;
const GOPHERS = 8;
/** The straight line is a rough model of what messages cost. */
const ROUGH = 3;
/** A run takes as long as `loads` of this length, until handing over takes more than that. */
const FULL_UNIT_MS = 1;
const LEAST_UNIT_MS = 0.02;
const LEAST_LOADS = 16;

/** Lengths of a step, milliseconds. The first one is what handing over is judged by. */
const COMPUTING_UNITS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2] as const;
const WAITING_UNITS = [0.25, 0.5, 1, 2, 4, 8] as const;

/** A gain counts as reached at this share of it. */
const REACHED = 0.9;

/** What handing over costs a load, in milliseconds of all threads together. */
interface Overheads {
  readonly single: number;
  readonly shared: number;
}

/** Parallelism gain on `threads` of steps of `unitMs`. */
export function predictedGain(unitMs: number, threads: number, { single, shared }: Overheads): number {
  return (threads * (4 * unitMs + single)) / (4 * unitMs + shared);
}

/** The shortest step for which that gain is at least 0.9 of the threads; 0 where all do. */
export function predictedGrain({ single, shared }: Overheads): number {
  return Math.max(0, (REACHED * shared - single) / (4 * (1 - REACHED)));
}

/** The shortest length from which on every gain is at least `level`, between two lengths by the logarithm; `NaN` where the longest does not reach it. */
export function reachedFrom(units: readonly number[], gains: readonly number[], level: number): number {
  const below = gains.findLastIndex((gain) => gain < level);
  if (below === gains.length - 1) return Number.NaN;
  if (below === -1) return units[0] as number;
  const [x0, x1] = [Math.log(units[below] as number), Math.log(units[below + 1] as number)];
  const [y0, y1] = [gains[below] as number, gains[below + 1] as number];
  return Math.exp(x0 + ((x1 - x0) * (level - y0)) / (y1 - y0));
}

/** Runs the experiment. */
export const grain = experiment("grain", (loads, { threads }) => pointsOf(countsTo(threads), loads), (measured, _, settings) => {
  const counts = countsTo(settings.threads);
  const computing = counts.slice(1).map((threads) => computingGrain(measured, threads));
  const waiting = waitingGrain(measured);
  const { usable } = readMachine();
  return {
    findings: [...computing.flatMap((one) => computingFindings(one, usable)), ...waitingFindings(waiting)],
    series: grainTables(computing, waiting),
    plots: grainPlots(computing, waiting),
    notes: [
      `Computing: G7, eight gophers and four messages a load; P is its time on one thread over that on more. Expected is (4u + h₁)·p / (4u + hₚ), with h from the steps of ${1000 * (COMPUTING_UNITS[0] as number)} µs.`,
      "With k books per cart a step is k times as long for the same messages, so the minimum applies to a cartload, not to a book.",
      `Waiting: C is the time of G1 over that of G6, both on one thread. Timers have a resolution of 1 ms. A gopher shortens its next wait by what the last one was late, but the other gophers have already waited for the late one.`,
    ],
    conclusion: conclusion(computing, waiting),
  };
});

/** 1, 2, 4 … threads: more than there are gophers would have nothing to do. */
function countsTo(threads: number): number[] {
  return doubledTo(Math.min(GOPHERS, threads));
}

function pointsOf(counts: readonly number[], loads: number): Point[] {
  const computing = COMPUTING_UNITS.flatMap((unitMs) => counts.map((threads): Point => {
    const alone = Math.max(LEAST_LOADS, (loads * FULL_UNIT_MS) / Math.max(LEAST_UNIT_MS, unitMs));
    return { name: computingName(unitMs, threads), design: "G7", world: "cpu", steps: EVEN, threads, unitMs, loads: loadsFor(alone, 1, 2) };
  }));
  const waiting = WAITING_UNITS.flatMap((unitMs): Point[] => {
    const common = { world: "wait", steps: EVEN, threads: 1, unitMs } as const;
    const alone = Math.max(LEAST_LOADS, Math.min(2 * loads, (2 * loads) / unitMs));
    return [
      { ...common, name: `waiting, ${unitMs}, G1`, design: "G1", loads: Math.round(alone) },
      { ...common, name: `waiting, ${unitMs}, G6`, design: "G6", loads: loadsFor(alone, WAITING_GAIN, 1) },
    ];
  });
  return [...(counts.length > 1 ? computing : []), ...waiting];
}

function computingName(unitMs: number, threads: number): string {
  return `computing, ${unitMs}, ${threads}`;
}

/** What was measured of the cpu world on one number of threads. */
type ComputingGrain = ReturnType<typeof computingGrain>;

function computingGrain(measured: Measurements, threads: number) {
  const gains = COMPUTING_UNITS.map((unitMs) => measured.speedUp(computingName(unitMs, 1), computingName(unitMs, threads)));
  const shortest = COMPUTING_UNITS[0];
  // at least nothing: of a load as short as that, noise can be more than handing over
  const overhead = (count: number): number => Math.max(0, (count * estimate(measured.paces(computingName(shortest, count))).value - 4) * shortest);
  return {
    threads, gains, overheads: { single: overhead(1), shared: overhead(threads) },
    grainMs: reachedFrom(COMPUTING_UNITS, gains.map(({ value }) => value), REACHED * threads),
    // share of their running time in which the threads waited for a processor
    waited: measured.waited(COMPUTING_UNITS.map((unitMs) => computingName(unitMs, threads))),
  };
}

/** What was measured of the wait world. */
type WaitingGrain = ReturnType<typeof waitingGrain>;

function waitingGrain(measured: Measurements) {
  const gains = WAITING_UNITS.map((unitMs) => measured.speedUp(`waiting, ${unitMs}, G1`, `waiting, ${unitMs}, G6`));
  const excess = WAITING_UNITS.map((unitMs) => measured.excess(`waiting, ${unitMs}, G1`, 4));
  return {
    // `excess`: how much longer than asked a load of one gopher took, as a share; `trueMs`: the shortest step that takes no more than a ninth longer
    gains, excess, trueMs: reachedFrom(WAITING_UNITS, excess.map((share) => 1 / (1 + share)), REACHED),
    grainMs: reachedFrom(WAITING_UNITS, gains.map(({ value }) => value), REACHED * WAITING_GAIN),
  };
}

function computingFindings({ threads, gains, overheads, grainMs, waited }: ComputingGrain, usable: number): Finding[] {
  const part = `computing on ${threads} threads`;
  const condition: Condition = processorsFor(threads, usable, waited);
  const predictedMs = Math.max(COMPUTING_UNITS[0], predictedGrain(overheads));
  return [
    statistic(`P with steps of ${COMPUTING_UNITS.at(-1)} ms`, { part, expected: about(predictedGain(COMPUTING_UNITS.at(-1) as number, threads, overheads), { share: 1 - REACHED }), measured: (gains.at(-1) as Estimate).value, source: "(4u + h₁)·p / (4u + hₚ)", condition }),
    statistic(`shortest step with P ≥ ${REACHED * threads}`, { part, unit: "µs", expected: between((1000 * predictedMs) / ROUGH, 1000 * predictedMs * ROUGH), measured: 1000 * grainMs, source: `where the line says so, within a factor of ${ROUGH}`, condition }),
  ];
}

function waitingFindings({ gains, excess, grainMs, trueMs }: WaitingGrain): Finding[] {
  const part = "waiting, one thread";
  const condition = quiet(excess.at(-1) as number);
  return [
    statistic(`C with steps of ${WAITING_UNITS.at(-1)} ms`, { part, expected: about(WAITING_GAIN, { share: 1 - REACHED }), measured: (gains.at(-1) as Estimate).value, source: "the model, at any length", condition }),
    statistic(`shortest step with C ≥ ${REACHED * WAITING_GAIN}`, { part, unit: "ms", expected: atMost(USUAL_UNIT_MS.wait), measured: grainMs, source: `the lab's step: ${USUAL_UNIT_MS.wait} ms`, condition }),
    statistic(`shortest step at ${REACHED} of the model's pace`, { part, unit: "ms", expected: atMost(USUAL_UNIT_MS.wait), measured: trueMs, source: "one gopher alone; the resolution of timers is 1 ms", condition }),
  ];
}

/** A row for each length of a step. */
function grainTables(computing: readonly ComputingGrain[], waiting: WaitingGrain): Series[] {
  const map: Series = {
    title: "computing: P of G7 by step and threads", columns: ["step, µs", ...computing.flatMap(({ threads }) => [`${threads} threads`, "predicted"])],
    rows: COMPUTING_UNITS.map((unitMs, at) => [1000 * unitMs, ...computing.flatMap(({ threads, gains, overheads }) => [(gains[at] as Estimate).value, predictedGain(unitMs, threads, overheads)])]),
  };
  const timers: Series = {
    title: "waiting: C of G6 by step, one thread", columns: ["step, ms", "C", "G1 longer than asked, %"],
    rows: WAITING_UNITS.map((unitMs, at) => [unitMs, (waiting.gains[at] as Estimate).value, 100 * (waiting.excess[at] as number)]),
  };
  return computing.length === 0 ? [timers] : [map, timers];
}

/** A picture for each number of threads, and one of the wait world. */
function grainPlots(computing: readonly ComputingGrain[], waiting: WaitingGrain): Plot[] {
  const micros = COMPUTING_UNITS.map((unitMs) => 1000 * unitMs);
  return [
    ...computing.map(({ threads, gains, overheads }): Plot => ({
      title: `computing on ${threads} threads: P of G7 by the step`, x: { label: "step, µs", scale: "log" }, y: { label: "P", scale: "linear" },
      series: [curve("(4u + h₁)·p / (4u + hₚ)", micros, (micro) => predictedGain(micro / 1000, threads, overheads)), marks("here", micros, (_, at) => gains[at] as Estimate)],
    })),
    {
      title: "waiting: C of G6 by the step", x: { label: "step, ms", scale: "log" }, y: { label: "C", scale: "linear" },
      series: [curve("the model", WAITING_UNITS, () => 4), marks("here", WAITING_UNITS, (_, at) => waiting.gains[at] as Estimate)],
    },
  ];
}

function conclusion(computing: readonly ComputingGrain[], { grainMs, trueMs }: WaitingGrain): string {
  const waiting = Number.isNaN(grainMs) ? `no step up to ${WAITING_UNITS.at(-1)} ms lets G6 gain ${REACHED * WAITING_GAIN} here` : `a step of ${grainMs.toFixed(1)} ms is enough for G6 to gain ${REACHED * WAITING_GAIN}, and one gopher keeps the model's pace with ${Number.isNaN(trueMs) ? "none" : `${trueMs.toFixed(1)} ms`}`;
  const most = computing.at(-1);
  if (most === undefined) return `Where steps wait, ${waiting}; use --threads 2 to measure computing steps as well.`;
  const { threads, overheads } = most;
  const perStep = (1000 * overheads.shared) / 4;
  const grain = Number.isNaN(most.grainMs) ? `no step up to ${COMPUTING_UNITS.at(-1)} ms gives` : `steps of ${(1000 * most.grainMs).toFixed(0)} µs give`;
  return `Handing over costs ${perStep.toFixed(1)} µs a step on ${threads} threads, ${((1000 * overheads.single) / 4).toFixed(1)} µs on one: ${grain} ${REACHED * threads} of ${threads}. Where steps wait, ${waiting}.`;
}
