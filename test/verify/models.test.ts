// @module-tag deep
/** The quick set of the Promela models: no error, every mutant found. Skipped where Spin is missing. */
import { afterAll, describe, expect, test } from "vitest";
import { CONFIGURATIONS, type ModelName, parametersFor } from "../../verify/models/configurations.ts";
import { Verifiers, missingTools, mutantsOf } from "../../verify/models/spin.ts";

const missing = missingTools();
const verifiers = new Verifiers();
afterAll(() => verifiers[Symbol.dispose]());

describe.skipIf(missing !== undefined)(`models${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  const quick = CONFIGURATIONS.filter(({ full }) => full !== true);

  test.each(quick.map((configuration) => [`${configuration.model} ${configuration.name}`, configuration] as const))("%s: the whole state space, without an error", async (_name, configuration) => {
    expect(await verifiers.check(configuration)).toMatchObject({ errors: 0, isComplete: true, error: undefined });
  });

  test.each<[ModelName, number]>([
    ["chan", 19],
    ["rendezvous", 9],
    ["sleep", 14],
  ])("%s: each of its %i seeded bugs is found", async (model, count) => {
    const mutants = mutantsOf(model);
    expect(mutants.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, k) => k + 1));
    const verdicts = await Promise.all(mutants.map(({ name, number }) => verifiers.check({ model, parameters: parametersFor(model, name) }, number)));
    expect(mutants.filter((_mutant, k) => verdicts[k].errors !== 1).map(({ name }) => name)).toEqual([]);
  });
});
