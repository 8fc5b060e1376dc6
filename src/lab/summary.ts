/** From what a trial saw to a result: medians, intervals, gains, verdicts. Pure. */
import type { Environment } from "./environment.ts";
import { gainsOf, type BlockTimes, type GainName } from "./gains.ts";
import { randomSource } from "./random.ts";
import { groupOf, SCHEMA, type Activity, type CellResult, type Config, type GainResult, type Result, type Sample } from "./result.ts";
import { median, medianInterval, noiseGrade, outlierCount } from "./statistics.ts";
import type { CellRecord, TrialRecord } from "./trial-plan.ts";
import { judge, LEAST_REGION_NS, type Judgement } from "./verdict.ts";

/** The value of a cell in each block: the median of its runs there, nanoseconds. */
export function blockTimes(samples: readonly Sample[]): BlockTimes {
  const times = new Map<number, number>();
  for (const [block, runs] of Map.groupBy(samples, (sample) => sample.block)) times.set(block, median(runs.map((run) => run.wallNs)));
  return times;
}

/** Makes the result. `baselines`: the design all gains refer to, by program. */
export function resultOf(trial: TrialRecord, env: Environment, config: Config, version: string, baselines: ReadonlyMap<string, string>): Result {
  return {
    schema: SCHEMA,
    tool: { name: "warren", version },
    env,
    config,
    cells: trial.cells.map((record) => cellResult(record, trial, config)),
    gains: trial.cells.flatMap((record) => gainResult(record, trial.cells, baselines, config.seed) ?? []),
    checks: trial.checks,
  };
}

function cellResult(record: CellRecord, trial: TrialRecord, config: Config): CellResult {
  const values = [...blockTimes(record.samples).values()];
  const medianNs = median(values);
  const ci = medianInterval(values);
  const outliers = outlierCount(values);
  const flags = [
    ...(medianNs < LEAST_REGION_NS ? ["short"] : []),
    ...(outliers > 0 ? [`outliers:${outliers}`] : []),
    ...(trial.interrupted && record.samples.length < config.blocks * config.runs ? ["interrupted"] : []),
  ];
  const cell = {
    ...record.cell,
    params: { ...record.cell.params, size: record.size },
    items: record.items,
    samples: record.samples,
    trace: activityOf(record),
    summary: { medianNs, ci, n: values.length, grade: noiseGrade(medianNs, ci), flags },
    ...(record.predictedNs === null ? {} : { predicted: { ns: record.predictedNs } }),
  };
  return { ...cell, verdict: judgeCell(cell).verdict };
}

/** The verdict on a cell, with the reason. */
export function judgeCell(cell: Pick<CellResult, "threads" | "gophers" | "trace" | "summary">): Judgement {
  return judge({
    threads: cell.threads,
    wallNs: cell.summary.medianNs,
    cpuParallelism: cell.trace.Acpu ?? null,
    runQueue: cell.trace.Rq ?? null,
    parallelism: null,
    concurrency: cell.trace.L ?? null,
    tasks: cell.gophers,
  });
}

/** Sums over all samples, so that the 4 ms steps of the CPU clocks average out. */
function activityOf({ samples }: CellRecord): Activity {
  const windowNs = samples.reduce((sum, sample) => sum + sample.windowNs, 0);
  const share = (field: "cpuNs" | "runDelayNs"): number | null => {
    if (samples.some((sample) => sample[field].length === 0)) return null;
    return samples.reduce((sum, sample) => sum + sample[field].reduce((all, ns) => all + ns, 0), 0) / windowNs;
  };
  const Acpu = share("cpuNs");
  const Rq = share("runDelayNs");
  return { ...(Acpu === null ? {} : { Acpu }), ...(Rq === null ? {} : { Rq }) };
}

function gainResult(record: CellRecord, all: readonly CellRecord[], baselines: ReadonlyMap<string, string>, seed: number): GainResult | null {
  const { cell } = record;
  const times = (design: string | undefined, threads: number): BlockTimes | undefined => {
    const found = all.find((other) => groupOf(other.cell) === groupOf(cell) && other.cell.design === design && other.cell.threads === threads);
    return found && blockTimes(found.samples);
  };
  const baseline = baselines.get(cell.program);
  const base = times(baseline, 1);
  const single = times(cell.design, 1);
  if (base === undefined || single === undefined) return null;
  const source = (name: GainName) => randomSource(seed, "gains", groupOf(cell), cell.design, cell.threads, name);
  const gains = gainsOf({ base, single, cell: blockTimes(record.samples), control: times(baseline, cell.threads) }, source);
  if (gains === null) return null;
  const { C, P, S, I, P0 } = gains;
  return {
    program: cell.program, design: cell.design, world: cell.world, threads: cell.threads,
    C: C.value, P: P.value, S: S.value,
    ...(I && { I: I.value }), ...(P0 && { P0: P0.value }),
    ci: { C: C.ci, P: P.ci, S: S.ci, ...(I && { I: I.ci }), ...(P0 && { P0: P0.ci }) },
  };
}
