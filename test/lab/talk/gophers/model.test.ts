import { describe, expect, test } from "vitest";
import { finish, isBound, predictNs, structureFinish } from "../../../../src/lab/talk/gophers/finish.ts";
import {
  exponentialInterval,
  interval,
  placementOf,
  speedUp,
  structureInterval,
  workOf,
  type ModelSteps,
} from "../../../../src/lab/talk/gophers/model.ts";
import { designOf, DESIGN_IDS, type DesignId } from "../../../../workers/gophers/design.ts";
import { simulate } from "./simulator.ts";

const EVEN: ModelSteps = { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 };
const CARRYING: ModelSteps = { L: 0.25, M: 1, U: 0.25, R: 1, D: 0.25, W: 0 };
const ENDS: ModelSteps = { L: 1, M: 0.25, U: 1, R: 0.25, D: 1, W: 0 };
const UNEVEN: ModelSteps = { L: 0.7, M: 1.3, U: 0.4, R: 0.9, D: 0.3, W: 0.2 };
const STEPS = { EVEN, CARRYING, ENDS, UNEVEN };

/** The table of docs/talk.md, "The model": three sets of steps, and one processor. */
const TABLE: Record<DesignId, readonly [number, number, number, number]> = {
  G1: [1, 1, 1, 1],
  G2: [1, 1, 1, 1],
  G3: [2, 2, 2, 1],
  G4: [2, 2, 2, 1],
  G5: [2, 1.25, 2.5, 1],
  G6: [4, 2.5, 2.5, 1],
  G7: [8, 5, 5, 1],
  G8: [1.33, 1.67, 1.11, 0.67],
  G9: [2.67, 3.33, 2.22, 0.67],
  G10: [4, 5, 2.5, 0.67],
  G11: [8, 10, 5, 0.67],
};

describe("the interval", () => {
  test.each(DESIGN_IDS)("of %s is that of the table", (id) => {
    const design = designOf(id);
    const [even, carrying, ends, single] = TABLE[id];
    const wait = { design, world: "wait", threads: 1 } as const;
    expect(speedUp({ ...wait, steps: EVEN })).toBeCloseTo(even, 2);
    expect(speedUp({ ...wait, steps: CARRYING })).toBeCloseTo(carrying, 2);
    expect(speedUp({ ...wait, steps: ENDS })).toBeCloseTo(ends, 2);
    expect(speedUp({ design, steps: EVEN, world: "cpu", threads: 1 })).toBeCloseTo(single, 2);
  });

  test("in the wait world does not depend on the number of threads", () => {
    for (const id of DESIGN_IDS) {
      const run = { design: designOf(id), steps: UNEVEN, world: "wait", threads: 1 } as const;
      expect(interval({ ...run, threads: 16 })).toBe(interval(run));
    }
  });

  test("in the cpu world: p threads give at most p, and no more than the structure", () => {
    for (const id of DESIGN_IDS) {
      for (const threads of [1, 2, 3, 4, 8, 64]) {
        const design = designOf(id);
        const gain = speedUp({ design, steps: EVEN, world: "cpu", threads });
        expect(gain).toBeLessThanOrEqual(threads + 1e-12);
        expect(gain).toBeLessThanOrEqual(4 / structureInterval(design, EVEN) + 1e-12);
      }
    }
  });

  test("in the cpu world counts the work of the gophers that share a thread", () => {
    const design = designOf("G6");
    const run = { design, steps: CARRYING, world: "cpu", threads: 2 } as const;
    expect(placementOf(run)).toEqual([0, 1, 0, 1]);
    expect(interval(run)).toBe(2); // both who carry on one thread
    expect(interval({ ...run, placement: [0, 0, 1, 1] })).toBe(1.25);
    expect(interval({ ...run, world: "mixed", placement: [0, 0, 0, 0] })).toBe(1.25);
  });

  test("with C carts is that of min(C, 4), however many gophers", () => {
    for (const [carts, gain] of [[1, 1], [2, 2], [3, 3], [4, 4], [5, 4], [16, 4]] as const) {
      expect(4 / structureInterval(designOf("G6", { carts }), EVEN)).toBeCloseTo(gain, 12);
    }
    expect(structureInterval(designOf("G2"), EVEN)).toBe(4);
  });

  test("with exponential times gives 4C/(C+3)", () => {
    for (const carts of [1, 2, 4, 16, 64]) {
      expect(4 / exponentialInterval(designOf("G6", { carts }), EVEN)!).toBeCloseTo((4 * carts) / (carts + 3), 10);
    }
    expect(exponentialInterval(designOf("G10"), EVEN)).toBeUndefined();
    expect(exponentialInterval(designOf("G6"), UNEVEN)).toBeUndefined();
  });

  test("with a walk W: the fourth gopher helps only while W < min(M, R)", () => {
    const eight = designOf("G6", { carts: 8 });
    for (const [W, gain] of [[0, 4], [0.25, 3.2], [0.5, 2.67], [0.75, 2.29], [1, 2]] as const) {
      expect(4 / structureInterval(eight, { ...EVEN, W })).toBeCloseTo(gain, 2);
    }
    expect(structureInterval(designOf("G5"), { ...EVEN, W: 1 })).toBe(structureInterval(eight, { ...EVEN, W: 1 }));
  });
});

describe("the work", () => {
  test("of all gophers is T1 a load, and 2 D more with a dump", () => {
    for (const id of DESIGN_IDS) {
      const design = designOf(id);
      const total = workOf(design, EVEN).reduce((sum, { perLoad }) => sum + perLoad, 0) / design.lanes;
      expect(total).toBe(design.staging ? 6 : 4);
      expect(workOf(design, EVEN)).toHaveLength(design.gophers);
    }
  });
});

describe("the end of a run", () => {
  test("of one gopher leaves out the last way back", () => {
    expect(finish({ design: designOf("G1"), steps: EVEN, world: "wait", threads: 1, loads: 10 })).toBe(39);
    expect(predictNs({ design: designOf("G1"), steps: EVEN, world: "wait", threads: 1, loads: 10 }, 5)).toBe(195e6);
  });

  test("of the ring is the filling and an interval for each further load", () => {
    expect(structureFinish(designOf("G6"), EVEN, 10, 4)).toBe(3 + 9);
    expect(structureFinish(designOf("G7"), EVEN, 10, 4)).toBe(3 + 4);
  });

  test("tends to the interval", () => {
    for (const id of DESIGN_IDS) {
      for (const carts of [undefined, 2, 3, 7]) {
        const design = { ...designOf(id), ...(carts && designOf(id).team.endsWith("t") ? { carts } : {}) };
        for (const steps of Object.values(STEPS)) {
          const slope = (structureFinish(design, steps, 4000, 4) - structureFinish(design, steps, 2000, 4)) / 2000;
          expect(slope).toBeCloseTo(structureInterval(design, steps), 3);
        }
      }
    }
  });

  test.each(DESIGN_IDS)("of %s is what a simulation of the same procedures gives", (id) => {
    for (const carts of [undefined, 1, 2, 3, 8]) {
      if (carts !== undefined && !["trio", "quartet"].includes(designOf(id).team)) continue;
      const design = designOf(id, { carts });
      for (const steps of Object.values(STEPS)) {
        for (const loads of [1, 2, 7, 40]) {
          for (const dumpCapacity of [1, 4]) {
            const run = { design, steps, loads, dumpCapacity };
            const waiting = { ...run, world: "wait", threads: 1 } as const;
            expect(finish(waiting)).toBeCloseTo(simulate(waiting), 9);
            const alone = { ...run, world: "cpu", threads: design.gophers } as const;
            expect(finish(alone)).toBeCloseTo(simulate(alone), 9);
          }
        }
      }
    }
  });

  test.each(DESIGN_IDS)("of %s in the cpu world is within 3 % of the simulation on few threads", (id) => {
    for (const steps of [EVEN, CARRYING, ENDS]) {
      for (const threads of [1, 2, 3, 4]) {
        const run = { design: designOf(id), steps, world: "cpu", threads, loads: 60 } as const;
        expect(Math.abs(finish(run) / simulate(run) - 1)).toBeLessThan(0.03);
      }
    }
  });

  test("in the mixed world is a bound, and says so", () => {
    for (const id of DESIGN_IDS) {
      for (const steps of Object.values(STEPS)) {
        for (const threads of [1, 2, 4, 16]) {
          const run = { design: designOf(id), steps, world: "mixed", threads, loads: 60 } as const;
          const simulated = simulate(run);
          expect(finish(run)).toBeLessThanOrEqual(simulated * 1.02);
          if (!isBound(run)) expect(finish(run)).toBeCloseTo(simulated, 9);
        }
      }
    }
  });
});

test("exponential times: the simulation agrees with the closed form", () => {
  let state = 12345;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const run = { design: designOf("G6"), steps: EVEN, world: "wait", threads: 1, loads: 20_000 } as const;
  const simulated = simulate(run, (units) => -units * Math.log(1 - random()));
  expect(simulated / 20_000 / exponentialInterval(designOf("G6"), EVEN)!).toBeCloseTo(1, 1);
});
