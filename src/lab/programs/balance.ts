/** The load balancers as findings: what the talk's constants must give, and what they gave here. */
import { simpleBalance } from "../../../workers/balance.ts";
import { start } from "../../index.ts";
import { between, check, statistic, type Finding } from "../finding.ts";
import type { ProgramOutcome, ProgramSettings } from "../program-report.ts";

/** What the command chooses. */
export interface BalanceChoice {
  readonly workers: readonly number[];
}

const ITEMS = 96;

/** Runs the balancers. */
export async function balance({ workers }: BalanceChoice, { threads, unitMs, seed, tell }: ProgramSettings): Promise<ProgramOutcome> {
  await using runtime = await start({ threads });
  const most = Math.max(...workers);
  // Every thread imports and compiles the program.
  await runtime.spawn(simpleBalance, { workers: most, items: most, unitMs: 0, seed });
  const findings: Finding[] = [];
  for (const count of workers) {
    const part = `simple balancer, ${count} worker${count === 1 ? "" : "s"}`;
    tell(part);
    const { spanMs, received, right, sent, returned, sleptMs, longestMs } = await runtime.spawn(simpleBalance, { workers: count, items: ITEMS, unitMs, seed });
    findings.push(
      check("results received", { part, expected: ITEMS, measured: received }),
      check("results with z = x·y", { part, expected: ITEMS, measured: right }),
      check("sum of z, and of x·y sent", { part, expected: sent, measured: returned, unit: "u" }),
      statistic("workers asleep at once, mean", { part, expected: asleep(sleptMs, longestMs, count), measured: sleptMs / spanMs, source: "Graham: Z/n ≤ T ≤ Z/n + (1−1/n)·z, 10 % for the rest" }),
    );
  }
  return { config: { items: ITEMS }, findings, notes: [], conclusion: "The same program text serves any number of workers." };
}

/** Sleeps Z in all on n workers, none idle while there is work: Z/T, with Graham's bound for list scheduling and a tenth for what is not sleeping. */
function asleep(sleptMs: number, longestMs: number, workers: number): ReturnType<typeof between> {
  const longestSpanMs = sleptMs / workers + (1 - 1 / workers) * longestMs;
  return between((0.9 * sleptMs) / longestSpanMs, workers);
}
