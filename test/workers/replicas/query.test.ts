import { expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { replicatedQueries, type QueryConfig } from "../../../workers/replicas.ts";
import { until } from "../../runtime/until.ts";
import { onThreads } from "../../on-threads.ts";

const CONFIG: QueryConfig = { replicas: 3, latency: { kind: "uniform", most: 10 }, queries: 40, clients: 7, unitMs: 0.5, seed: 2 };

onThreads("replicated queries on %i threads", (threads) => {
  for (const change of [
    {},
    { replicas: 1 },
    { replicas: 8, latency: { kind: "exponential", mean: 5 } },
    { clients: 1, queries: 5 },
    { clients: 40 },
    { replicas: 20, latency: { kind: "uniform", most: 0 } },
  ] satisfies Partial<QueryConfig>[]) test(`with ${JSON.stringify(change)} are each answered by their own, and nothing is left`, { tags: Object.keys(change).length === 0 ? [] : ["deep"] }, async () => {
    await using runtime = await start({ threads });
    const config = { ...CONFIG, ...change };
    const result = await runtime.spawn(replicatedQueries, config);
    expect(result).toMatchObject({ own: config.queries, requests: config.replicas * config.queries });
    expect(result.responses).toHaveLength(config.queries);
    expect(result.answered + result.cancelled).toBe(result.requests);
    expect(result.answered).toBeGreaterThanOrEqual(config.queries);
    await until(async () => (await runtime.stats()).tasks === 0);
  });

  test("hedged at once ask two replicas each, hedged after ever so long one", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads });
    const slow = { ...CONFIG, replicas: 1, latency: { kind: "uniform", most: 40 } } as const;
    const never = await runtime.spawn(replicatedQueries, { ...slow, hedgeAfter: 1e6 });
    expect(never).toMatchObject({ requests: CONFIG.queries, own: CONFIG.queries });
    const always = await runtime.spawn(replicatedQueries, { ...slow, hedgeAfter: 0 });
    expect(always.own).toBe(CONFIG.queries);
    expect(always.answered + always.cancelled).toBe(always.requests);
    expect(always.requests).toBeGreaterThan(CONFIG.queries);
    expect(always.requests).toBeLessThanOrEqual(2 * CONFIG.queries);
  });
});
