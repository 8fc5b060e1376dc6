import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_ELEMENTS, chunkCount, chunkLength, chunkStart, sumTree } from "../../src/parallel/dot-grid.ts";

/** The tree by its other definition: split at the largest power of two below the count. */
function splitTree(values: readonly number[]): number {
  if (values.length === 0) return 0;
  if (values.length === 1) return values[0]!;
  let left = 1;
  while (left * 2 < values.length) left *= 2;
  return splitTree(values.slice(0, left)) + splitTree(values.slice(left));
}

describe("the chunk grid", () => {
  it("has ceil(n / 65,536) chunks", () => {
    expect([0, 1, 65_535, 65_536, 65_537, 131_072, 8 * 1024 * 1024].map((n) => chunkCount(n))).toEqual([
      0, 1, 1, 1, 2, 2, 128,
    ]);
  });

  it("covers each element once, in order, and only the last chunk is short", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 29 }), (n) => {
        let next = 0;
        const count = chunkCount(n);
        for (let chunk = 0; chunk < count; chunk++) {
          const length = chunkLength(n, chunk);
          const full = length === CHUNK_ELEMENTS || (chunk === count - 1 && length > 0 && length < CHUNK_ELEMENTS);
          if (!full || chunkStart(chunk) !== next) expect.unreachable(`chunk ${chunk} of ${n} elements: ${length} from ${chunkStart(chunk)}`);
          next += length;
        }
        expect(next).toBe(n);
        expect(chunkLength(n, count)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe("sumTree", () => {
  it("gives the sums of known cases", () => {
    expect(sumTree([])).toBe(0);
    expect(sumTree([42])).toBe(42);
    expect(sumTree([1, 2, 3])).toBe(6);
    expect(sumTree(Float64Array.from({ length: 1000 }, (_, i) => i))).toBe(499_500);
  });

  it("adds in the documented order", () => {
    const tiny = 2 ** -53;
    // (1 + tiny) + tiny loses both, 1 + (tiny + tiny) loses none.
    expect(sumTree([1, tiny, tiny])).toBe(1);
    expect(sumTree([tiny, tiny, 1])).toBe(1 + 2 * tiny);
    expect(sumTree([1, 0, tiny, tiny])).toBe(1 + 2 * tiny);
    expect(sumTree([1, tiny, tiny, tiny])).toBe(1 + 2 * tiny);
    // five values: four in a tree, then the odd one
    expect(sumTree([tiny, tiny, 0, 0, 1])).toBe(1 + 2 * tiny);
    expect(sumTree([1, 0, 0, tiny, tiny])).toBe(1);
  });

  it("is the tree that splits at the largest power of two, bit for bit, and keeps its input", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { maxLength: 300 }), (values) => {
        const partials = Float64Array.from(values);
        expect(Object.is(sumTree(partials), splitTree(values))).toBe(true);
        expect(Array.from(partials)).toEqual(values);
      }),
    );
  });
});
