import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, type Runtime } from "../../../src/index.ts";
import { analyseTrace } from "../../../src/lab/trace/analyse.ts";
import { calibrate, designOf, DESIGN_IDS, gophers, WORLDS, type GopherConfig } from "../../../workers/gophers.ts";
import { onThreads } from "../../on-threads.ts";

const CONFIG: GopherConfig = {
  design: "G1",
  world: "cpu",
  loads: 24,
  booksPerCart: 3,
  steps: { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0.5 },
  unitMs: 0.2,
  unitIterations: calibrate(0.02),
};

onThreads("on %i threads", (threads) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await start({ threads });
  });
  afterAll(async () => {
    await runtime.stop();
  });

  const burn = (change: Partial<GopherConfig>) => runtime.spawn(gophers, { ...CONFIG, ...change });

  describe.each(WORLDS)("in the %s world", (world) => {
    test.each(DESIGN_IDS)("%s burns every book once and keeps its carts", async (design) => {
      const result = await burn({ design, world });
      expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(result.checks.map(({ name }) => name)).toEqual([
        "each book burnt exactly once",
        "carts conserved",
        "no cart has two holders",
        "Little's law",
      ]);
      expect(result).toMatchObject({ loads: 24, books: 72, gophers: designOf(design).gophers });
      expect(result.wallNs).toBeGreaterThan(0);
      expect(result.placement).toHaveLength(result.gophers);
    });
  });

  test.each([
    { design: "G6", carts: 1 },
    { design: "G6", carts: 16 },
    { design: "G5", carts: 1 },
    { design: "G5", carts: 2 },
    { design: "G5", carts: 9 },
    { design: "G10", carts: 1, dumpCapacity: 1 },
    { design: "G4", lanes: 5 },
    { design: "G7", lanes: 7, carts: 2 },
    { design: "G3", lanes: 3 },
    { design: "G9", lanes: 64 },
    { design: "G11", loads: 1 },
    { design: "G7", loads: 3, booksPerCart: 1000 },
    { design: "G6", times: "exponential", seed: 7 },
    { design: "G8", pauses: { at: "incinerator", chance: 0.2, units: 3 }, dumpCapacity: 16 },
  ] as const)("with %j all holds", async (change) => {
    const result = await burn({ world: "mixed", ...change });
    expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(result.books).toBe(result.loads * (("booksPerCart" in change && change.booksPerCart) || 3));
  });

  test("gophers are spread evenly: two and two, four and four", async () => {
    for (const design of ["G4", "G6", "G7", "G9", "G11"] as const) {
      const { placement, gophers: crew } = await burn({ design });
      for (let thread = 0; thread < threads; thread++) {
        expect(placement.filter((at) => at === thread)).toHaveLength(crew / threads);
      }
    }
  });

  test("many loads that cost nothing go through", { tags: ["deep"] }, async () => {
    const steps = { L: 0, M: 0, U: 0, R: 0, D: 0, W: 0 };
    for (const design of DESIGN_IDS) {
      const result = await burn({ design, loads: 2000, booksPerCart: 1, steps });
      expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(result.books).toBe(2000);
    }
  });

  test("a configuration that means nothing is refused", async () => {
    await expect(burn({ lanes: 65 })).rejects.toThrow("lanes must be an integer from 1 to 64, not 65");
    await expect(burn({ lanes: 65 })).rejects.toBeInstanceOf(RangeError);
  });
});

describe("what the structure buys on one thread, waiting", () => {
  test("four gophers in a ring wait at the same time, one alone never", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads: 1 });
    const config = { ...CONFIG, world: "wait", unitMs: 8, loads: 24, steps: { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 } } as const;
    const mostAsleep = async (design: "G1" | "G6"): Promise<number> => {
      await using trace = await runtime.trace();
      await runtime.spawn(gophers, { ...config, design });
      const sleeps = analyseTrace(await trace.stop()).timeline.rests.filter(([, , , reason]) => reason === "sleep");
      return Math.max(...sleeps.map(([, atNs]) => sleeps.filter(([, fromNs, toNs]) => fromNs <= atNs && atNs < toNs).length));
    };
    expect([await mostAsleep("G1"), await mostAsleep("G6")]).toEqual([1, 4]);
  });
});
