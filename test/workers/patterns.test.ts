/** Every pattern shows its check value, on one thread and on two; the one without a ball is a deadlock. */
import { expect, test } from "vitest";
import { run } from "../../src/index.ts";
import { PATTERNS } from "../../workers/patterns.ts";
import { onThreads } from "../on-threads.ts";

/** Those of the quick set: one of each sort. */
const QUICK = new Set(["fan-in", "timeout", "quit", "subscription", "chat-roulette"]);

onThreads("on %i threads", (threads) => {
  for (const pattern of PATTERNS.filter(({ deadlocks }) => deadlocks !== true)) test(pattern.name, { tags: QUICK.has(pattern.name) ? [] : ["deep"] }, async () => {
    const checks = await run(pattern.run, { threads, args: [{ full: false }] });
    expect(checks.length).toBeGreaterThan(0);
    for (const found of checks) {
      if ("expected" in found) expect(found.measured, found.name).toBe(found.expected);
      // One fair select in a hundred exceeds it: what must hold is the range of 4.42 σ beside it.
      else if (found.name !== "χ²") expect(found.measured >= found.low && found.measured <= found.high, `${found.name}: ${found.measured}`).toBe(true);
    }
  });

  test.each(PATTERNS.filter(({ deadlocks }) => deadlocks === true).map((pattern) => [pattern.name, pattern] as const))("%s is reported", async (_name, pattern) => {
    await expect(run(pattern.run, { threads, args: [{ full: false }] })).rejects.toMatchObject({
      code: "ERR_DEADLOCK",
      details: { tasks: expect.arrayContaining(["player", "player", "pingPongWithoutBall"].map((task) => expect.objectContaining({ task, reason: "receive" }))) },
    });
  });
});

test("names are unique and fit on a command line", () => {
  const names = PATTERNS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z-]+$/);
});
