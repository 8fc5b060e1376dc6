/** The predictions of the experiments are the numbers of docs/talk.md, "The model". */
import { describe, expect, it } from "vitest";
import { predictedShare } from "../../../../../src/lab/talk/gophers/experiments/axes.ts";
import { CAPACITIES, predictedLimits, simulated } from "../../../../../src/lab/talk/gophers/experiments/bursts.ts";
import * as carts from "../../../../../src/lab/talk/gophers/experiments/carts.ts";
import { EXPERIMENTS } from "../../../../../src/lab/talk/gophers/experiments/catalogue.ts";
import * as control from "../../../../../src/lab/talk/gophers/experiments/control.ts";
import * as designs from "../../../../../src/lab/talk/gophers/experiments/designs.ts";
import * as grain from "../../../../../src/lab/talk/gophers/experiments/grain.ts";
import * as walk from "../../../../../src/lab/talk/gophers/experiments/walk.ts";

const rounded = (values: readonly number[]): number[] => values.map((value) => Number(value.toFixed(2)));

it("carts: min(C, 4) where times are constant, 4C/(C+3) where they are exponential", () => {
  expect(carts.CARTS).toEqual([1, 2, 3, 4, 6, 8, 16, 32]);
  expect(rounded(carts.CARTS.map((count) => carts.predictedGain(count, "constant")))).toEqual([1, 2, 3, 4, 4, 4, 4, 4]);
  expect(rounded(carts.CARTS.map((count) => carts.predictedGain(count, "exponential")))).toEqual([1, 1.6, 2, 2.29, 2.67, 2.91, 3.37, 3.66]);
});

describe("walk", () => {
  const [even, uneven] = walk.WAYS;

  it("gains 4, 3.2, 2.67, 2.29, 2 with a walk of 0, ¼, ½, ¾, 1", () => {
    expect(rounded([0, 0.25, 0.5, 0.75, 1].map((W) => walk.predictedGain("G6", even.steps, W)))).toEqual([4, 3.2, 2.67, 2.29, 2]);
    expect(walk.predictedGain("G5", even.steps, 0)).toBe(2);
  });

  it.each(walk.WAYS)("has its boundary at min(M, R): $name", ({ steps, walks }) => {
    const boundary = walk.predictedBoundary(steps);
    expect(boundary).toBe(Math.min(steps.M, steps.R));
    for (const W of walks) expect(Math.sign(walk.predictedGain("G6", steps, W) - walk.predictedGain("G5", steps, 0))).toBe(Math.sign(boundary - W));
    const { L, M, U, R } = steps;
    const paces = walks.map((W) => (L + M + U + R) / walk.predictedGain("G6", steps, W));
    expect(walk.crossing(walks, paces, (L + M + U + R) / walk.predictedGain("G5", steps, 0))).toBeCloseTo(boundary, 9);
  });

  it("has no boundary where the pace does not rise", () => {
    expect(walk.crossing([0, 1], [2, 2], 3)).toBeNaN();
    expect(walk.crossing([0, 1], [2, 1], 3)).toBeNaN();
    expect(uneven.steps).toMatchObject({ M: 1, R: 0.5 });
  });
});

describe("bursts", () => {
  const loads = 100;
  const paces = CAPACITIES.map((capacity) => simulated("G8", capacity, loads, 1).mean);

  it("absorbs more the more the dump holds", () => {
    for (const [at, pace] of paces.entries()) expect(pace).toBeLessThanOrEqual(at === 0 ? Infinity : (paces[at - 1] as number));
    expect((paces[0] as number) / (paces.at(-1) as number)).toBeGreaterThan(1.2);
  });

  it("never beats two who share nothing", () => {
    expect(simulated("G4", 1, loads, 1).mean).toBeLessThan(Math.min(...paces));
    const { dump, apart } = predictedLimits();
    expect(apart).toBeLessThan(dump);
  });

  it("comes to the pace of the slower leg in the long run", () => {
    const { mean } = simulated("G8", 4096, 4000, 1);
    expect(Math.abs(mean / predictedLimits().dump - 1)).toBeLessThan(0.05);
  });
});

it("axes: the product holds where steps wait, and with a processor for each gopher", () => {
  const G7 = { whole: "G7", lanes: "G4", team: "G6" } as const;
  expect(predictedShare(G7, "wait", 1)).toBe(1);
  expect(predictedShare({ whole: "G9", lanes: "G4", team: "G8" }, "wait", 1)).toBeCloseTo(1, 9);
  expect(predictedShare({ whole: "G11", lanes: "G4", team: "G10" }, "wait", 1)).toBe(1);
  expect([1, 2, 4, 8].map((threads) => predictedShare(G7, "cpu", threads))).toEqual([1, 0.5, 0.5, 1]);
});

it("designs: the table", () => {
  const table = designs.KINDS.map(({ steps }) => rounded((["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11"] as const).map((id) => designs.predictedGain(id, steps))));
  expect(table).toEqual([
    [1, 1, 2, 2, 2, 4, 8, 1.33, 2.67, 4, 8],
    [1, 1, 2, 2, 1.25, 2.5, 5, 1.67, 3.33, 5, 10],
    [1, 1, 2, 2, 2.5, 2.5, 5, 1.11, 2.22, 2.5, 5],
  ]);
});

describe("grain", () => {
  it("has its boundary where the line gives 0.9 of the threads", () => {
    const overheads = { single: 0.02, shared: 0.08 };
    const unitMs = grain.predictedGrain(overheads);
    expect(grain.predictedGain(unitMs, 2, overheads)).toBeCloseTo(1.8, 9);
    expect(grain.predictedGain(1000, 4, overheads)).toBeCloseTo(4, 3);
    expect(grain.predictedGrain({ single: 0.08, shared: 0.08 })).toBe(0);
  });

  it("reads the boundary off a sweep: the last time that the level is reached", () => {
    expect(grain.reachedFrom([1, 10, 100], [1, 1.5, 2], 1.75)).toBeCloseTo(Math.sqrt(1000), 9);
    expect(grain.reachedFrom([1, 10, 100], [1.9, 1.5, 2], 1.75)).toBeCloseTo(Math.sqrt(1000), 9);
    expect(grain.reachedFrom([1, 10, 100], [1.8, 1.9, 2], 1.75)).toBe(1);
    expect(grain.reachedFrom([1, 10, 100], [1.8, 1.9, 1.7], 1.75)).toBeNaN();
  });
});

it("control: threads give what processors there are", () => {
  expect(control.predictedGain(2, 2)).toBe(2);
  expect(control.predictedGain(2, 1)).toBe(1);
  expect(control.predictedGain(16, 16)).toBe(8);
});

it("the catalogue knows each once, and loads them", async () => {
  expect(EXPERIMENTS.map(({ name }) => name)).toEqual(["designs", "carts", "walk", "bursts", "axes", "grain", "control"]);
  for (const { load } of EXPERIMENTS) expect(await load()).toBeTypeOf("function");
});
