import { describe, expect, test } from "vitest";
import { calibrate, Labour, seededRandom, spin } from "../../../workers/gophers/labour.ts";

describe("the arithmetic", () => {
  test("is a fixed number of iterations: the same value every time", () => {
    expect(spin(0)).toBe(0.5);
    expect(spin(1)).toBe(0.975);
    expect(spin(10_000)).toBe(spin(10_000));
    expect(spin(10_000)).not.toBe(spin(10_001));
  });

  test("is calibrated to a unit", () => {
    const iterations = calibrate(0.5);
    expect(Number.isInteger(iterations)).toBe(true);
    expect(iterations).toBeGreaterThan(100);
    expect(() => calibrate(0)).toThrow(/unitMs must be positive, not 0/);
  });
});

describe("labour", () => {
  const options = { unitMs: 1, unitIterations: 1000, times: "constant", seed: 1 } as const;

  test("in the cpu world computes all and waits for nothing", () => {
    const labour = new Labour({ ...options, world: "cpu" });
    expect(labour.do(2)).toBeUndefined();
    expect(labour.ash).toBe(spin(2000));
    expect(labour.do(0)).toBeUndefined();
  });

  test("with exponential times does the same for the same seed", () => {
    const [first, second, other] = [7, 7, 8].map((seed) => {
      const labour = new Labour({ ...options, world: "cpu", times: "exponential", seed });
      for (let i = 0; i < 5; i++) void labour.do(1);
      return labour.ash;
    });
    expect(first).toBe(second);
    expect(first).not.toBe(other);
  });
});

test("the seeded stream is even, and in [0, 1)", () => {
  const random = seededRandom(42);
  const values = Array.from({ length: 10_000 }, random);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
});
