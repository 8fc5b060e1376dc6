import { describe, expect, test } from "vitest";
import { SpinBudget } from "../../src/scheduler/spin-budget.ts";

describe("SpinBudget", () => {
  test("looks at first", () => {
    expect(new SpinBudget().looks(1, true)).toBeGreaterThan(0);
  });

  test("grows on success up to a bound", () => {
    const budget = new SpinBudget();
    let last = budget.looks(1, true);
    for (let k = 0; k < 20; k++) {
      budget.report(true);
      expect(budget.looks(1, true)).toBeGreaterThanOrEqual(last);
      last = budget.looks(1, true);
    }
    budget.report(true);
    expect(budget.looks(1, true)).toBe(last);
  });

  test("shrinks to nothing on failure, and then tries again once in a while", () => {
    const budget = new SpinBudget();
    for (let k = 0; k < 20; k++) budget.report(false);
    const waits = Array.from({ length: 64 }, (_, parks) => budget.looks(parks, true));
    expect(waits.filter((looks) => looks > 0)).toHaveLength(8);
  });

  test("does not try again while the thread itself ends its waits", () => {
    const budget = new SpinBudget();
    for (let k = 0; k < 20; k++) budget.report(false);
    expect(Array.from({ length: 64 }, (_, parks) => budget.looks(parks, false))).toEqual(Array.from({ length: 64 }, () => 0));
  });

  test("recovers with the first success of such a try", () => {
    const budget = new SpinBudget();
    for (let k = 0; k < 20; k++) budget.report(false);
    budget.report(true);
    expect(budget.looks(1, true)).toBeGreaterThan(0);
  });
});
