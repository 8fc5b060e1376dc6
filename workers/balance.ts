/**
 * The talk's load balancers.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { realBalance, TALK, simpleBalance } from "./balance.ts";
 *
 * const { spanMs } = await run(simpleBalance, { threads: 2, args: [{ workers: 4, items: 96, unitMs: 5, seed: 1 }] });
 * const { variance } = await run(realBalance, { threads: 2, args: [{ ...TALK, policy: "heap", warmup: 300, length: 2000, unitMs: 5, seed: 1 }] });
 * ```
 */
import type { BalanceConfig } from "./balance/real.ts";

export { POLICIES, type Policy } from "./balance/policy.ts";
export { realBalance, type BalanceConfig, type BalanceResult } from "./balance/real.ts";
export { simpleBalance } from "./balance/simple.ts";

/** The talk's constants: 100 requesters with one request each, and 10 workers with half of the capacity that these need. */
export const TALK = { requesters: 100, workers: 10, queue: 100, think: 20, service: 10 } as const satisfies Partial<BalanceConfig>;
