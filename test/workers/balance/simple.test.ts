import { expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { simpleBalance } from "../../../workers/balance.ts";
import { onThreads } from "../../on-threads.ts";

onThreads("the simple balancer on %i threads", (threads) => {
  test.each([1, 2, 7, 40])("with %i workers does every piece of work once", async (workers) => {
    await using runtime = await start({ threads });
    const result = await runtime.spawn(simpleBalance, { workers, items: 30, unitMs: 0.2, seed: 5 });
    expect(result).toMatchObject({ received: 30, right: 30 });
    expect(result.returned).toBe(result.sent);
    expect(result.sleptMs).toBeGreaterThanOrEqual(0.2 * result.sent);
  });
});
