import { afterEach, describe, expect, test } from "vitest";
import { dot, start, type Runtime, type SharedArray } from "../../src/index.ts";
import { chunkCount, chunkLength, chunkStart, sumTree } from "../../src/parallel/dot-grid.ts";
import { clearVectors, layVectors, multiply, KERNELS } from "../../workers/dot.ts";

const CHUNK = 65_536;
const open: Runtime[] = [];

async function startOn(threads: number): Promise<Runtime> {
  const runtime = await start({ threads });
  open.push(runtime);
  return runtime;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((runtime) => runtime.stop()));
});

/** The JavaScript kernel's order of additions, from its description: two halves with two sums each, then the rest. */
function chunkProduct(a: Float64Array, b: Float64Array): number {
  const half = (a.length >>> 2) * 2;
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  for (let i = 0; i < half; i += 2) {
    for (const [lane, at] of [i, i + 1, half + i, half + i + 1].entries()) sums[lane as 0 | 1 | 2 | 3] += (a[at] as number) * (b[at] as number);
  }
  let sum = sums[0] + sums[2] + (sums[1] + sums[3]);
  for (let i = 2 * half; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

describe("dot", () => {
  test.each(KERNELS)("has the same bits on every number of threads and tasks, from a task and from the main thread (%s)", { tags: ["deep"] }, async (kernel) => {
    const found = new Map<number, Set<string>>();
    for (const threads of [1, 2, 3]) {
      const runtime = await startOn(threads);
      for (const size of [1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 7 * CHUNK + 3]) {
        const vectors = await runtime.spawn(layVectors, { size, numbers: "fractional", seed: 3 });
        const bits = found.get(size) ?? found.set(size, new Set()).get(size);
        for (const tasks of [undefined, 1, 2, 3, 8, 1000]) {
          bits?.add((await runtime.spawn(multiply, vectors, { kernel, variant: "chunks", tasks, repeats: 2 })).bits);
          const value = await dot(vectors.a, vectors.b, { kernel, tasks });
          bits?.add(`0x${new BigUint64Array(Float64Array.of(value).buffer)[0]?.toString(16).padStart(16, "0")}`);
        }
        await runtime.spawn(clearVectors, vectors);
      }
      await runtime.stop();
    }
    expect([...found].map(([size, bits]) => [size, bits.size])).toEqual([...found.keys()].map((size) => [size, 1]));
  });

  test("is the fixed tree over the products of the chunks", async () => {
    const runtime = await startOn(2);
    const { a, b } = await runtime.spawn(layVectors, { size: 5 * CHUNK + 77, numbers: "fractional" });
    const products = Array.from({ length: chunkCount(a.length) }, (_, chunk) => {
      const first = chunkStart(chunk);
      const end = first + chunkLength(a.length, chunk);
      return chunkProduct(a.array.subarray(first, end), b.array.subarray(first, end));
    });
    expect(await dot(a, b, { kernel: "js" })).toBe(sumTree(products));
  });

  test("of a vector with itself, and of empty ones", async () => {
    const { shared } = await startOn(1);
    const a = shared.float64(100_000);
    a.array.fill(0.5);
    expect(await dot(a, a)).toBe(25_000);
    expect(await dot(shared.float64(0), shared.float64(0))).toBe(0);
  });

  test("gives back the memory it takes, also where it fails", async () => {
    const runtime = await startOn(2);
    const [a, b] = [runtime.shared.float64(4 * CHUNK), runtime.shared.float64(4 * CHUNK)];
    const used = async () => (await runtime.stats()).arena.used;
    await dot(a, b);
    const before = await used();
    for (let k = 0; k < 50; k++) {
      await dot(a, b, { tasks: 4 });
      await expect(dot(a, b, { tasks: 0 })).rejects.toThrow("tasks");
    }
    expect(await used()).toBeLessThan(before + 100_000);
  });

  test.each<[name: string, call: (runtime: Runtime, good: SharedArray<"f64">) => Promise<number>, code: string, text: string]>([
    ["other lengths", ({ shared }, good) => dot(good, shared.float64(11)), "ERR_INVALID_ARGUMENT", "not of 10 and 11"],
    ["a plain array", (_, good) => dot(good, new Float64Array(10) as never), "ERR_INVALID_ARGUMENT", "b is an object (Float64Array)"],
    ["nothing", (_, good) => dot(undefined as never, good), "ERR_INVALID_ARGUMENT", "a is undefined"],
    ["integers", ({ shared }, good) => dot(good, shared.int32(10) as never), "ERR_INVALID_ARGUMENT", "b is a shared i32 array"],
    ["no such kernel", (_, good) => dot(good, good, { kernel: "gpu" as never }), "ERR_INVALID_ARGUMENT", "not \"gpu\""],
    ["half a task", (_, good) => dot(good, good, { tasks: 1.5 }), "ERR_INVALID_ARGUMENT", "not 1.5"],
    ["a freed vector", ({ shared }, good) => {
      const freed = shared.float64(10);
      freed.free();
      return dot(good, freed);
    }, "ERR_STALE_HANDLE", "freed"],
  ])("refuses %s", async (_, call, code, text) => {
    const runtime = await startOn(1);
    const refused = expect(call(runtime, runtime.shared.float64(10))).rejects;
    await refused.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test("refuses vectors of a runtime that has ended, and to run without one", async () => {
    const runtime = await startOn(1);
    const vector = runtime.shared.float64(10);
    await runtime.stop();
    await expect(dot(vector, vector)).rejects.toMatchObject({ code: "ERR_NO_RUNTIME" });
    await startOn(1);
    await expect(dot(vector, vector)).rejects.toMatchObject({ code: "ERR_STALE_HANDLE" });
  });
});
