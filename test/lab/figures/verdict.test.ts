import { describe, expect, it } from "vitest";
import type { Verdict } from "../../../src/lab/result.ts";
import { judge, type Evidence } from "../../../src/lab/figures/verdict.ts";

const long = { wallNs: 200e6, runQueue: 0, parallelism: null, concurrency: null, tasks: 4 };

describe("judge, with a trace", () => {
  // docs/method.md, "Verdicts", with both sides of every limit
  it.each<[Verdict, number, number, number]>([
    ["parallel", 1.95, 2, 1.9],
    ["parallel", 1.1, 1.1, 1.1],
    ["parallel", 2, 8, 1.8],
    ["parallel, sliced", 2, 8, 1.79],
    ["parallel, sliced", 1.95, 4, 1.1],
    ["time-sliced", 1.99, 4, 0.87],
    ["time-sliced", 1.1, 4, 1.09],
    ["concurrent only", 1.09, 1.1, 0.9],
    ["concurrent only", 0.05, 4, 0.1],
    ["sequential", 0.9, 1.09, 0.9],
    ["sequential", 0.9, 1, 0.9],
    // a thread that looks for work uses its processor, and runs no task
    ["concurrent only", 1.0, 4, 1.7],
    ["sequential", 1.0, 1, 1.7],
  ])("%s: A %d, L %d, A_cpu %d", (verdict, parallelism, concurrency, cpuParallelism) => {
    const judgement = judge({ threads: 2, ...long, parallelism, concurrency, cpuParallelism });
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.why).not.toBe("");
  });

  it("is unconfirmed for a short region and without a source of CPU time", () => {
    const evidence = { threads: 2, ...long, parallelism: 1.95, concurrency: 2, cpuParallelism: 1.9 };
    expect(judge({ ...evidence, wallNs: 99e6 }).verdict).toBe("unconfirmed");
    expect(judge({ ...evidence, cpuParallelism: null }).verdict).toBe("unconfirmed");
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
