/** From the record of a trial to a result: medians, intervals, gains, verdicts. Pure. */
import { groupOf, REFERENCES } from "../cell.ts";
import { contradictionOf, DOUBT_FLAGS, doubtsOf, stepShare, type Contradiction } from "../figures/doubts.ts";
import { driftFlags } from "../figures/drift.ts";
import type { Environment } from "../machine/environment.ts";
import { blockTimes, factorsOf, gainsOf, type GainName } from "../figures/gains.ts";
import { randomSource } from "../random.ts";
import { SCHEMA, type Activity, type CellResult, type Config, type GainResult, type Result, type Sample } from "../result.ts";
import { median, medianInterval, noiseGrade, outlierCount } from "../figures/statistics.ts";
import { medianRun, tracedActivity, unpackTimeline } from "./traced.ts";
import type { CellRecord, TrialRecord } from "./plan.ts";
import { judge, LEAST_REGION_NS } from "../figures/verdict.ts";

/** Makes the result. */
export function resultOf(trial: TrialRecord, env: Environment, config: Config, version: string): Result {
  const judged = trial.cells.map((record) => cellResult(record, trial, config));
  const cells = judged.map(({ cell }) => cell);
  const contradictions = new Map(judged.flatMap(({ cell, contradiction }) => (contradiction === null ? [] : [[cell, contradiction] as const])));
  return {
    schema: SCHEMA,
    tool: { name: "warren", version },
    env: { ...env, warnings: [...env.warnings, ...doubtsOf(cells, contradictions, config.calibrations)] },
    config,
    cells,
    // without a whole block the cells were not all measured, nor at the same time
    gains: trial.blocksDone === 0 ? [] : cells.flatMap((cell) => gainResult(cell, cells, config.seed) ?? []),
    checks: trial.checks,
  };
}

function cellResult(record: CellRecord, trial: TrialRecord, config: Config): { readonly cell: CellResult; readonly contradiction: Contradiction | null } {
  const { samples, traced, predicted: model } = record;
  const { world, threads } = record.cell;
  const values = [...blockTimes(samples).values()];
  const medianNs = median(values);
  const ci = medianInterval(values);
  const outliers = outlierCount(values);
  const activity = { ...clockedActivity(samples), ...tracedActivity(traced, samples, blockTimes(samples)) };
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

function gainResult(cell: CellResult, all: readonly CellResult[], seed: number): GainResult | null {
  const find = (design: string | undefined, threads: number): CellResult | undefined =>
    all.find((other) => groupOf(other) === groupOf(cell) && other.design === design && other.threads === threads);
  const reference = REFERENCES.get(cell.program);
  const base = find(reference, 1);
  const single = find(cell.design, 1);
  const control = find(reference, cell.threads);
  if (base === undefined || single === undefined) return null;
  const source = (name: GainName) => randomSource(seed, "gains", cell.program, cell.world, cell.design, cell.threads, name);
  const times = { base: blockTimes(base.samples), single: blockTimes(single.samples), cell: blockTimes(cell.samples), control: control && blockTimes(control.samples) };
  const gains = gainsOf(times, source);
  if (gains === null) return null;
  const { C, P, S, I, P0 } = gains;
  const factors = factorsOf({ base1: base.trace, single: single.trace, cell: cell.trace });
  return {
    program: cell.program, design: cell.design, world: cell.world, threads: cell.threads,
    C: C.value, P: P.value, S: S.value,
    ...(I && { I: I.value }), ...(P0 && { P0: P0.value }),
    ...(factors && { factors }),
    ci: { C: C.ci, P: P.ci, S: S.ci, ...(I && { I: I.ci }), ...(P0 && { P0: P0.ci }) },
  };
}
