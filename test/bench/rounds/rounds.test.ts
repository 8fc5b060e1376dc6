import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSteady } from "../../../bench/rivals/trial.ts";
import type { Contestant, Subject } from "../../../bench/rounds/contestant.ts";
import { expectedMs, measureRounds, orderOf, printDuration, printStep, type Step } from "../../../bench/rounds/rounds.ts";

const TRIAL = { timeMs: 1, leaves: 10 };

function contestant(scenario: string, side: string, measure: (round: number) => number, aboutMs = 100): Contestant {
  let round = 0;
  const subject: Subject = { scenario, side, form: "", threads: 1, version: "1" };
  return { subject, aboutMs, measure: async () => ({ value: measure(round++) }) };
}

describe("the order of a round", () => {
  const all = ["a", "b"].flatMap((scenario) => ["warren", "go", "piscina", "comlink"].map((side) => contestant(scenario, side, () => 1)));

  test("has each contestant once, scenario by scenario", () => {
    fc.assert(fc.property(fc.nat(1000), (round) => {
      const order = orderOf(all, round);
      expect(new Set(order).size).toBe(all.length);
      expect(order.map(({ subject }) => subject.scenario)).toEqual(["a", "a", "a", "a", "b", "b", "b", "b"]);
    }));
  });

  test("is another in other rounds and scenarios, and the same in another run", () => {
    const sides = (round: number, from = 0): string => orderOf(all, round).slice(from, from + 4).map(({ subject }) => subject.side).join();
    expect(new Set([0, 1, 2, 3, 4].map((round) => sides(round))).size).toBeGreaterThan(2);
    expect(new Set([0, 1, 2].map((round) => sides(round) === sides(round, 4))).has(false)).toBe(true);
    expect(sides(3)).toBe(sides(3));
  });
});

describe("measuring in rounds", () => {
  test("gives a sample of each round, and the median", async () => {
    const { figures, failures } = await measureRounds([contestant("a", "warren", (round) => [5, 1, 3][round] as number)], { rounds: 3, trial: TRIAL });
    expect(figures.map(({ value, range, samples }) => ({ value, range, samples }))).toEqual([{ value: 3, range: [1, 5], samples: [{ round: 0, value: 5 }, { round: 1, value: 1 }, { round: 2, value: 3 }] }]);
    expect(failures).toEqual([]);
  });

  test("reports what fails once, without a figure, and continues with the others", async () => {
    let calls = 0;
    const failing = contestant("a", "go", () => {
      if (++calls === 2) throw new Error("it broke");
      return 1;
    });
    const { figures, failures } = await measureRounds([failing, contestant("a", "warren", () => 2)], { rounds: 4, trial: TRIAL });
    expect([figures.map(({ side, samples }) => [side, samples.length]), failures, calls]).toEqual([[["warren", 4]], [{ ...failing.subject, reason: "it broke" }], 2]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("does not take %j for a figure", async (value) => {
    const { figures, failures } = await measureRounds([contestant("a", "go", () => value)], { rounds: 2, trial: TRIAL });
    expect([figures, failures.map(({ reason }) => reason)]).toEqual([[], [`its figure is ${value}`]]);
  });

  test("keeps what it has when the user interrupts, and drops the process that was running", async () => {
    const controller = new AbortController();
    const ours = contestant("a", "warren", (round) => {
      if (round === 1) controller.abort();
      return 7;
    });
    const { figures, failures } = await measureRounds([ours], { rounds: 5, trial: TRIAL, signal: controller.signal });
    expect([figures.map(({ samples }) => samples.length), failures]).toEqual([[1], []]);
  });

  test("announces each step and what is left", async () => {
    const steps: Step[] = [];
    await measureRounds([contestant("a", "warren", () => 1, 2000), contestant("a", "go", () => 1, 1000)], { rounds: 2, trial: TRIAL, progress: (step) => steps.push(step) });
    expect(steps.map(({ round, isFirstOfRound }) => [round, isFirstOfRound])).toEqual([[0, true], [0, false], [1, true], [1, false]]);
    expect(steps[0]?.leftMs).toBe(6000);
    expect(printStep({ subject: { scenario: "a", side: "warren", form: "await", threads: 2, version: "1" }, round: 1, rounds: 5, isFirstOfRound: true, leftMs: 90_000 })).toBe("round 2 of 5, about 1 min 30 s left: a, warren, await, 2 threads");
  });

  test("expects the sum of all in each round", () => {
    expect(expectedMs([{ aboutMs: 100 }, { aboutMs: 250 }], 3)).toBe(1050);
    expect([printDuration(900), printDuration(59_001), printDuration(160_000)]).toEqual(["1 s", "1 min 0 s", "2 min 40 s"]);
  });
});

describe("a warm-up is over", () => {
  const level = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

  test.each([
    ["too few batches", level(5, 15), false],
    ["level", level(5, 16), true],
    ["falling", Array.from({ length: 16 }, (_, k) => 100 - 4 * k), false],
    ["level after a fall", [...level(100, 8), ...level(5, 16)], true],
    ["level with one outlier", [...level(5, 15), 80], true],
    ["a step down in the middle", [...level(9, 8), ...level(5, 8)], false],
  ])("%s: %#", (_name, times, expected) => {
    expect(isSteady(times)).toBe(expected);
  });
});
