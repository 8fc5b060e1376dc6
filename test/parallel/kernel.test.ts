import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkCount, chunkLength, chunkStart, sumTree } from "../../src/parallel/dot-grid.ts";
import { dotKernels, type DotKernel } from "../../src/parallel/kernel.ts";
import { exactDot, withinBound } from "./exact.ts";

const PAGE_BYTES = 65_536;
const KERNELS: readonly DotKernel[] = ["js", "simd"];
/** Roundings that one product goes through at most, as the kernels document. */
const DEPTH: Record<DotKernel, (n: number) => number> = {
  js: (n) => 1 + Math.floor(n / 4) + 2 + (n % 4),
  simd: (n) => 1 + Math.floor(n / 16) + 4 + (n % 16),
};

const memory = new WebAssembly.Memory({ initial: 128, maximum: 128, shared: true });
const view = new Float64Array(memory.buffer);
const MIDDLE = view.length / 2;

/** A repeatable stream of doubles in [-1, 1): Mulberry32. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** Writes two vectors at the element indices given and surrounds them with NaN, which any stray read would spread. */
function place(a: Float64Array, b: Float64Array, aIndex = 8, bIndex = MIDDLE + 8): [number, number, number] {
  view.fill(Number.NaN, aIndex - 8, aIndex + a.length + 16);
  view.fill(Number.NaN, bIndex - 8, bIndex + b.length + 16);
  view.set(a, aIndex);
  view.set(b, bIndex);
  return [aIndex * 8, bIndex * 8, a.length];
}

function randomVectors(n: number, seed: number): [Float64Array, Float64Array] {
  const next = randoms(seed);
  return [Float64Array.from({ length: n }, next), Float64Array.from({ length: n }, next)];
}

describe.each(KERNELS)("the %s kernel", (name) => {
  const dot = dotKernels(memory)[name];

  it("is exact for integers at every small size, tail sizes included, and reads nothing beyond them", () => {
    for (let n = 0; n <= 70; n++) {
      const a = Float64Array.from({ length: n }, (_, i) => i + 1);
      const b = Float64Array.from({ length: n }, (_, i) => 2 * i - 3);
      let expected = 0;
      for (let i = 0; i < n; i++) expected += (i + 1) * (2 * i - 3);
      expect(dot(...place(a, b))).toBe(expected);
    }
  });

  it("is exact for small integers of any size up to 5,000, at any element address", () => {
    const sizes = fc.integer({ min: 0, max: 5000 });
    const offsets = fc.integer({ min: 8, max: 80 });
    fc.assert(
      fc.property(sizes, offsets, offsets, fc.integer(), (n, aIndex, bOffset, seed) => {
        const [a, b] = randomVectors(n, seed).map((v) => v.map((x) => Math.round(x * 1000))) as [Float64Array, Float64Array];
        const expected = a.reduce((sum, x, i) => sum + x * b[i]!, 0);
        expect(dot(...place(a, b, aIndex, MIDDLE + bOffset))).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same bits on every call, at every address, before and after optimisation", () => {
    for (const n of [5, 33, 1000, 65_536]) {
      const [a, b] = randomVectors(n, n);
      const first = dot(...place(a, b));
      for (let i = 0; i < 400; i++) expect(Object.is(dot(...place(a, b, 8 + (i % 9), MIDDLE + 8 + (i % 7))), first)).toBe(true);
    }
  });

  it("stays within the documented error bound on random data", () => {
    for (const n of [1, 2, 15, 16, 17, 333, 4096, 65_536]) {
      const [a, b] = randomVectors(n, n + 1);
      expect(withinBound(dot(...place(a, b)), exactDot(a, b), DEPTH[name](n))).toBe(true);
    }
  });

  it("joined by the grid and the tree: the bound holds and the order of the chunks does not matter", () => {
    const n = 3 * 65_536 + 12_345;
    const [a, b] = randomVectors(n, 7);
    const [aByteOffset, bByteOffset] = place(a, b);
    const count = chunkCount(n);
    const sumIn = (order: readonly number[]): number => {
      const partials = new Float64Array(count);
      for (const chunk of order) {
        const skip = chunkStart(chunk) * 8;
        partials[chunk] = dot(aByteOffset + skip, bByteOffset + skip, chunkLength(n, chunk));
      }
      return sumTree(partials);
    };
    const result = sumIn([0, 1, 2, 3]);
    expect(Object.is(sumIn([3, 1, 0, 2]), result)).toBe(true);
    expect(withinBound(result, exactDot(a, b), DEPTH[name](65_536) + Math.ceil(Math.log2(count)))).toBe(true);
  });

  it("spreads NaN and infinities, and takes a vector with itself", () => {
    expect(dot(...place(Float64Array.of(1, Number.NaN), Float64Array.of(1, 1)))).toBeNaN();
    expect(dot(...place(Float64Array.of(1, 2), Float64Array.of(1, Infinity)))).toBe(Infinity);
    place(Float64Array.of(3, 4), Float64Array.of(0, 0));
    expect(dot(64, 64, 2)).toBe(25);
  });

  it.each<[string, [number, number, number], RegExp]>([
    ["an address that is no multiple of 8", [4, 0, 1], /vector a must be a multiple of 8, not 4/],
    ["a negative address", [0, -8, 1], /vector b must be a multiple of 8, not -8/],
    ["a length that is no integer", [0, 0, 1.5], /n must be an integer of 0 or more, not 1.5/],
    ["a negative length", [0, 0, -1], /not -1/],
    ["NaN", [0, 0, Number.NaN], /not NaN/],
    ["a span that ends one element outside", [0, 128 * PAGE_BYTES - 8, 2], /vector b, 2 elements at byte 8388600/],
    ["a span that starts beyond 4 GiB", [2 ** 32, 0, 1], /vector a, 1 elements at byte 4294967296/],
  ])("refuses %s", (_, args, message) => {
    expect(() => dot(...args)).toThrow(message);
    expect(() => dot(...args)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  it("takes unsigned addresses, up to the last byte of 4 GiB", () => {
    const whole = new WebAssembly.Memory({ initial: 65_536, maximum: 65_536, shared: true });
    const elements = new Float64Array(whole.buffer);
    const n = 37;
    for (let i = 0; i < n; i++) {
      elements[2 ** 28 - 5 + i] = i; // across 2 GiB
      elements[elements.length - n + i] = 2;
    }
    expect(dotKernels(whole)[name]((2 ** 28 - 5) * 8, 2 ** 32 - n * 8, n)).toBe(n * (n - 1));
    expect(dotKernels(whole)[name](2 ** 32, 2 ** 32, 0)).toBe(0);
  });
});

describe("the exact reference", () => {
  it("tells an error of one rounding from one of two", () => {
    const one = Float64Array.of(1);
    const exact = exactDot(one, one);
    expect(withinBound(1, exact, 1)).toBe(true);
    expect(withinBound(1 - 2 ** -53, exact, 1)).toBe(true);
    expect(withinBound(1 + 2 ** -52, exact, 1)).toBe(false);
    expect(withinBound(1 + 2 ** -52, exact, 2)).toBe(true);
  });
});

describe("dotKernels", () => {
  it("makes the kernels of a memory once", () => {
    expect(dotKernels(memory)).toBe(dotKernels(memory));
    expect(dotKernels(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }))).not.toBe(dotKernels(memory));
  });

  it.each<[string, ConstructorParameters<typeof WebAssembly.Memory>[0], RegExp]>([
    ["that is not shared", { initial: 1 }, /not an unshared one of 65536 bytes/],
    ["without a page", { initial: 0, maximum: 1, shared: true }, /not a shared one of 0 bytes/],
  ])("refuses a memory %s", (_, descriptor, message) => {
    const make = (): unknown => dotKernels(new WebAssembly.Memory(descriptor));
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });
});
