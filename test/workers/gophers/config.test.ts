import { describe, expect, test } from "vitest";
import { planOf, type GopherConfig } from "../../../workers/gophers/config.ts";

const CONFIG: GopherConfig = {
  design: "G6",
  world: "wait",
  loads: 10,
  booksPerCart: 1,
  steps: { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 },
  unitMs: 1,
  unitIterations: 1000,
};

describe("a configuration", () => {
  test("is filled in", () => {
    expect(planOf(CONFIG)).toMatchObject({ dumpCapacity: 4, times: "constant", seed: 1, pile: null, pauses: null });
    expect(planOf({ ...CONFIG, lanes: 3, carts: 5 }).design).toMatchObject({ lanes: 3, carts: 5, gophers: 12 });
  });

  test("with a pile costs what the files cost", () => {
    expect(planOf({ ...CONFIG, pile: "/usr" }).steps).toEqual({ L: 0, M: 0, U: 0, R: 0, D: 0, W: 0 });
  });

  test.each([
    [{ world: "rain" }, /world must be one of cpu, wait, mixed, not "rain"/],
    [{ loads: 0 }, /loads .* not 0/],
    [{ loads: 2.5 }, /loads .* not 2.5/],
    [{ loads: 1e8 }, /loads .* to 10000000, not 100000000/],
    [{ booksPerCart: 0 }, /booksPerCart .* not 0/],
    [{ loads: 1e6, booksPerCart: 4096 }, /loads × booksPerCart/],
    [{ steps: { ...CONFIG.steps, M: -1 } }, /steps.M .* not -1/],
    [{ steps: { ...CONFIG.steps, D: Number.NaN } }, /steps.D .* not NaN/],
    [{ unitMs: -1 }, /unitMs/],
    [{ unitIterations: Infinity }, /unitIterations .* not Infinity/],
    [{ dumpCapacity: 0 }, /dumpCapacity .* not 0/],
    [{ times: "gamma" }, /times must be one of constant, exponential/],
    [{ pauses: { at: "dump", chance: 0.1, units: 1 } }, /pauses.at/],
    [{ pauses: { at: "pile", chance: 2, units: 1 } }, /pauses.chance .* not 2/],
    [{ pile: "/usr", files: 0 }, /files .* not 0/],
    [{ pile: "" }, /pile must name a directory/],
    [{ design: "G1", carts: 3 }, /one cart, not 3/],
  ])("with %j is refused", (change, message) => {
    expect(() => planOf({ ...CONFIG, ...change } as GopherConfig)).toThrow(message);
  });
});
