/** The two programs of the lab on real threads, as small as they get. No assertion on a time. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupOf, type Cell } from "../../../src/lab/cell.ts";
import { DotProgram } from "../../../src/lab/talk/dot/cells.ts";
import { GopherProgram } from "../../../src/lab/talk/gophers/cells.ts";
import { DESIGN_IDS, WORLDS, type GopherGrid } from "../../../src/lab/talk/gophers/grid.ts";
import { PointProgram, type Point } from "../../../src/lab/talk/gophers/points.ts";
import { THREADS } from "../../../src/lab/trial/threads.ts";
import { start, type Runtime } from "../../../src/index.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await start({ threads: 2 });
});
afterAll(() => runtime.stop());

const grid: GopherGrid = {
  designs: DESIGN_IDS, worlds: WORLDS, threads: [1, 2], unitMs: 0.2, books: null, lanes: null, carts: null, pile: null, seed: 1,
};

const gophersBy = (changes: Partial<GopherGrid>) => Object.fromEntries(new GopherProgram({ ...grid, ...changes }).cells.map((cell) => [cell.design, cell.gophers]));

describe("GopherProgram", () => {
  it("has a cell for each world, design and number of threads, and one group for each world", () => {
    const { cells } = new GopherProgram(grid);
    expect(cells).toHaveLength(11 * 3 * 2);
    expect(new Set(cells.map(groupOf)).size).toBe(3);
    expect(cells.filter(({ design }) => design === "G11").every(({ gophers }) => gophers === 16)).toBe(true);
  });

  it("applies lanes and carts to the designs they mean something to", () => {
    expect(gophersBy({ lanes: 4 })).toMatchObject({ G1: 1, G4: 4, G6: 4, G7: 16, G8: 2, G9: 8, G11: 32 });
    expect(gophersBy({ carts: 1 })).toMatchObject({ G1: 1, G6: 4 });
  });

  it("finds a size in whole lanes, or takes the one given", () => {
    const program = new GopherProgram({ ...grid, lanes: 3 });
    const sizing = program.sizing(program.cells[0]!);
    if (sizing.kind !== "found") throw new Error("nothing was given");
    expect(sizing.start % sizing.step).toBe(0);
    expect(sizing.step).toBe(3);
    const given = new GopherProgram({ ...grid, books: 17 });
    expect(given.sizing(given.cells[0]!)).toEqual({ kind: "given", size: 17 });
  });

  it("runs every design in every world, with every check held and a prediction", { tags: ["deep"] }, async () => {
    const program = new GopherProgram({ ...grid, threads: [2] });
    program.use(await program.calibrate());
    await program.warm(runtime, 2, 1);
    for (const cell of program.cells) {
      expect((await program.rehearse(runtime, cell)).checks.filter(({ ok }) => !ok)).toEqual([]);
      const { items, checks, wallNs, region } = await program.run(runtime, cell, 6);
      expect(region === undefined ? 0 : region.endNs - region.startNs).toBe(wallNs);
      expect([cell.design, items, checks.filter(({ ok }) => !ok)]).toEqual([cell.design, 6, []]);
      expect(wallNs).toBeGreaterThan(0);
      expect(program.predict(cell, 6)?.ns).toBeGreaterThan(0);
    }
  });
});

describe("DotProgram", () => {
  it("gives the same bits from the loop and from chunks, and keeps one pair of vectors", async () => {
    const program = new DotProgram({ sizes: [{ label: "small", size: 600_000 }, { label: "1", size: 1 }], kernels: ["js", "simd"], threads: [1, 2] });
    await program.warm(runtime, 2, 1);
    const values = new Map<string, Set<string>>();
    for (const cell of program.cells) {
      const { items, checks, identity } = await program.run(runtime, cell, 3);
      expect([items, checks.every(({ ok }) => ok)]).toEqual([3, true]);
      values.set(groupOf(cell), (values.get(groupOf(cell)) ?? new Set()).add(identity?.value ?? ""));
    }
    expect(values.size).toBe(4);
    for (const bits of values.values()) expect(bits.size).toBe(1);
  });

  it("cuts the work into as many tasks on one thread as on two", () => {
    const { cells } = new DotProgram({ sizes: [{ label: "LLC", size: 1_048_576 }], kernels: ["simd"], threads: [1, 2] });
    expect(cells.map(({ design, threads, gophers }) => [design, threads, gophers])).toEqual([["loop", 1, 1], ["loop", 2, 1], ["chunks", 1, 4], ["chunks", 2, 4]]);
  });
});

describe("PointProgram", () => {
  const point: Point = { name: "two runs", design: "G4", world: "wait", steps: { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 }, loads: 8, threads: 2, unitMs: 0.2, systems: 2, times: "exponential" };

  it("has a cell for each point, with the loads that the point gives", () => {
    const program = new PointProgram({ experiment: "x", points: [point, { ...point, name: "one run", systems: 1 }], seed: 1 });
    expect(program.cells.map(({ program: of, design, gophers }) => [of, design, gophers])).toEqual([["experiment x", "two runs", 4], ["experiment x", "one run", 2]]);
    expect(program.sizing()).toEqual({ kind: "given", size: 1 });
  });

  it("times from the first load burnt to the last, and checks every run", async () => {
    const program = new PointProgram({ experiment: "x", points: [point], seed: 1 });
    const { wallNs, region, items, checks } = await program.run(runtime, program.cells[0] as Cell, 1);
    expect(items).toBe(6);
    expect(wallNs).toBeGreaterThan(0);
    expect((region?.endNs ?? 0) - (region?.startNs ?? 0)).toBeGreaterThanOrEqual(wallNs - 1);
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length / 2);
  });
});

describe("THREADS", () => {
  it("reads the clocks of every thread", async () => {
    const times = await THREADS.times(runtime);
    expect(times.map(({ index }) => index)).toEqual([0, 1]);
    expect(times.every(({ cpuNs }) => cpuNs === null || cpuNs >= 0)).toBe(true);
  });
});
