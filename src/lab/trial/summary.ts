/** From the record of a trial to a result: medians, intervals, gains, verdicts. Pure. */
import { driftFlags } from "../figures/drift.ts";
import type { Environment } from "../machine/environment.ts";
import { blockTimes, gainsOfCells } from "../figures/gains.ts";
import { GAIN_RULE, SCHEMA, type Activity, type CellResult, type Config, type Result, type Sample } from "../result.ts";
import { median, medianInterval, noiseGrade, outlierCount, spread } from "../figures/statistics.ts";
import { medianRun, tracedActivity, tracedBounds, unpackTimeline } from "./traced.ts";
import type { CellRecord, TracedRun, TrialRecord } from "./plan.ts";
import { judge, LEAST_REGION_NS } from "../figures/verdict.ts";

/** What a result is made from: a trial that has ended, or as far as it has come. */
type Measured = Pick<TrialRecord, "cells" | "checks" | "interrupted">;

/** Makes the result. */
export function resultOf(trial: Measured, env: Environment, config: Config, version: string): Result {
  const cells = trial.cells.map((record) => cellResult(record, trial, config));
  return {
    schema: SCHEMA,
    tool: { name: "warren", version },
    env,
    config,
    cells,
    gainRule: GAIN_RULE,
    gains: gainsOfCells(cells, config.seed),
    checks: trial.checks,
  };
}

function cellResult(record: CellRecord, trial: Measured, config: Config): CellResult {
  const { samples, traced, predicted } = record;
  const values = [...blockTimes(samples).values()];
  const medianNs = median(values);
  const ci = medianInterval(values);
  const outliers = outlierCount(values);
  const flags = [
    ...(medianNs < LEAST_REGION_NS ? ["short"] : []),
    ...(outliers > 0 ? [`outliers:${outliers}`] : []),
    ...driftFlags(values, samples),
    ...(trial.interrupted && samples.length < config.blocks * config.runs ? ["interrupted"] : []),
  ];
  const drawn = medianRun(traced);
  const cell = {
    ...record.cell,
    params: { ...record.cell.params, size: record.size },
    items: record.items,
    samples,
    trace: activityOf(samples, traced),
    ...(drawn === null ? {} : { timeline: unpackTimeline(drawn) }),
    summary: { medianNs, ci, n: values.length, grade: noiseGrade(medianNs, ci), flags },
    ...(predicted === null ? {} : { predicted: { ns: predicted.ns, ...(predicted.isBound ? { isBound: true as const } : {}) } }),
  };
  return { ...cell, verdict: judge(cell).verdict };
}

function activityOf(samples: readonly Sample[], traced: readonly TracedRun[]): Activity {
  const [clocked, ofTraces] = [clockedActivity(samples), tracedActivity(traced, samples, blockTimes(samples))];
  const bounds = { ...cpuBounds(samples), ...tracedBounds(traced) };
  return { ...clocked, ...ofTraces, ...(Object.keys(bounds).length === 0 ? {} : { bounds }) };
}

/** The interval of A_cpu over the blocks. */
function cpuBounds(samples: readonly Sample[]): Activity["bounds"] {
  const values = [...Map.groupBy(samples, ({ block }) => block).values()].flatMap((its) => clockedActivity(its).Acpu ?? []);
  return values.length === 0 ? {} : { Acpu: spread(values) };
}

/** The figures of the clocks, as sums over all samples, so that the 4 ms steps of the CPU clocks average out. */
function clockedActivity(samples: readonly Sample[]): Activity {
  const windowNs = samples.reduce((sum, sample) => sum + sample.windowNs, 0);
  const total = (field: "cpuNs" | "runDelayNs"): number | null => {
    if (samples.some((sample) => sample[field].length === 0)) return null;
    return samples.reduce((sum, sample) => sum + sample[field].reduce((all, ns) => all + ns, 0), 0);
  };
  const cpuNs = total("cpuNs");
  const queuedNs = total("runDelayNs");
  const processNs = samples.some((sample) => sample.processNs === undefined) ? null : samples.reduce((sum, sample) => sum + (sample.processNs ?? 0), 0);
  return {
    ...(cpuNs === null ? {} : { Acpu: cpuNs / windowNs }),
    ...(queuedNs === null ? {} : { Rq: queuedNs / windowNs }),
    // the two clocks step differently: a little below nothing is nothing
    ...(cpuNs === null || processNs === null ? {} : { helper: Math.max(0, processNs - cpuNs) / windowNs }),
  };
}
