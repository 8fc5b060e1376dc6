/**
 * Runs the stress loads of verify/stress: `npm run stress`.
 *
 *   --only X      those whose id contains X
 *   --seed n      the seed of their pauses; without it one from the clock
 *   --threads n   threads of each runtime, 4 by default: more than cores, for lost wake-ups show then
 *   --scale x     the share of the full counts, 1 by default
 *
 * Prints a line for each load; exit code 1 if one found a defect. npm starts it
 * with V8's young generation held small: resident memory then tells of leaks.
 */
import { parseArgs } from "node:util";
import { LOADS } from "../verify/stress/loads.ts";
import { runStress } from "../verify/stress/stress.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string", default: "" }, seed: { type: "string", default: String(Date.now() % 1_000_000) }, threads: { type: "string", default: "4" }, scale: { type: "string", default: "1" } } });
  const options = { threads: Number(values.threads), scale: Number(values.scale), seed: Number(values.seed) };
  const chosen = LOADS.filter(({ id }) => id.includes(values.only));
  if (chosen.length === 0) console.error(`no load is called ${values.only}: ${LOADS.map(({ id }) => id).join(" ")}`);
  let failed = chosen.length === 0 ? 1 : 0;
  for (const load of chosen) {
    const { passed, line } = await runStress(load, options);
    console.log(line);
    if (!passed) failed = 1;
  }
  return failed;
}

process.exitCode = await main();
