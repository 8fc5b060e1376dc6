/** `warren balance` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { UsageError } from "../options/usage-error.ts";
import { someOf, wholeNumber } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawBalance extends RawProgram {
  readonly policy?: string;
  readonly simple?: boolean;
  readonly workers?: string;
  readonly systems?: string;
  readonly length?: string;
}

const POLICIES = ["heap", "round-robin", "random", "two-choices"] as const;
const SIMPLE_WORKERS = [1, 4, 16];
const MOST_WORKERS = 1000;
const MOST_SYSTEMS = 100;
/** Units of a run, and the fewest that leave something to measure after the warm-up. */
const LENGTH = 1700;
const LEAST_LENGTH = 300;
const MOST_LENGTH = 1_000_000;

export const BALANCE: ProgramCommand<RawBalance> = {
  name: "balance",
  what: "load balancers: the simple one, and the realistic one with a heap",
  claim: "no lock anywhere",
  examples: [
    ["warren balance", "everything: half a minute"],
    ["warren balance --policy heap,round-robin", "what the heap gains"],
    ["warren balance --simple --workers 100", "a hundred workers"],
  ],
  unitMs: 4,
  declare: (command: Command) => command
    .option("--policy <names>", `${POLICIES.join(", ")}, or all (default: all)`)
    .option("--simple", "only the simple balancer")
    .option("--workers <n>", `workers of the simple balancer (default: ${SIMPLE_WORKERS.join(", ")})`)
    .option("--systems <n>", "realistic balancers that run at the same time, to average (default: 6)")
    .option("--length <n>", `units that each policy runs (default: ${LENGTH})`),
  resolve({ policy, simple = false, workers, systems, length }: RawBalance): ProgramRun {
    for (const [option, value] of Object.entries({ "--policy": policy, "--systems": systems, "--length": length })) {
      if (simple && value !== undefined) throw new UsageError(`${option} cannot be used with --simple`);
    }
    if (!simple && policy !== undefined && workers !== undefined) throw new UsageError("--workers cannot be used with --policy: the realistic balancer has 10 workers");
    const choice = {
      workers: workers !== undefined ? [wholeNumber("--workers", workers, 1, MOST_WORKERS)] : policy === undefined ? SIMPLE_WORKERS : [],
      policies: simple ? [] : someOf("--policy", policy ?? "all", POLICIES),
      systems: systems === undefined ? 6 : wholeNumber("--systems", systems, 1, MOST_SYSTEMS),
      length: length === undefined ? LENGTH : wholeNumber("--length", length, LEAST_LENGTH, MOST_LENGTH),
    };
    return async (settings) => (await import("../../lab/talk/balance/findings.ts")).balance(choice, settings);
  },
};
