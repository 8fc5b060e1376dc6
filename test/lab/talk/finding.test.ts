import { describe, expect, it } from "vitest";
import { about, atLeast, atMost, between, check, isWrong, statistic, type Expectation, type FindingVerdict } from "../../../src/lab/talk/report.ts";

const verdictOf = (expected: Expectation, measured: number, condition?: { text: string; met: boolean }) => statistic("x", { expected, measured, source: "", condition }).verdict;

describe("a check", () => {
  it.each<[number | string, number | string, FindingVerdict]>([
    [7919, 7919, "holds"], [7919, 7907, "fails here"], ["ERR_DEADLOCK", "ERR_DEADLOCK", "holds"], ["7", 7, "fails here"], [0, Number.NaN, "fails here"],
  ])("of %j against %j: %s", (expected, measured, verdict) => {
    const finding = check("primes", { expected, measured });
    expect(finding).toEqual({ kind: "check", part: null, name: "primes", unit: "", expected: { kind: "exact", value: expected }, source: "", measured, verdict });
    expect(isWrong(finding)).toBe(verdict !== "holds");
  });
});

describe("a statistic", () => {
  it.each<[string, Expectation, number, FindingVerdict]>([
    ["inside a share", about(40, { share: 0.1 }), 44, "holds"],
    ["outside a share", about(40, { share: 0.1 }), 44.01, "fails here"],
    ["a share of a negative value", about(-40, { share: 0.1 }), -43, "holds"],
    ["inside an absolute tolerance", about(0.512, { by: 0.02 }), 0.5, "holds"],
    ["below it", about(0.512, { by: 0.02 }), 0.49, "fails here"],
    ["at the lower end", between(1, 2), 1, "holds"],
    ["at the upper end", between(1, 2), 2, "holds"],
    ["above a range", between(1, 2), 2.01, "fails here"],
    ["at most", atMost(1), -5, "holds"],
    ["above at most", atMost(1), 1.1, "fails here"],
    ["at least", atLeast(20), 39, "holds"],
    ["below at least", atLeast(20), 19, "fails here"],
    ["no number", atLeast(20), Number.NaN, "fails here"],
    ["no number, no bounds", { kind: "range", low: null, high: null }, Number.NaN, "fails here"],
  ])("%s", (_, expected, measured, verdict) => expect(verdictOf(expected, measured)).toBe(verdict));

  it("that does not hold where its condition is not met holds if it were", () => {
    const condition = { text: "there are two processors", met: false };
    expect(statistic("speed-up", { expected: atLeast(1.5), measured: 1, source: "", condition })).toMatchObject({ verdict: "holds if", condition: condition.text });
    expect(verdictOf(atLeast(1.5), 1, { ...condition, met: true })).toBe("fails here");
    expect(statistic("speed-up", { expected: atLeast(1.5), measured: 2, source: "", condition })).not.toHaveProperty("condition");
  });

  it("is never wrong", () => {
    expect(isWrong(statistic("x", { expected: atLeast(1), measured: 0, source: "" }))).toBe(false);
  });
});
