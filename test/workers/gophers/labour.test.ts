import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, type Runtime } from "../../../src/index.ts";
import { seededRandom } from "../../../workers/chance.ts";
import { calibrate, Labour, spin, WORLDS } from "../../../workers/gophers/labour.ts";

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

test("a calibration next to other programs gives what it gives on an idle machine", () => {
  const { bigint } = process.hrtime;
  const startNs = bigint();
  const looks: { readonly onCore: bigint; readonly onClock: bigint }[] = [];
  // after each 4 ms on its core the thread waits for 5 ms
  process.hrtime.bigint = () => {
    const onCore = bigint();
    const onClock = onCore + ((onCore - startNs) / 4_000_000n) * 5_000_000n;
    looks.push({ onCore, onClock });
    return onClock;
  };
  let found = 0;
  try {
    found = calibrate(1);
  } finally {
    process.hrtime.bigint = bigint;
  }
  // Two looks for each sample. The machine's own speed is the same in both, so it does not count.
  const samples = Array.from({ length: looks.length / 2 }, (_, k) => [looks[2 * k], looks[2 * k + 1]] as const);
  const tookMs = (of: "onCore" | "onClock"): number[] => samples.map(([from, to]) => Number((to as (typeof looks)[number])[of] - (from as (typeof looks)[number])[of]) / 1e6);
  const batch = Math.max(1000, Math.round((200_000 / Math.min(...tookMs("onClock").slice(0, 10))) * 0.2));
  const [core, clock] = [tookMs("onCore"), tookMs("onClock")].map((all) => all.slice(10).toSorted((a, b) => a - b)[(all.length - 10) >> 1]) as [number, number];
  expect(found).toBe(Math.round(batch / clock));
  expect(Math.abs(core / clock - 1)).toBeLessThan(0.2);
});

describe("labour", () => {
  const options = { unitMs: 1, unitIterations: 1000, times: "constant", seed: 1 } as const;
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await start({ threads: 1 });
  });
  afterAll(async () => {
    await runtime.stop();
  });

  test("in the cpu world computes all", async () => {
    const labour = new Labour({ ...options, world: "cpu" });
    await labour.do(2);
    expect(labour.ash).toBe(spin(2000));
  });

  test("in the wait world computes nothing, and its waits are never short in sum", async () => {
    const labour = new Labour({ ...options, world: "wait" });
    const startMs = performance.now();
    for (let i = 0; i < 20; i++) await labour.do(1.5);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(30);
    expect(labour.ash).toBe(0);
  });

  test("in the mixed world computes half", async () => {
    const labour = new Labour({ ...options, world: "mixed" });
    await labour.do(2);
    expect(labour.ash).toBe(spin(1000));
  });

  test("of no units takes no turn", () => {
    for (const world of WORLDS) expect(new Labour({ ...options, world }).do(0)).toBeUndefined();
  });

  test("with exponential times does the same for the same seed", async () => {
    const ashes: number[] = [];
    for (const seed of [7, 7, 8]) {
      const labour = new Labour({ ...options, world: "cpu", times: "exponential", seed });
      for (let i = 0; i < 5; i++) await labour.do(1);
      ashes.push(labour.ash);
    }
    expect(ashes[0]).toBe(ashes[1]);
    expect(ashes[0]).not.toBe(ashes[2]);
  });

  test("pauses by chance, and then waits", async () => {
    const labour = new Labour({ ...options, world: "cpu" });
    expect(labour.pause({ at: "pile", chance: 0, units: 1 })).toBeUndefined();
    await labour.pause({ at: "pile", chance: 1, units: 1 });
    expect(labour.ash).toBe(0);
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
