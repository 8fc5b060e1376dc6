/** `warren balance` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/program-report.ts";
import { wholeNumber } from "../values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawBalance extends RawProgram {
  readonly workers?: string;
}

const MOST_WORKERS = 1000;

export const BALANCE: ProgramCommand<RawBalance> = {
  name: "balance",
  what: "load balancers: workers on one pair of channels, and a balancer with a heap",
  claim: "no lock anywhere",
  examples: [["warren balance", "the talk's constants"], ["warren balance --workers 100 --threads 1", "a hundred workers on one thread"]],
  unitMs: 5,
  declare: (command: Command) => command.option("--workers <n>", "workers of the simple balancer (default: 1, 4 and 16)"),
  resolve({ workers }: RawBalance): ProgramRun {
    const choice = { workers: workers === undefined ? [1, 4, 16] : [wholeNumber("--workers", workers, 1, MOST_WORKERS)] };
    return async (settings) => (await import("../../lab/programs/balance.ts")).balance(choice, settings);
  },
};
