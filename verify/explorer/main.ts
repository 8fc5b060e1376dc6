/**
 * `npm run verify:explore`: explores the scenarios and the mutants, a line of
 * figures each; exit code 1 if a scenario fails or a mutant is not found.
 *
 *   --quick            fewer preemptions where that takes long, as the test of every commit does
 *   --only <text>      scenarios and mutants whose name contains it; may be given several times
 *   --bound <n>        preemptions up to which it is complete
 *   --samples <n>      schedules by lot where it is not, with --seed <n>
 *   --replay <choices> runs one schedule and prints it
 *   --mutant <name>    in the source with this defect
 *   --json             a JSON object a line
 */
import { parseArgs } from "node:util";
import { type AnyWorld, Exploration, type Failure, type Outcome, type WorldType } from "./explore.ts";
import { load } from "./load.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { choicesOf, textOfChoices } from "./choices.ts";
import type { Scenario } from "./scenario.ts";
import { Trace } from "./trace.ts";

const MODULES = ["channels", "closing", "cancelling", "selects", "sleeping", "tasks", "memory", "objects", "maps/maps"];
/** The scenarios in which a thread vanishes. */
const DEATHS = ["deaths", "deaths-elsewhere", "maps/deaths"];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [""] },
    bound: { type: "string" },
    samples: { type: "string" },
    seed: { type: "string", default: "1" },
    replay: { type: "string" },
    mutant: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);

const number = (value: number): string => value.toLocaleString("en");

/** A scenario, and the world of the variant of the source in which it runs. */
interface Prepared {
  readonly scenario: Scenario<AnyWorld>;
  readonly World: WorldType;
}

async function* prepare(mutant?: Mutant): AsyncGenerator<Prepared> {
  for (const name of [...MODULES, ...DEATHS]) {
    const { World } = await load<{ World: WorldType }>("world", DEATHS.includes(name), mutant);
    const { scenarios } = await load<{ scenarios: readonly Scenario<AnyWorld>[] }>(name, DEATHS.includes(name), mutant);
    for (const scenario of scenarios) yield { scenario, World };
  }
}

async function scenarioOf(mutant: Mutant): Promise<Prepared> {
  for await (const prepared of prepare(mutant)) if (prepared.scenario.name === mutant.scenario) return prepared;
  throw new Error(`mutant ${mutant.name} names a scenario that is not there: ${mutant.scenario}`);
}

const isChosen = (name: string): boolean => values.only.some((text) => name.includes(text));

function boundOf({ bound = 2, threads, victims, spins = 0 }: Scenario<AnyWorld>, isQuick = values.quick): number {
  const most = victims !== undefined ? 0 : threads > 2 || spins > 0 ? 1 : bound;
  return Number(values.bound ?? (isQuick ? Math.min(most, bound) : bound));
}

/** Runs a failed schedule again and prints it. */
function printFailure(exploration: Exploration, scenario: Scenario<AnyWorld>, { choices }: Failure, bound: number, mutant: string): void {
  const trace = new Trace();
  const again = exploration.replay(bound, choices, trace.observe);
  console.log(trace.print(scenario.threads + (scenario.victims === undefined ? 0 : 1)));
  console.log(again === undefined ? "no error" : String(again.error.stack ?? again.error));
  console.log(`again: npm run verify:explore -- --only "${scenario.name}"${mutant} --bound ${bound} --replay ${textOfChoices(choices)}`);
}

function report(kind: "scenario" | "mutant", name: string, bound: number, outcome: Outcome, ok: boolean, text: string): void {
  const { schedules, known, steps, isComplete, failure, cpuMs } = outcome;
  if (values.json) console.log(JSON.stringify({ kind, name, bound, schedules, known, steps, isComplete, ok, cpuMs, error: failure?.error.message, choices: failure === undefined ? undefined : textOfChoices(failure.choices) }));
  else console.log(text);
  if (!ok) process.exitCode = 1;
}

function exploreScenario(scenario: Scenario<AnyWorld>, World: WorldType): void {
  const bound = boundOf(scenario);
  const exploration = new Exploration(scenario, World);
  const outcome = exploration.search(bound);
  const { schedules, known, failure, cpuMs } = outcome;
  const how = failure === undefined ? "complete" : "until the first error";
  const figures = `explore ${scenario.name}: ${number(schedules)} schedules ${how} (bound ${bound}), ${number(known)} cut at a known state, ${failure === undefined ? 0 : 1} errors, ${(cpuMs / 1000).toFixed(1)} s CPU; repeat: npm run verify:explore -- --only "${scenario.name}"`;
  report("scenario", scenario.name, bound, outcome, failure === undefined, figures);
  if (failure !== undefined) return printFailure(exploration, scenario, failure, bound, "");
  const samples = Number(values.samples ?? (values.quick ? 0 : (scenario.samples ?? 0)));
  if (samples === 0) return;
  const drawn = exploration.sample(samples, seed);
  const line = `explore ${scenario.name}: ${number(drawn.schedules)} schedules by lot (PCT, depth 3), ${drawn.failure === undefined ? 0 : 1} errors, ${(drawn.cpuMs / 1000).toFixed(1)} s CPU, seed ${seed}; repeat: npm run verify:explore -- --only "${scenario.name}" --samples ${samples} --seed ${seed}`;
  report("scenario", scenario.name, Infinity, drawn, drawn.failure === undefined, line);
  if (drawn.failure !== undefined) printFailure(exploration, scenario, drawn.failure, Infinity, "");
}

async function exploreMutant(mutant: Mutant): Promise<void> {
  const { scenario, World } = await scenarioOf(mutant);
  const most = boundOf(scenario, false);
  const exploration = new Exploration(scenario, World);
  // The fewest preemptions that show it.
  let bound = 0;
  let outcome = exploration.search(bound);
  while (outcome.failure === undefined && bound < most) outcome = exploration.search(++bound);
  const found = outcome.failure !== undefined;
  const text = outcome.failure !== undefined ? `found after ${number(outcome.schedules)} schedules: ${outcome.failure.error.message.split("\n")[0]}` : `NOT FOUND in ${number(outcome.schedules)} schedules`;
  report("mutant", mutant.name, bound, outcome, found, `mutant ${mutant.name}: ${text} (${scenario.name}, bound ${bound}), ${(outcome.cpuMs / 1000).toFixed(1)} s CPU; repeat: npm run verify:explore -- --only ${mutant.name}`);
}

const wanted = MUTANTS.find(({ name }) => name === values.mutant);
if (values.replay !== undefined || wanted !== undefined) {
  for await (const { scenario, World } of prepare(wanted)) {
    if (!isChosen(scenario.name)) continue;
    const exploration = new Exploration(scenario, World);
    const bound = boundOf(scenario, false);
    const mutant = wanted === undefined ? "" : ` --mutant ${wanted.name}`;
    const failure = values.replay === undefined ? exploration.search(bound).failure : { error: new Error("asked for"), choices: choicesOf(values.replay) };
    if (failure === undefined) console.log(`${scenario.name}: no error`);
    else printFailure(exploration, scenario, failure, bound, mutant);
  }
} else {
  for await (const { scenario, World } of prepare()) if (isChosen(scenario.name)) exploreScenario(scenario, World);
  for (const mutant of MUTANTS) if (isChosen(mutant.name)) await exploreMutant(mutant);
}
