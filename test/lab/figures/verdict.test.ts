import { describe, expect, it } from "vitest";
import type { Activity, Verdict } from "../../../src/lab/result.ts";
import { judge, type Judgement } from "../../../src/lab/figures/verdict.ts";

/** The verdict on a cell with these figures. */
const judged = (trace: Activity, { threads = 2, gophers = 4, medianNs = 200e6 } = {}): Judgement => judge({ threads, gophers, trace, summary: { medianNs, ci: null, n: 1, grade: null, flags: [] } });

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
  ])("%s: A %d, L %d, A_cpu %d", (verdict, A, L, Acpu) => {
    const judgement = judged({ A, L, Acpu, Rq: 0 });
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.why).not.toBe("");
  });

  it("is unconfirmed for a short region and without a source of CPU time", () => {
    const trace = { Rq: 0, A: 1.95, L: 2, Acpu: 1.9 };
    expect(judged(trace).verdict).toBe("parallel");
    expect(judged(trace, { medianNs: 99e6 }).verdict).toBe("unconfirmed");
    expect(judged({ Rq: 0, A: 1.95, L: 2 }).verdict).toBe("unconfirmed");
  });
});

describe("judge, without a trace", () => {
  it.each<[Verdict, string, Activity, { readonly threads?: number; readonly gophers?: number }?]>([
    ["parallel", "A cannot exceed the threads", { Acpu: 1.85 }],
    ["parallel", "no thread waited for a processor", { Acpu: 1.4, Rq: 0.05 }],
    ["parallel, sliced", "threads waited for a processor", { Acpu: 1.3, Rq: 0.6 }],
    ["unconfirmed", "how much is not known", { Acpu: 1.4 }],
    ["time-sliced", "two threads on one processor", { Acpu: 0.99, Rq: 0.97 }],
    ["concurrent only", "both together are below one", { Acpu: 0.2, Rq: 0.01 }],
    ["concurrent only", "one thread cannot be parallel", { Acpu: 0.99 }, { threads: 1 }],
    ["unconfirmed", "A may be anything up to two", { Acpu: 0.99 }],
    ["sequential", "one task", { Acpu: 0.99 }, { threads: 2, gophers: 1 }],
  ])("%s: %s", (verdict, _why, trace, cell) => {
    const judgement = judged(trace, cell);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.why).not.toBe("");
  });
});
