import { expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { POLICIES, realBalance, TALK } from "../../../workers/balance.ts";
import { onThreads } from "../../on-threads.ts";

const SMALL = { requesters: 12, workers: 3, queue: 12, think: 2, service: 1, warmup: 0, length: 150, unitMs: 1, seed: 4 };

onThreads("the realistic balancer on %i threads", (threads) => {
  for (const policy of POLICIES) test(`with ${policy} answers every request with its own reply and agrees with its workers`, { tags: policy === "heap" ? [] : ["deep"] }, async () => {
    await using runtime = await start({ threads });
    const result = await runtime.spawn(realBalance, { ...SMALL, policy });
    expect(result.sent).toBeGreaterThanOrEqual(SMALL.requesters);
    expect(result).toMatchObject({ own: result.sent, completed: result.sent, agreeing: SMALL.workers, left: 0 });
    expect(result.responses.length).toBeLessThanOrEqual(result.sent);
    expect(result.meanPending).toBeGreaterThan(0);
    expect(result.meanPending * SMALL.workers).toBeLessThanOrEqual(SMALL.requesters);
    expect(result.serving.sleptMs).toBeGreaterThan(0.9 * result.serving.askedMs);
  });

  test("several at once at the talk's constants do not disturb each other", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads });
    const results = await Promise.all([1, 2, 3].map((seed) => runtime.spawn(realBalance, { ...TALK, policy: "heap", warmup: 0, length: 60, unitMs: 1, seed })));
    for (const result of results) expect(result).toMatchObject({ own: result.sent, completed: result.sent, agreeing: TALK.workers, left: 0 });
  });
});
