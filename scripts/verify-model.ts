/**
 * Checks the Promela models in verify/models with Spin:
 *
 *   node scripts/verify-model.ts           the quick configurations and every mutant
 *   node scripts/verify-model.ts --full    the large configurations as well (minutes)
 *   node scripts/verify-model.ts --only X  those whose line contains X
 *
 * Prints a line for each configuration and one for each model's mutants. Exit
 * code 1 if a search finds an error or is cut short, or if a mutant is not found;
 * 0 where Spin is missing, with a line that says so.
 */
import { parseArgs } from "node:util";
import { CONFIGURATIONS, type Configuration, type ModelName, parametersFor } from "../verify/models/configurations.ts";
import { Verifiers, environment, missingTools, mutantsOf } from "../verify/models/spin.ts";

const MODELS: readonly ModelName[] = ["chan", "rendezvous", "sleep"];
const TRAIL_LINES = 60;
const number = new Intl.NumberFormat("en");

async function checkOne(verifiers: Verifiers, configuration: Configuration): Promise<boolean> {
  const { model, name, parameters } = configuration;
  const { states, errors, seconds, isComplete, error, trail } = await verifiers.check(configuration);
  console.log(`model ${model} ${name}: ${number.format(states)} states, ${errors} errors, ${seconds.toFixed(2)} s${isComplete || errors > 0 ? "" : ", NOT COMPLETE"}`);
  if (errors === 0) return isComplete;
  const words = Object.entries(environment(parameters)).map(([key, value]) => `${key}=${value}`).join(" ");
  console.log(`  ${error}; parameters ${words}\n${(await trail()).split("\n").slice(-TRAIL_LINES).join("\n")}`);
  return false;
}

async function checkMutants(verifiers: Verifiers, model: ModelName): Promise<boolean> {
  const mutants = mutantsOf(model);
  const verdicts = await Promise.all(mutants.map(({ name, number }) => verifiers.check({ model, parameters: parametersFor(model, name) }, number)));
  const missed = mutants.filter((_mutant, k) => verdicts[k].errors === 0);
  console.log(`model ${model}: mutants ${mutants.length - missed.length}/${mutants.length} found, ${verdicts.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(2)} s`);
  for (const { name, text } of missed) console.log(`  not found: ${name} (${text})`);
  return missed.length === 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { full: { type: "boolean", default: false }, only: { type: "string", default: "" } } });
  const missing = missingTools();
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`);
    return 0;
  }
  using verifiers = new Verifiers();
  const chosen = CONFIGURATIONS.filter(({ model, name, full }) => (values.full || full !== true) && `model ${model} ${name}`.includes(values.only));
  const passed = await Promise.all([
    ...chosen.map((configuration) => checkOne(verifiers, configuration)),
    ...MODELS.filter((model) => `model ${model}: mutants`.includes(values.only)).map((model) => checkMutants(verifiers, model)),
  ]);
  if (passed.length === 0) console.log(`nothing is called ${values.only}`);
  return passed.length > 0 && passed.every(Boolean) ? 0 : 1;
}

process.exitCode = await main();
