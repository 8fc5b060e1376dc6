/** parallelReduce gives the same bits on every number of threads. */
import { expect, test } from "vitest";
import { parallelReduce, start } from "../../src/index.ts";
import { addLater, addTo } from "./parallel-tasks.ts";

/** Of all magnitudes and both signs: sums of these depend on the order. */
const items = (count: number): number[] => Array.from({ length: count }, (_, k) => Math.sin(k + 1) * 10 ** (k % 9));
const add = (a: number, b: number): number => a + b;

test("on 1, 2 and 3 threads, with and without overtaking, for several grains and lengths", { tags: ["deep"] }, async () => {
  const sums = new Map<string, Set<number>>();
  for (const threads of [1, 2, 3]) {
    await using rt = await start({ threads, cores: threads });
    expect(rt.threads).toBe(threads);
    for (const length of [1, 2, 3, 257, 1000]) {
      for (const grain of [undefined, 1, 7, 64]) {
        for (const step of [addTo, addLater, (sum: number, item: number) => sum + item]) {
          const key = `${length} by ${grain}`;
          const seen = sums.get(key) ?? new Set();
          sums.set(key, seen.add(await parallelReduce(items(length), step, add, 0, { grain })));
        }
      }
    }
  }
  for (const [key, seen] of sums) expect([key, seen.size]).toEqual([key, 1]);
  // The order does matter: other grains give other bits.
  const long = [...sums].filter(([key]) => key.startsWith("1000")).flatMap(([, seen]) => [...seen]);
  expect(new Set(long).size).toBeGreaterThan(1);
});
