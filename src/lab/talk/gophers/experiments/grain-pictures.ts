/** The grain map as tables and pictures. */
import { curve, type Plot } from "../../../plot.ts";
import type { Series } from "../../report.ts";
import { COMPUTING_UNITS, predictedGain, WAITING_UNITS, type ComputingGrain, type WaitingGrain } from "./grain-model.ts";
import type { Estimate } from "./measurements.ts";

/** A row for each length of a step. */
export function grainTables(computing: readonly ComputingGrain[], waiting: WaitingGrain): Series[] {
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
export function grainPlots(computing: readonly ComputingGrain[], waiting: WaitingGrain): Plot[] {
  const micros = COMPUTING_UNITS.map((unitMs) => 1000 * unitMs);
  return [
    ...computing.map(({ threads, gains, overheads }): Plot => ({
      title: `computing on ${threads} threads: P of G7 by the step`, x: { label: "step, µs", scale: "log" }, y: { label: "P", scale: "linear" },
      series: [curve("(4u + h₁)·p / (4u + hₚ)", micros, (micro) => predictedGain(micro / 1000, threads, overheads)), { name: "here", kind: "measured", points: marks(micros, gains) }],
    })),
    {
      title: "waiting: C of G6 by the step", x: { label: "step, ms", scale: "log" }, y: { label: "C", scale: "linear" },
      series: [curve("the model", WAITING_UNITS, () => 4), { name: "here", kind: "measured", points: marks(WAITING_UNITS, waiting.gains) }],
    },
  ];
}

function marks(at: readonly number[], gains: readonly Estimate[]): Plot["series"][number]["points"] {
  return at.map((x, point) => ({ x, y: (gains[point] as Estimate).value, interval: (gains[point] as Estimate).interval }));
}
