/**
 * A search engine, from 1.0 to 3.0, from Rob Pike's talk *Go Concurrency Patterns*
 * (2012): three backends, asked one after the other; in parallel; in parallel with a
 * time limit; and with replicas.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { searches } from "./search.ts";
 *
 * const { responses, complete } = await run(searches, { args: [{ version: "3.0", queries: 100, clients: 25, unitMs: 1, seed: 1 }] });
 * ```
 */
export { searches, type SearchConfig, type SearchResult } from "./search/clients.ts";
export { LIMIT, REPLICAS, VERSIONS, type Version } from "./search/engine.ts";
export { KINDS, SLOWEST } from "./search/backend.ts";
