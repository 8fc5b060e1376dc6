import { describe, expect, it } from "vitest";
import { resolveDot, resolveGophers, type RawGophers } from "../../../src/cli/options/gophers-dot.ts";
import { UsageError } from "../../../src/cli/options/values.ts";

const limits = { usable: 2, most: 126 };
const resolve = (raw: RawGophers) => resolveGophers(raw, limits, 1);

describe("resolveGophers", () => {
  it("measures the usual four designs in three worlds on 1…n threads", () => {
    expect(resolve({})).toEqual({
      grid: {
        designs: ["G1", "G4", "G6", "G7"], worlds: ["cpu", "wait", "mixed"], threads: [1, 2], unitMs: null,
        books: null, lanes: null, carts: null, pile: null, seed: 1,
      },
      added: [],
    });
  });

  it("adds what every gain is measured against", () => {
    const { grid, added } = resolve({ designs: "G6", threads: "2" });
    expect(grid).toMatchObject({ designs: ["G1", "G6"], threads: [1, 2] });
    expect(added).toEqual(["G1", "1 thread"]);
  });

  it("takes all designs, lanes, carts, books and the unit", () => {
    const { grid } = resolve({ designs: "all", lanes: "8", carts: "16", books: "100", unit: "2ms", world: "wait" });
    expect(grid).toMatchObject({ lanes: 8, carts: 16, books: 100, unitMs: 2, worlds: ["wait"] });
    expect(grid.designs).toHaveLength(11);
  });

  it.each<[RawGophers, string]>([
    [{ designs: "G12" }, '--designs: "G12" is not one of G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11, all'],
    [{ world: "io" }, '--world: "io" is not one of cpu, wait, mixed, all'],
    [{ threads: "0..2" }, '--threads: "0" is not an integer from 1 to 126'],
    [{ lanes: "65" }, '--lanes: "65" is not an integer from 1 to 64'],
    [{ lanes: "4", designs: "G1,G6" }, "--lanes applies only to G4, G7, G9, G11; add one of them to --designs"],
    [{ carts: "2", designs: "G4" }, "--carts applies only to G5, G6, G7, G10, G11; add one of them to --designs"],
    [{ books: "none" }, '--books: "none" is not an integer from 1 to 10000000'],
    [{ unit: "0" }, '--unit: "0" is not a time of at least 0.01 ms such as 250, 250ms or 0.5s'],
    [{ manifest: "x" }, "--manifest needs --pile: synthetic books have no names"],
    [{ pile: ".", world: "cpu" }, "--world cannot be used with --pile"],
    [{ pile: ".", books: "7" }, "--books cannot be used with --pile"],
  ])("refuses %j", (raw, message) => {
    expect(() => resolve(raw)).toThrow(UsageError);
    expect(() => resolve(raw)).toThrow(message);
  });
});

describe("resolveDot", () => {
  const named = new Map([["L2", 16_384], ["LLC", 1_048_576], ["DRAM", 8_388_608]]);

  it("measures both kernels on vectors that fill the last-level cache", () => {
    expect(resolveDot({}, limits, named).grid).toEqual({ sizes: [{ label: "LLC", size: 1_048_576 }], kernels: ["js", "simd"], threads: [1, 2] });
  });

  it.each([
    [{ size: "L3" }, /--size: "L3" is neither a number of elements .* nor one of L2, LLC, DRAM$/],
    [{ kernel: "gpu" }, /--kernel: "gpu" is not one of js, simd, all/],
  ])("refuses %j", (raw, message) => expect(() => resolveDot(raw, limits, named)).toThrow(message));
});
