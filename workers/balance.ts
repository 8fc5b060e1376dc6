/**
 * The talk's load balancers.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { simpleBalance } from "./balance.ts";
 *
 * const { spanMs, checks } = await run(simpleBalance, { threads: 2, args: [{ workers: 4, items: 96, unitMs: 5, seed: 1 }] });
 * ```
 */
export { simpleBalance, type SimpleConfig, type SimpleResult } from "./balance/simple.ts";
