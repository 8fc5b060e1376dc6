// @module-tag deep
import { expect, test } from "vitest";
import { runKills } from "../../verify/faults/kills.ts";

test("12 kills at random times under load: nothing hangs, nothing is double, what is lost is lost with its receiver (B9.08)", { timeout: 720_000 }, async () => {
  const { passed, line } = await runKills({ kills: 12, seed: 20_261_123, threads: 4 });
  console.log(line);
  expect(passed, line).toBe(true);
});
