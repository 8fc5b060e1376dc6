import { describe, expect, test } from "vitest";
import { SpinBudget } from "../../src/scheduler/spin-budget.ts";

describe("SpinBudget", () => {
  test("looks at first", () => {
    expect(new SpinBudget().looks()).toBeGreaterThan(0);
  });

  test("grows on success up to a bound", () => {
    const budget = new SpinBudget();
    let last = budget.looks();
    for (let k = 0; k < 20; k++) {
      budget.report(true);
      expect(budget.looks()).toBeGreaterThanOrEqual(last);
      last = budget.looks();
    }
    budget.report(true);
    expect(budget.looks()).toBe(last);
  });

  test("shrinks to nothing on failure, and then tries again once in a while", () => {
    const budget = new SpinBudget();
    for (let k = 0; k < 20; k++) budget.report(false);
    const waits = Array.from({ length: 64 }, () => budget.looks());
    expect(waits.filter((looks) => looks > 0)).toHaveLength(8);
  });

  test("recovers with the first success of such a try", () => {
    const budget = new SpinBudget();
    for (let k = 0; k < 20; k++) budget.report(false);
    budget.report(true);
    expect(budget.looks()).toBeGreaterThan(0);
  });
});
