/** Runs of chance against the closed forms, the model's constant times, and a simulation of the procedures. */
import { describe, expect, test } from "vitest";
import { burnTimes, paceOf, simulatedPace, type ChanceRun } from "../../../../src/lab/talk/gophers/events.ts";
import { structureInterval, type ModelSteps } from "../../../../src/lab/talk/gophers/model.ts";
import { randomSource } from "../../../../src/lab/random.ts";
import { designOf, DESIGN_IDS, type DesignId } from "../../../../workers/gophers/design.ts";
import { simulate } from "./simulator.ts";

const EVEN: ModelSteps = { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 };
const UNEVEN: ModelSteps = { L: 0.7, M: 1.3, U: 0.4, R: 0.9, D: 0.3, W: 0.2 };

const run = (id: DesignId, change: Partial<ChanceRun> = {}): ChanceRun => ({ design: designOf(id), steps: EVEN, loads: 200, dumpCapacity: 4, times: "constant", pauses: null, ...change });

test.each(DESIGN_IDS)("without chance the pace of %s is the model's interval, even in a short run", (id) => {
  for (const steps of [EVEN, UNEVEN]) {
    for (const loads of [24, 200]) {
      const interval = structureInterval(designOf(id), steps);
      const { mean, deviation } = simulatedPace(run(id, { steps, loads }), 2, 1);
      expect(deviation).toBe(0);
      expect(mean).toBe(paceOf({ design: designOf(id), steps, loads, dumpCapacity: 4 }));
      // two gophers burn in turns of unlike length, two legs pass from the pace of one to that of the other
      expect(Math.abs(mean / interval - 1)).toBeLessThan(12 / loads);
    }
  }
});

test("with exponential times G6 gains 4C/(C+3)", { tags: ["deep"] }, () => {
  for (const carts of [1, 2, 4, 8, 16]) {
    const runs = 300;
    const { mean, deviation } = simulatedPace(run("G6", { design: designOf("G6", { carts }), loads: 800, times: "exponential" }), runs, 7);
    expect(Math.abs(4 / mean / ((4 * carts) / (carts + 3)) - 1)).toBeLessThan((4 * deviation) / mean / Math.sqrt(runs) + 0.01);
  }
});

test("the same seed gives the same runs, another one others", () => {
  const random = run("G6", { times: "exponential" });
  expect(simulatedPace(random, 5, 3)).toEqual(simulatedPace(random, 5, 3));
  expect(simulatedPace(random, 5, 3).mean).not.toBe(simulatedPace(random, 5, 4).mean);
});

describe("events with drawn times", () => {
  test.each([["G1", {}], ["G2", {}], ["G5", {}], ["G5", { carts: 8 }], ["G6", { carts: 8 }], ["G8", {}], ["G10", {}]] as const)("%s %j burns its last load when a simulation of the procedures says", (id, changes) => {
    const design = designOf(id, changes);
    const [runs, loads] = [400, 25];
    const source = randomSource(11, id);
    const draw = (units: number): number => -units * Math.log(1 - source.float());
    const ends = (of: () => number): { mean: number; error: number } => {
      const values = Array.from({ length: runs }, of);
      const mean = values.reduce((a, b) => a + b) / runs;
      return { mean, error: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / runs / runs) };
    };
    const events = ends(() => burnTimes(design, UNEVEN, loads, 2, { step: draw, pause: () => 0 }).at(-1) as number);
    const procedures = ends(() => simulate({ design, steps: UNEVEN, world: "wait", threads: 1, loads, dumpCapacity: 2 }, draw));
    expect(Math.abs(events.mean - procedures.mean)).toBeLessThan(5 * Math.hypot(events.error, procedures.error));
  });
});

describe("pauses", () => {
  test.each(["pile", "incinerator"] as const)("at the %s add their mean to one gopher's load", (at) => {
    const runs = 200;
    const { mean, deviation } = simulatedPace(run("G1", { loads: 400, pauses: { at, chance: 0.25, units: 6 } }), runs, 5);
    expect(Math.abs(mean - 5.5)).toBeLessThan((4 * deviation) / Math.sqrt(runs));
  });

  test("that are certain are longer steps", () => {
    const always = simulatedPace(run("G8", { pauses: { at: "incinerator", chance: 1, units: 2 } }), 1, 1).mean;
    expect(always).toBeCloseTo(paceOf({ design: designOf("G8"), steps: { ...EVEN, U: 3 }, loads: 200, dumpCapacity: 4 }), 9);
  });
});
