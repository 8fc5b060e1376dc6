import { describe, expect, it } from "vitest";
import { judge, type Evidence, type Verdict } from "../../src/lab/verdict.ts";

const long = { wallNs: 200e6, runQueue: 0, parallelism: null, concurrency: null, tasks: 4 };

describe("judge, with a trace", () => {
  it.each<[Verdict, Partial<Evidence>]>([
    ["parallel", { cpuParallelism: 1.9, parallelism: 1.95 }],
    ["parallel, sliced", { cpuParallelism: 1.3, parallelism: 1.95 }],
    ["time-sliced", { cpuParallelism: 0.87, parallelism: 1.99 }],
    ["concurrent only", { cpuParallelism: 0.9, parallelism: 1.0 }],
    ["sequential", { cpuParallelism: 0.9, parallelism: 0.9, concurrency: 1 }],
    ["unconfirmed", { cpuParallelism: 1.9, parallelism: 1.95, wallNs: 99e6 }],
    ["unconfirmed", { cpuParallelism: null, parallelism: 1.95 }],
  ])("%s", (verdict, evidence) => {
    expect(judge({ threads: 2, cpuParallelism: 0, ...long, ...evidence }).verdict).toBe(verdict);
  });
});

describe("judge, without a trace", () => {
  it.each<[Verdict, string, Partial<Evidence>]>([
    ["parallel", "A cannot exceed the threads", { cpuParallelism: 1.85, runQueue: null }],
    ["parallel", "no thread waited for a processor", { cpuParallelism: 1.4, runQueue: 0.05 }],
    ["parallel, sliced", "threads waited for a processor", { cpuParallelism: 1.3, runQueue: 0.6 }],
    ["unconfirmed", "how much is not known", { cpuParallelism: 1.4, runQueue: null }],
    ["time-sliced", "two threads on one processor", { cpuParallelism: 0.99, runQueue: 0.97 }],
    ["concurrent only", "both together are below one", { cpuParallelism: 0.2, runQueue: 0.01 }],
    ["concurrent only", "one thread cannot be parallel", { threads: 1, cpuParallelism: 0.99, runQueue: null }],
    ["unconfirmed", "A may be anything up to two", { cpuParallelism: 0.99, runQueue: null }],
    ["sequential", "one task", { threads: 2, cpuParallelism: 0.99, runQueue: null, tasks: 1 }],
  ])("%s: %s", (verdict, _why, evidence) => {
    const judgement = judge({ threads: 2, cpuParallelism: 0, ...long, ...evidence });
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.why).not.toBe("");
  });
});
