import { describe, expect, test } from "vitest";
import { run, start } from "../../src/index.ts";
import { clearVectors, dotProduct, layVectors, multiply, KERNELS, VARIANTS, type DotConfig } from "../../workers/dot.ts";
import { checkProducts } from "../../workers/dot/checks.ts";
import { fillRun } from "../../workers/dot/vectors.ts";

const SIZE = 200_001;
const CONFIG: DotConfig = { size: SIZE, kernel: "simd", variant: "chunks", repeats: 3 };

describe("dotProduct", () => {
  for (const threads of [1, 2]) test(`has the exact product of whole numbers, in every variant with every kernel, on ${threads} threads`, { tags: threads === 2 ? [] : ["deep"] }, async () => {
    for (const kernel of KERNELS) {
      for (const variant of VARIANTS) {
        const result = await run(dotProduct, { threads, args: [{ ...CONFIG, kernel, variant }] });
        expect(result.checks).toEqual([
          { name: "bit-identical products", ok: true, detail: `4 × ${result.bits} (${kernel})` },
          { name: "the exact product", ok: true, detail: `${result.value}` },
        ]);
        expect(result.wallNs).toHaveLength(3);
        expect(Math.min(...result.wallNs)).toBeGreaterThan(0);
        expect(result.bytes).toBe(16 * SIZE);
      }
    }
  });

  test.each([["js", "0x406829411a8ed730"], ["simd", "0x406829411a8ed72d"]] as const)("has the bits that it had on x64: every rounding of the %s kernel is defined", { tags: ["deep"] }, async (kernel, bits) => {
    expect((await run(dotProduct, { threads: 1, args: [{ ...CONFIG, kernel, repeats: 1, numbers: "fractional", seed: 9 }] })).bits).toBe(bits);
  });

  test("has the same bits of fractions on one thread and on two", { tags: ["deep"] }, async () => {
    const args: [DotConfig] = [{ ...CONFIG, numbers: "fractional", seed: 9 }];
    const [one, two] = [await run(dotProduct, { threads: 1, args }), await run(dotProduct, { threads: 2, args })];
    expect(two.bits).toBe(one.bits);
    expect(one.checks).toEqual([{ name: "bit-identical products", ok: true, detail: `4 × ${one.bits} (simd)` }]);
  });

  test.each<[Partial<DotConfig>, string]>([
    [{ size: -1 }, "size must be an integer from 0 to 33554432, not -1"],
    [{ repeats: 0 }, "repeats must be an integer from 1 to 10000000, not 0"],
    [{ kernel: "gpu" as never }, 'kernel must be one of js, simd, not "gpu"'],
    [{ variant: "tree" as never }, 'variant must be one of loop, chunks, not "tree"'],
    [{ numbers: "prime" as never }, 'numbers must be one of whole, fractional, not "prime"'],
  ])("refuses %j", async (change, message) => {
    await expect(run(dotProduct, { threads: 1, args: [{ ...CONFIG, ...change }] })).rejects.toThrow(new RangeError(message));
  });

  test("leaves nothing behind", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads: 2 });
    const used = async () => (await runtime.stats()).arena.used;
    await runtime.spawn(dotProduct, CONFIG);
    const before = await used();
    for (let k = 0; k < 3; k++) await runtime.spawn(dotProduct, CONFIG);
    expect(await used()).toBeLessThan(before + 100_000);
  });
});

describe("the vectors", () => {
  test.each(["whole", "fractional"] as const)("hold the same %s numbers on every number of threads, and others for another seed", { tags: ["deep"] }, async (numbers) => {
    const contents: Float64Array[] = [];
    for (const [threads, seed] of [[1, 5], [3, 5], [1, 6]] as const) {
      await using runtime = await start({ threads });
      const vectors = await runtime.spawn(layVectors, { size: 600_000, numbers, seed });
      contents.push(Float64Array.from(vectors.a.array), Float64Array.from(vectors.b.array));
      await runtime.spawn(clearVectors, vectors);
    }
    const [a, b, sameA, sameB, otherA] = contents as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    expect(Buffer.compare(Buffer.from(a.buffer), Buffer.from(sameA.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.from(b.buffer), Buffer.from(sameB.buffer))).toBe(0);
    expect(a.filter((value, i) => value === b[i]).length).toBeLessThan(1000);
    expect(a.filter((value, i) => value === otherA[i]).length).toBeLessThan(1000);
    const bound = numbers === "whole" ? 1024 : 1;
    expect(a.every((value) => value >= -bound && value < bound && (numbers === "fractional" || Number.isInteger(value)))).toBe(true);
  });

  test("come with the exact product of whole numbers", () => {
    const [a, b] = [new Float64Array(70_000), new Float64Array(70_000)];
    const exact = fillRun({ a: { array: a }, b: { array: b } } as never, 0, a.length, "whole", 1);
    expect(exact).toBe(a.reduce((sum, value, i) => sum + BigInt(value) * BigInt(b[i] as number), 0n));
  });

  test("can be multiplied many times, and not after they are cleared", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads: 2 });
    const vectors = await runtime.spawn(layVectors, { size: SIZE });
    const how = { kernel: "js", variant: "chunks", tasks: 3, repeats: 20 } as const;
    const { wallNs, value, checks } = await runtime.spawn(multiply, vectors, how);
    expect(wallNs).toBeGreaterThan(0);
    expect(BigInt(value)).toBe(vectors.exact);
    expect(checks.every(({ ok }) => ok)).toBe(true);
    await runtime.spawn(clearVectors, vectors);

    await expect(async () => runtime.spawn(multiply, vectors, how)).rejects.toMatchObject({ code: "ERR_STALE_HANDLE" });
  });
});

describe("checkProducts", () => {
  test("tells products that differ in one bit, and a wrong one", () => {
    const { value, bits, checks } = checkProducts(Float64Array.of(3, 3, 3 + 2 ** -51), 3n, "simd");
    expect(value).toBe(3 + 2 ** -51);
    expect(bits).toBe("0x4008000000000001");
    expect(checks).toEqual([
      { name: "bit-identical products", ok: false, detail: "0x4008000000000000 and 0x4008000000000001 (simd)" },
      { name: "the exact product", ok: false, detail: "3.0000000000000004 instead of 3 (simd)" },
    ]);
  });

  test("tells 0 from −0", () => {
    expect(checkProducts(Float64Array.of(0, -0), null, "js").checks.map(({ ok }) => ok)).toEqual([false]);
  });
});
