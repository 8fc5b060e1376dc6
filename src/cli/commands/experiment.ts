/** `warren experiment`: the predictions of the gophers' model, each held against a run. */
import type { Command } from "commander";
import { EXPERIMENTS } from "../../lab/talk/gophers/experiments/catalogue.ts";
import type { Experiment, ExperimentChoice } from "../../lab/talk/gophers/experiments/experiment.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { suggestion } from "../options/nearest.ts";
import { formatOf } from "../options/format.ts";
import { runProgram, runPrograms, withReporting, withRunning, type ProgramCommand, type RawProgram } from "../programs/command.ts";
import { lineWidth, requireWritable, writeResult } from "../terminal/streams.ts";
import { UsageError } from "../options/usage-error.ts";
import { wrapped } from "../../lab/text.ts";
import { wholeNumber } from "../options/values.ts";

/** The options as commander gives them. */
export interface RawExperiment extends RawProgram {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly repetitions?: string;
  readonly loads?: string;
}

/** Six repetitions are the fewest that give an interval. */
const REPETITIONS = { quick: 3, usual: 6, full: 20 } as const;
/** `--full` has so many times the loads. */
const FULL_LOADS = 2;
const MOST_REPETITIONS = 1000;
const LEAST_LOADS = 4;
const MOST_LOADS = 100_000;

export const EXPERIMENT_EXAMPLES = [
  ["warren experiment", "which there are"],
  ["warren experiment carts", "more gophers need more carts"],
  ["warren experiment walk --full", "more repetitions, narrower intervals"],
  ["warren experiment all -o e.json", "all of them, for a program to read"],
] as const;

/** Declares the command's argument and options. */
export function declareExperiment(command: Command): Command {
  command
    .description("A prediction of the gophers' model, held against a run: verdicts and a plot.")
    .argument("[name]")
    .option("--quick", `${REPETITIONS.quick} repetitions: no intervals`)
    .option("--full", `${REPETITIONS.full} repetitions of runs twice as long`)
    .option("--repetitions <n>", `times that every point is measured, in another order each time (default: ${REPETITIONS.usual})`)
    .option("--loads <n>", "loads of one gopher alone in a run; faster designs burn more (default: the experiment's)");
  return withReporting(withRunning(command, "the experiment's: 1, 2 or all usable processors", "4ms"));
}

/** `warren experiment [name]`; the exit code. */
export async function experiment(raw: RawExperiment, command: readonly string[]): Promise<number> {
  const [name] = raw.operands ?? [];
  if (name === undefined) return list(raw);
  if (name.toLowerCase() === "all") return runPrograms(EXPERIMENTS.map(programOf), raw, command);
  const found = EXPERIMENTS.find((known) => known.name === name.toLowerCase());
  if (found === undefined) {
    const names = [...EXPERIMENTS.map((known) => known.name), "all"];
    throw new UsageError(`experiment: ${JSON.stringify(name)} is not one of ${names.join(", ")}${suggestion(name, names)}`);
  }
  if (found.unitMs === null && raw.unit !== undefined) throw new UsageError(`--unit has no meaning for experiment ${found.name}`);
  return runProgram(programOf(found), raw, command);
}

/** How much to measure. @throws UsageError */
export function choiceOf({ quick = false, full = false, repetitions, loads }: RawExperiment, usualLoads: number): ExperimentChoice {
  if (quick && full) throw new UsageError("--quick and --full exclude each other");
  const usual = full ? REPETITIONS.full : quick ? REPETITIONS.quick : REPETITIONS.usual;
  return {
    repetitions: repetitions === undefined ? usual : wholeNumber("--repetitions", repetitions, 1, MOST_REPETITIONS),
    loads: loads === undefined ? usualLoads * (full ? FULL_LOADS : 1) : wholeNumber("--loads", loads, LEAST_LOADS, MOST_LOADS),
  };
}

/** An experiment as the talk's programs are. */
function programOf({ name, what, unitMs, threads, leastThreads, loads, load }: Experiment): ProgramCommand {
  return {
    name: `experiment ${name}`, what, claim: "", examples: [], unitMs, leastThreads,
    ...(threads === null ? {} : { threads }),
    declare: (command) => command,
    resolve(raw: RawExperiment) {
      const choice = choiceOf(raw, loads);
      return async (settings) => (await load())(choice, settings);
    },
  };
}

/** The names with what each predicts. */
async function list(raw: RawExperiment): Promise<number> {
  const json = formatOf(raw, ["table", "json"]) === "json";
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  await writeResult(json ? JSON.stringify(experimentListing(), null, 2) : printExperiments(lineWidth(process.stdout, process.env)), raw.output ?? null);
  return EXIT.fine;
}

/** The experiments as data. */
function experimentListing(): { experiments: { name: string; what: string; seconds: number }[] } {
  return { experiments: EXPERIMENTS.map(({ name, what, seconds }) => ({ name, what, seconds })) };
}

/** The experiments for people. `width` in characters. */
export function printExperiments(width: number): string {
  const column = Math.max(...EXPERIMENTS.map(({ name }) => name.length)) + 2;
  const rows = EXPERIMENTS.map(({ name, what, seconds }) => wrapped(`${name.padEnd(column).replaceAll(" ", "\u00a0")}${what}, about ${seconds} s`, width, " ".repeat(column)).replaceAll("\u00a0", " "));
  return [...rows, wrapped(`${"all".padEnd(column).replaceAll(" ", "\u00a0")}all of them, about ${Math.ceil(EXPERIMENTS.reduce((sum, { seconds }) => sum + seconds, 0) / 60)} minutes`, width, " ".repeat(column)).replaceAll("\u00a0", " ")].join("\n");
}
