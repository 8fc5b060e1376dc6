/** `warren sieve` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { wholeNumber } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawSieve extends RawProgram {
  readonly primes?: string;
  readonly runs?: string;
}

const MOST_PRIMES = 20_000;
const MOST_RUNS = 1000;

export const SIEVE: ProgramCommand<RawSieve> = {
  name: "sieve",
  what: "the prime sieve: a chain of filters, by placement and batch",
  claim: "slower on more cores",
  examples: [["warren sieve", "1,000 primes on 1, 2, 4 … threads"], ["warren sieve --primes 3000 --runs 3", "a longer chain, nine times the work"]],
  unitMs: null,
  declare: (command: Command) => command
    .option("--primes <n>", "primes to find, each a task (default: 1000)")
    .option("--runs <n>", "timed runs of each placement and batch (default: 5)"),
  resolve({ primes, runs }: RawSieve): ProgramRun {
    const choice = {
      primes: primes === undefined ? 1000 : wholeNumber("--primes", primes, 1, MOST_PRIMES),
      runs: runs === undefined ? 5 : wholeNumber("--runs", runs, 1, MOST_RUNS),
    };
    return async (settings) => (await import("../../lab/talk/sieve.ts")).sieve(choice, settings);
  },
};
