/**
 * The replicated query of the talk: ask n replicas, take the first answer.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { replicatedQueries } from "./replicas.ts";
 *
 * const latency = { kind: "uniform", most: 40 } as const;
 * const { responses } = await run(replicatedQueries, { args: [{ replicas: 4, latency, queries: 100, clients: 10, unitMs: 5, seed: 1 }] });
 * ```
 */
export { replicatedQueries, type QueryConfig, type QueryResult } from "./replicas/query.ts";
export { type Latency } from "./replicas/latency.ts";
export { askLate, forgetReplicas, VARIANTS, type Variant } from "./replicas/variants.ts";
