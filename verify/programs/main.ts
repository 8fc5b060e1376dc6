/**
 * Runs random programs with the seeds from `seed` to `seed + programs − 1` in one
 * process: `node verify/programs/main.ts seed programs threads`. Prints its figures as
 * one line of JSON; never ends if something hangs, so whoever starts it sets a
 * deadline. Standard error has the number of the program that runs.
 */
import { leftovers, start } from "../../src/index.ts";
import { planOf } from "./plan.ts";
import { runProgram } from "./program.ts";

export interface ProgramFigures {
  readonly programs: number;
  readonly values: number;
  readonly deaths: number;
  readonly wrong: readonly { readonly seed: number; readonly what: readonly string[] }[];
}

const [seed, programs, threads] = process.argv.slice(2).map(Number);
await using rt = await start({ threads, cores: threads });
process.on("warning", () => undefined);
const figures = { programs: 0, values: 0, deaths: 0, wrong: [] as { seed: number; what: readonly string[] }[] };
let since = await leftovers(rt);
for (let number = seed; number < seed + programs; number++) {
  process.stderr.write(`${number}\n`);
  const { wrong, values, deaths } = await runProgram(rt, planOf(number, threads), since);
  if (deaths > 0) since = await leftovers(rt);
  figures.programs++;
  figures.values += values;
  figures.deaths += deaths;
  if (wrong.length > 0) figures.wrong.push({ seed: number, what: wrong.slice(0, 5) });
}
console.log(JSON.stringify(figures satisfies ProgramFigures));
