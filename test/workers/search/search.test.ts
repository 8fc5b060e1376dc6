import { expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { searches, VERSIONS } from "../../../workers/search.ts";
import { until } from "../../runtime/until.ts";
import { onThreads } from "../../on-threads.ts";

onThreads("the search on %i threads", (threads) => {
  test.each(VERSIONS)("%s gives the right results once each and leaves no task behind", async (version) => {
    await using runtime = await start({ threads });
    const result = await runtime.spawn(searches, { version, queries: 30, clients: 4, unitMs: 0.1, seed: 3 });
    expect(result.responses).toHaveLength(30);
    expect(result.right).toBe(result.results);
    expect(result.complete).toBeLessThanOrEqual(30);
    expect(result.results).toBeLessThanOrEqual(90);
    expect(result.results).toBeGreaterThanOrEqual(3 * result.complete);
    if (version === "1.0" || version === "2.0") expect(result).toMatchObject({ complete: 30, results: 90 });
    await until(async () => (await runtime.stats()).tasks === 0);
  });
});
