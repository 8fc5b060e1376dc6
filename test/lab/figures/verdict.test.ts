import { describe, expect, it } from "vitest";
import type { Activity, Verdict } from "../../../src/lab/result.ts";
import { judge, type Judgement } from "../../../src/lab/figures/verdict.ts";

/** The verdict on a cell with these figures. */
const judged = (trace: Activity, { threads = 2, gophers = 4, medianNs = 200e6 } = {}): Judgement => judge({ threads, gophers, trace, summary: { medianNs, ci: null, n: 1, grade: null, flags: [] } });

/** The figures of a trace on two threads: shares of the time with none, one and two running. */
const shares = (none: number, one: number, two: number, more: Activity): Activity => ({ A: one + 2 * two, Pi2: two, hist: [none, one, two], L: 4, Rq: 0, ...more });

describe("judge, with a trace", () => {
  // docs/method.md, "Verdicts", with both sides of every limit
  it.each<[Verdict, string, Activity]>([
    ["sequential", "one task in progress", shares(0.1, 0.9, 0, { L: 1.09, Acpu: 0.9 })],
    ["concurrent only", "several in progress, none at the same time", shares(0.1, 0.9, 0, { L: 1.1, Acpu: 0.9 })],
    ["concurrent only", "below a tenth", shares(0.3, 0.605, 0.095, { Acpu: 0.8 })],
    ["parallel", "a tenth", shares(0.3, 0.6, 0.1, { Acpu: 0.8 })],
    // G4 in the mixed world: 1.09 running on average, and two for 39 % of the time
    ["parallel", "often idle together", shares(0.3, 0.31, 0.39, { Acpu: 1.09 })],
    ["parallel", "all the time", shares(0, 0.03, 0.97, { Acpu: 1.9 })],
    ["parallel", "overlap on cores 0.75", shares(0, 0.2, 0.8, { Acpu: 1.6001 })],
    ["parallel, sliced", "below", shares(0, 0.2, 0.8, { Acpu: 1.59 })],
    ["parallel, sliced", "above 0.25", shares(0, 0.2, 0.8, { Acpu: 1.21 })],
    ["time-sliced", "overlap on cores 0.25", shares(0, 0.2, 0.8, { Acpu: 1.1999 })],
    ["time-sliced", "two threads on less than one core", shares(0, 0.01, 0.99, { Acpu: 0.87 })],
    ["time-sliced", "often idle together, on one core", shares(0.2, 0.5, 0.3, { Acpu: 0.8 })],
    // a thread that looks for work uses its processor, and runs no task
    ["concurrent only", "a thread that looks for work", shares(0, 1, 0, { Acpu: 1.7 })],
    ["sequential", "one task, and a thread that looks for work", shares(0, 1, 0, { L: 1, Acpu: 1.7 })],
  ])("%s: %s", (verdict, _why, trace) => {
    const judgement = judged(trace);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.why).not.toBe("");
  });

  it.each<[string, NonNullable<Activity["bounds"]>, string]>([
    ["Π₂", { Pi2: [0.06, 0.14] }, "two or more threads ran for 6.0 % to 14 % of the time: parallel or concurrent only"],
    ["L", { L: [1.05, 4] }, "1.05 to 4.00 tasks in progress: parallel or sequential"],
    ["A_cpu", { Acpu: [0.6, 1.0] }, "0.60 to 1.00 threads had a core, where 0.92 ran: parallel or time-sliced"],
  ])("is unclear where the interval of %s reaches over a limit, and says which", (_name, bounds, why) => {
    expect(judged(shares(0.2, 0.68, 0.12, { Acpu: 0.91, bounds }))).toEqual({ verdict: "unclear", why });
  });

  it("is given where the intervals hold it", () => {
    const bounds = { L: [1.2, 4], Pi2: [0.36, 0.46], Acpu: [1.05, 1.12] } as const;
    expect(judged(shares(0.3, 0.31, 0.39, { Acpu: 1.09, bounds })).verdict).toBe("parallel");
  });

  it("is unconfirmed for a short region and without a source of CPU time", () => {
    const { Acpu, ...trace } = shares(0, 0.05, 0.95, { Acpu: 1.9 });
    expect(judged({ ...trace, Acpu: Acpu as number }).verdict).toBe("parallel");
    expect(judged({ ...trace, Acpu: Acpu as number }, { medianNs: 99e6 }).verdict).toBe("unconfirmed");
    expect(judged(trace).verdict).toBe("unconfirmed");
  });
});

describe("judge, without a trace", () => {
  it.each<[Verdict, string, Activity, { readonly threads?: number; readonly gophers?: number }?]>([
    ["parallel", "A cannot exceed the threads", { Acpu: 1.85 }],
    ["parallel", "no thread waited for a processor", { Acpu: 1.4, Rq: 0.05 }],
    ["parallel, sliced", "threads waited for a processor", { Acpu: 1.3, Rq: 0.6 }],
    ["unconfirmed", "how much is not known", { Acpu: 1.4 }],
    ["time-sliced", "two threads on one processor", { Acpu: 0.99, Rq: 0.97 }],
    ["concurrent only", "both together can run for a tenth of the time at most", { Acpu: 0.18, Rq: 0.01 }],
    ["unconfirmed", "both may run at the same time for half of the time", { Acpu: 0.9, Rq: 0.01 }],
    ["concurrent only", "one thread cannot be parallel", { Acpu: 0.99 }, { threads: 1 }],
    ["unconfirmed", "A may be anything up to two", { Acpu: 0.99 }],
    ["sequential", "one task", { Acpu: 0.99 }, { threads: 2, gophers: 1 }],
  ])("%s: %s", (verdict, _why, trace, cell) => {
    const judgement = judged(trace, cell);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.why).not.toBe("");
  });
});
