/**
 * An experiment measured on the lab's protocol (`trial/`), and what is formed from
 * its result: paces, ratios within a repetition, conditions. A repetition is a
 * block: a process of its own that runs every point once, in seeded random order.
 * Ratios are formed within a repetition, so that drift of the machine cancels,
 * and reported as a median with its order-statistic interval.
 */
import { printDesign } from "../../../cell.ts";
import type { Interval } from "../../../text.ts";
import { about, check, statistic, type Condition, type Finding, type ProgramOutcome } from "../../report.ts";
import { printProcessors, surroundings } from "../../../machine/environment.ts";
import { median, medianInterval } from "../../../figures/statistics.ts";
import { measure } from "../../measured/measure.ts";
import type { ProgramSpec } from "../../measured/programs.ts";
import type { Point } from "../points.ts";
import type { CellResult, Result } from "../../../result.ts";
import type { TrialProgress } from "../../../trial/plan.ts";
import { MIN_TIME_MS, type ExperimentChoice, type ExperimentRun, type ExperimentSettings } from "./experiment.ts";

/** Values of the repetitions, with their median and its interval: `null` below six. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
  readonly values: readonly number[];
}

/** Figures agree with the model within this share. */
export const TOLERANCE = 0.1;

/** Each thread does this much work before anything is measured. */
const WARMUP_MS = 100;

/** The median of values and its interval. */
export function estimate(values: readonly number[]): Estimate {
  return { value: median([...values]), interval: medianInterval(values), values };
}

/** Loads of a run that takes as long as `alone` loads of one gopher, for a design that is `speedUp` times as fast: the same for each lane, and enough to fill the pipeline. */
export function loadsFor(alone: number, speedUp: number, lanes: number): number {
  return lanes * Math.max(4, Math.round((alone * speedUp) / lanes));
}

/** Measures a program of the lab for an experiment. `name`: what the progress calls it; `cpus`: cores that it is pinned to, `null` for all. */
export async function measureOne(program: ProgramSpec, threads: number, { repetitions, traced }: ExperimentChoice, { seed, progress, work = null, origin, onResult, signal = new AbortController().signal }: ExperimentSettings, { name = "", cpus = null }: { readonly name?: string; readonly cpus?: string | null } = {}): Promise<Result> {
  const plan = { programs: [program], blocks: repetitions, runs: 1, warmupMs: WARMUP_MS, minTimeMs: MIN_TIME_MS, seed, traced, work, cpus };
  let reported = -1;
  const onProgress = ({ block, blocks, next, leftMs }: TrialProgress): void => {
    if (next === null || block === reported) return;
    reported = block;
    progress(`${name}repetition ${block + 1} of ${blocks}${leftMs === null ? "" : `, about ${Math.ceil(leftMs / 1000)} s left`}`);
  };
  const { result } = await measure(plan, await surroundings(threads, cpus), { ...origin, signal, onProgress });
  onResult(result);
  return result;
}

/** What an experiment says of its points: `config` is added to repetitions and loads, `findings` to the checks of the runs. */
interface Said extends Omit<ProgramOutcome, "config"> {
  readonly config?: ProgramOutcome["config"];
}

/** An experiment: the points that it measures, each in every repetition, and what it says of them. `loads`: those of one gopher alone. */
export function experiment(name: string, pointsOf: (loads: number, settings: ExperimentSettings) => readonly Point[], say: (measured: Measurements, choice: ExperimentChoice, settings: ExperimentSettings) => Said): ExperimentRun {
  return async (choice, settings) => {
    const { repetitions, loads } = choice;
    const points = pointsOf(loads, settings);
    const grid = { experiment: name, points, seed: settings.seed };
    const result = await measureOne({ kind: "points", grid }, Math.max(...points.map(({ threads }) => threads)), choice, settings);
    const { interrupted, blocksDone } = result.config;
    if (interrupted && blocksDone === 0) return pointsMeasured(result, { repetitions: 0, loads });
    const measured = new Measurements(result);
    const said = say(measured, choice, settings);
    return { ...said, config: { repetitions: interrupted ? blocksDone : repetitions, loads, ...said.config }, findings: [...measured.checks(), ...said.findings] };
  };
}

/** What is left of an experiment that was interrupted in its first repetition: the points that were run. */
export function pointsMeasured(result: Result, config: ProgramOutcome["config"]): ProgramOutcome {
  const rows = result.cells.map((cell) => [printDesign(cell), cell.summary.medianNs / 1e6]);
  return { config, findings: checksOf(result), series: [{ title: "time of each point, ms", columns: ["", "ms"], rows }], notes: [], conclusion: "No repetition is complete, so no prediction was tested." };
}

/** A result whose cells are points, by the names of the points. */
export class Measurements {
  readonly #result: Result;
  /** Repetitions in which every point was run. */
  readonly #repetitions: readonly number[];

  /** @throws Error if no repetition is complete */
  constructor(result: Result) {
    this.#result = result;
    const whole = result.cells.map(({ samples }) => new Set(samples.map(({ block }) => block)));
    this.#repetitions = Array.from({ length: result.config.blocks }, (_, block) => block).filter((block) => whole.every((blocks) => blocks.has(block)));
    if (this.#repetitions.length > 0 && whole.length > 0) return;
    const failed = result.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    throw new Error(`no repetition is complete${failed.length === 0 ? "" : `; ${failed.join("; ")}`}`);
  }

  /** Units per load in each repetition. */
  paces(name: string): readonly number[] {
    const { items, samples, params } = this.#cell(name);
    const unitNs = 1e6 * Number(params["unitMs"]);
    return this.#repetitions.map((repetition) => (samples.find(({ block }) => block === repetition)?.wallNs ?? Number.NaN) / items / unitNs);
  }

  /** How many times as fast `name` is as `base`, repetition by repetition, in time: their units can differ in length. */
  speedUp(base: string, name: string): Estimate {
    const scale = Number(this.#cell(base).params["unitMs"]) / Number(this.#cell(name).params["unitMs"]);
    const bases = this.paces(base);
    return estimate(this.paces(name).map((pace, repetition) => ((bases[repetition] as number) / pace) * scale));
  }

  /** That speed-up next to what the model predicts. */
  gain(name: string, expected: number, [base, point]: readonly [base: string, point: string], facts: { readonly part: string; readonly source: string; readonly condition: Condition }): Finding {
    return statistic(name, { ...facts, expected: about(expected, { share: TOLERANCE }), measured: this.speedUp(base, point).value });
  }

  /** How much longer a load of `name` took than `units`, as a share. */
  excess(name: string, units: number): number {
    return median([...this.paces(name)]) / units - 1;
  }

  /** Share of the time in which a thread could run that it waited for a core, in the runs of some points. */
  waited(names: readonly string[]): number {
    const samples = names.flatMap((name) => this.#cell(name).samples);
    const waitedNs = sum(samples.flatMap(({ runDelayNs }) => runDelayNs));
    const ranNs = sum(samples.flatMap(({ cpuNs }) => cpuNs));
    return waitedNs === 0 ? 0 : waitedNs / (waitedNs + ranNs);
  }

  /** The checks of all runs. */
  checks(): Finding[] {
    return checksOf(this.#result);
  }

  #cell(name: string): CellResult {
    const cell = this.#result.cells.find(({ design }) => design === name);
    if (cell === undefined) throw new RangeError(`no point is named ${JSON.stringify(name)}: there are ${this.#result.cells.map(({ design }) => design).join(", ")}`);
    return cell;
  }
}

/** Each check of a result as a finding. */
export function checksOf({ checks }: Result, part?: string): Finding[] {
  const held = "in every run";
  return checks.map(({ name, ok, detail }) => check(name, { expected: held, measured: ok ? held : detail, ...(part === undefined ? {} : { part }) }));
}

/** If steps take longer than planned by more than this share, timers are too late for the gophers to make up. */
const MOST_EXCESS = 0.03;
/** Share of its running time that a thread can wait for a core. */
const MOST_WAITED = 0.05;

/** In the wait world: timers are on time. `excess`: how much longer the load of one gopher took than planned, as a share. */
export function quiet(excess: number): Condition {
  return { text: `the machine is idle: one gopher alone took ${(100 * excess).toFixed(1)} % longer than planned`, met: excess <= MOST_EXCESS };
}

/** In the cpu world: a core for each of `threads`. `waited`: the share of their time in which they waited for one. */
export function processorsFor(threads: number, usable: number, waited: number): Condition {
  const rest = usable >= threads && waited > MOST_WAITED ? `, for which they waited ${(100 * waited).toFixed(0)} % of the time` : "";
  return { text: `${threads === 1 ? "the thread" : `each of the ${threads} threads`} has a core of its own: here ${printProcessors(usable)}${rest}`, met: usable >= threads && waited <= MOST_WAITED };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
