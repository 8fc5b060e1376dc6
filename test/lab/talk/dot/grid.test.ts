import { describe, expect, it } from "vitest";
import { MOST_ELEMENTS, namedSizes } from "../../../../src/lab/talk/dot/grid.ts";

describe("namedSizes", () => {
  it("halves the caches and overflows the last of them", () => {
    const sizes = namedSizes({ caches: { l2: 524_288, llc: 33_554_432 } });
    expect(Object.fromEntries(sizes)).toEqual({ L2: 16_384, LLC: 1_048_576, DRAM: 8_388_608 });
  });

  it("stays within the arena where the last-level cache is large", () => {
    expect(namedSizes({ caches: { l2: null, llc: 2 ** 30 } }).get("DRAM")).toBe(MOST_ELEMENTS);
  });
});
