/** From the record of a trial to a result: medians, intervals, gains, verdicts. Pure. */
import { contradictionOf, DOUBT_FLAGS, doubtsOf, stepShare, type Contradiction } from "../figures/doubts.ts";
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
  const judged = trial.cells.map((record) => cellResult(record, trial, config));
  const cells = judged.map(({ cell }) => cell);
  const contradictions = new Map(judged.flatMap(({ cell, contradiction }) => (contradiction === null ? [] : [[cell, contradiction] as const])));
  return {
    schema: SCHEMA,
    tool: { name: "warren", version },
    env: { ...env, warnings: [...env.warnings, ...doubtsOf(cells, contradictions, config.calibrations)] },
    config,
    cells,
    gainRule: GAIN_RULE,
    gains: gainsOfCells(cells, config),
    checks: trial.checks,
  };
}

function cellResult(record: CellRecord, trial: Measured, config: Config): { readonly cell: CellResult; readonly contradiction: Contradiction | null } {
  const { samples, traced, predicted: model } = record;
  const { world, threads } = record.cell;
  const values = [...blockTimes(samples).values()];
  const medianNs = median(values);
  const ci = medianInterval(values);
  const outliers = outlierCount(values);
  const activity = activityOf(samples, traced);
  const contradiction = contradictionOf({ threads, samples, trace: activity, medianNs });
  const predicted = model === null ? {} : { predicted: { ns: model.ns, ...(model.isBound ? { isBound: true as const } : {}) } };
  const share = stepShare({ world, threads, medianNs, ...predicted });
  const flags = [
    ...(medianNs < LEAST_REGION_NS ? ["short"] : []),
    ...(outliers > 0 ? [`outliers:${outliers}`] : []),
    ...driftFlags(values, samples),
    ...(share === null ? [] : [`${DOUBT_FLAGS.steps}:${Math.round(100 * share)}%`]),
    ...(contradiction === null ? [] : [contradiction.flag]),
    ...(trial.interrupted && samples.length < config.blocks * config.runs ? ["interrupted"] : []),
  ];
  const drawn = medianRun(traced);
  const cell = {
    ...record.cell,
    params: { ...record.cell.params, size: record.size },
    items: record.items,
    samples,
    trace: contradiction === null ? activity : { ...activity, approximate: true },
    ...(drawn === null ? {} : { timeline: unpackTimeline(drawn) }),
    summary: { medianNs, ci, n: values.length, grade: noiseGrade(medianNs, ci), flags },
    ...predicted,
  };
  return { cell: { ...cell, verdict: judge(cell).verdict }, contradiction };
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
