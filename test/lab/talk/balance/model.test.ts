/** The model against the figures of docs/talk.md, "The load balancer", over runs long enough to have forgotten their beginning. */
import { describe, expect, it } from "vitest";
import { simulateBalance } from "../../../../src/lab/talk/balance/model.ts";
import { TALK } from "../../../../workers/balance.ts";

describe("the balancer's model", () => {
  it.each([
    ["heap", 2.0, 8.0, 0.29, 40, 60],
    ["two-choices", 2.0, 8.0, 1.4, 40, 63],
    ["round-robin", 1.97, 8.0, 39, 41, 145],
    ["random", 1.86, 8.1, 53, 44, 165],
  ] as const)("%s gives the published figures", (policy, throughput, pending, variance, response, p99) => {
    const { mean } = simulateBalance({ ...TALK, policy, warmup: 4000, length: 60_000 }, 4, 1);
    const isNear = (measured: number, expected: number, share: number) => expect(Math.abs(measured / expected - 1), `${measured} against ${expected}`).toBeLessThan(share);
    isNear(mean.throughput, throughput, 0.01);
    isNear(mean.pending, pending, 0.02);
    isNear(mean.variance, variance, 0.15);
    isNear(mean.response, response, 0.03);
    isNear(mean.p99, p99, 0.1);
  });

  it("gives the same figures for the same seed, and keeps Little's law", () => {
    const system = { ...TALK, policy: "random", warmup: 100, length: 3000 } as const;
    const first = simulateBalance(system, 3, 9);
    expect(simulateBalance(system, 3, 9)).toEqual(first);
    expect(simulateBalance(system, 3, 10)).not.toEqual(first);
    const { throughput, response, pending } = first.mean;
    expect((throughput * response) / (pending * TALK.workers)).toBeCloseTo(1, 1);
    expect(first.deviation.variance).toBeGreaterThan(0);
  });
});
