/** `warren experiment`: tests predictions of the gopher model against runs. */
import type { Command } from "commander";
import { EXPERIMENTS } from "../../lab/talk/gophers/experiments/catalogue.ts";
import { MIN_TIME_MS, type Experiment, type ExperimentChoice, type ExperimentSettings } from "../../lab/talk/gophers/experiments/experiment.ts";
import { readMachine } from "../../lab/machine/environment.ts";
import type { Result } from "../../lab/result.ts";
import { experimentListing, inventoried } from "./inventory.ts";
import { FULL_LOADS, REPETITIONS } from "../options/measuring.ts";
import { EXIT, inTurn, note } from "../terminal/streams.ts";
import { runProgram, runPrograms, withReporting, withRunning, type ProgramCommand, type RawProgram } from "../programs/command.ts";
import { FOLDER, oneOf, resultName, UsageError, wholeNumber, type Raw } from "../options/values.ts";
import { wrapped } from "../../lab/text.ts";
import type { Baseline } from "../saved/baselines.ts";
import { VERSION } from "../terminal/version.ts";

/** The options as commander gives them. */
export type RawExperiment = RawProgram & Raw<"repetitions" | "loads" | "save" | "baseline", "quick" | "full">;

const MOST_REPETITIONS = 1000;
const LEAST_LOADS = 4;
const MOST_LOADS = 100_000;

export const EXPERIMENT_EXAMPLES = [
  ["warren experiment", "list the experiments"],
  ["warren experiment carts", "more gophers need more carts"],
  ["warren experiment walk --full", "more repetitions, narrower intervals"],
  ["warren experiment carts --save carts", "keep the result"],
  ["warren experiment all -o e.json", "all of them, for a program to read"],
] as const;

/** Declares the command's argument and options. */
export function declareExperiment(command: Command): Command {
  command
    .summary("test a prediction of the gopher model")
    .description("Test a prediction of the gopher model against a run.")
    .argument("[name]")
    .option("--quick", `${REPETITIONS.quick} repetitions: no intervals, no traces`)
    .option("--full", `${REPETITIONS.full} repetitions of runs twice as long`)
    .option("--repetitions <n>", `how often each point is measured, each time in a fresh process and a new random order (default: ${REPETITIONS.usual})`)
    .option("--loads <n>", "cartloads per run of one gopher; faster designs burn more (default: depends on the experiment)")
    .option("--save <name>", `save the result as ${FOLDER}/<name>.json in this directory`)
    .option("--baseline <name>", "compare with a saved result (a name or a file) and do the same work");
  return withReporting(withRunning(command, "depends on the experiment: 1, 2 or all usable cores", "4ms"));
}

/** `warren experiment [name]`; the exit code. */
export async function experiment(raw: RawExperiment, command: readonly string[]): Promise<number> {
  const [name] = raw.operands ?? [];
  if (name === undefined) {
    await inventoried(raw, experimentListing, (_, width) => printExperiments(width));
    return EXIT.fine;
  }
  const chosen = oneOf("experiment", name, [...EXPERIMENTS.map((known) => known.name), "all"]);
  const found = EXPERIMENTS.find((known) => known.name === chosen);
  if (found?.results !== "one") refuseSaving(raw, found === undefined ? "name one experiment" : `experiment ${found.name} has several results`);
  if (found === undefined) return runPrograms(EXPERIMENTS.map((known) => programOf(known, command)), raw, command);
  if (found.unitMs === null && raw.unit !== undefined) throw new UsageError(`--unit cannot be used with experiment ${found.name}`);
  const saved = await openSaved(found.name, raw);
  let code: number = EXIT.fine;
  const isWritten = await inTurn([
    async () => (code = await runProgram(programOf(found, command, saved), raw, command)),
    async () => {
      if (saved.save !== null && saved.result !== null) await (await import("../saved/baselines.ts")).keep(saved.result, { save: saved.save, quiet: raw.quiet === true });
    },
  ]);
  return isWritten ? code : EXIT.wrong;
}

function refuseSaving({ save, baseline }: RawExperiment, why: string): void {
  for (const [option, value] of [["--save", save], ["--baseline", baseline]] as const) {
    if (value !== undefined) throw new UsageError(`${option} cannot be used here: ${why}`);
  }
}

/** What is saved and compared; `result`: the one that was measured. */
interface Saved {
  readonly save: string | null;
  readonly baseline: Baseline | null;
  result: Result | null;
}

/** Checks `--save` and `--baseline` before anything is measured. */
async function openSaved(experimentName: string, { save, baseline }: RawExperiment): Promise<Saved> {
  const names = { save: save === undefined ? null : resultName("--save", save), baseline: baseline ?? null };
  if (names.save === null && names.baseline === null) return { save: null, baseline: null, result: null };
  const { openBaseline } = await import("../saved/baselines.ts");
  const opened = await openBaseline(names, ({ program }) => program === `experiment ${experimentName}`, `is not a result of experiment ${experimentName}`);
  return { save: names.save, baseline: opened, result: null };
}

/** How much to measure. @throws UsageError */
export function choiceOf({ quick = false, full = false, repetitions, loads }: RawExperiment, usualLoads: number): ExperimentChoice {
  if (quick && full) throw new UsageError("use --quick or --full, not both");
  const usual = full ? REPETITIONS.full : quick ? REPETITIONS.quick : REPETITIONS.usual;
  return {
    repetitions: repetitions === undefined ? usual : wholeNumber("--repetitions", repetitions, 1, MOST_REPETITIONS),
    loads: loads === undefined ? usualLoads * (full ? FULL_LOADS : 1) : wholeNumber("--loads", loads, LEAST_LOADS, MOST_LOADS),
    traced: !quick,
  };
}

/** An experiment as a program of the talk. `saved`: what its result is compared with, and where it goes. */
function programOf({ name, what, unitMs, threads, leastThreads, loads, load }: Experiment, command: readonly string[], saved?: Saved): ProgramCommand {
  return {
    name: `experiment ${name}`, what, claim: "", examples: [], unitMs, leastThreads,
    ...(threads === null ? {} : { threads }),
    options: [],
    resolve(raw: RawExperiment) {
      const choice = choiceOf(raw, loads);
      return async (settings) => {
        const [run, { compareResults }, { workToRepeat }] = await Promise.all([load(), import("../../lab/figures/compare.ts"), import("../saved/baselines.ts")]);
        const baseline = saved?.baseline ?? null;
        const onResult = (result: Result): void => {
          if (saved !== undefined) saved.result = result;
        };
        const work = workToRepeat(baseline, { machine: readMachine() }, { minTimeMs: MIN_TIME_MS });
        const outcome = await run(choice, { ...settings, work, origin: { command, version: VERSION }, onResult } satisfies ExperimentSettings);
        const result = saved?.result ?? null;
        if (baseline === null || result === null) return outcome;
        const comparison = compareResults(baseline.result, result, { names: [baseline.name, "this measurement"], seed: settings.seed });
        if (comparison.cells.length > 0) return { ...outcome, comparison };
        note(`warning: --baseline: ${JSON.stringify(baseline.name)} has no point in common with this measurement: use the same --unit and --threads`);
        return outcome;
      };
    },
  };
}

/** The experiments for people. `width` in characters. */
export function printExperiments(width: number): string {
  const column = Math.max(...EXPERIMENTS.map(({ name }) => name.length)) + 2;
  const minutes = Math.ceil(EXPERIMENTS.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  const rows = [...EXPERIMENTS.map(({ name, what, seconds }) => [name, `${what}, about ${seconds} s`] as const), ["all", `all of them, about ${minutes} minutes`] as const];
  return rows.map(([name, text]) => wrapped(`${name.padEnd(column).replaceAll(" ", "\u00a0")}${text}`, width, " ".repeat(column)).replaceAll("\u00a0", " ")).join("\n");
}
