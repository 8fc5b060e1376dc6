import { expect, test } from "vitest";
import { run, start } from "../../src/index.ts";
import { crowd, daisyChain, heapMb } from "../../workers/tasks.ts";
import { onThreads } from "../on-threads.ts";

onThreads("on %i threads", (threads) => {
  for (const [count, active] of [[1, 1], [3, 10_000], [1000, 7], [1000, 10_000], [12_000, 10_000]]) test(`a crowd of ${count}, ${active} awake at a time: each is woken exactly once`, { tags: active === 7 ? [] : ["deep"] }, async () => {
    const result = await run(crowd, { threads, args: [{ count, active, threads }] });
    expect(result).toMatchObject({ count, touchedOnce: count });
    for (const ns of [result.spawnNs, result.touchNs, result.joinNs]) expect(ns).toBeGreaterThan(0);
  });

  test.each([1, 2, 10_000])("a daisy chain of %i yields one more", { tags: ["deep"] }, async (length) => {
    expect(await run(daisyChain, { threads, args: [length] })).toBe(length + 1);
  });

  test("a crowd leaves nothing behind", { tags: ["deep"] }, async () => {
    await using runtime = await start({ threads });
    const used = async () => (await runtime.stats()).arena.used;
    await runtime.spawn(crowd, { count: 2000, threads });
    const before = await used();
    for (let k = 0; k < 3; k++) await runtime.spawn(crowd, { count: 2000, threads });
    expect(await used()).toBeLessThan(before + 100_000);
  });
});

test("1.3 million tasks need a heap of about 3 GB at most", () => {
  expect(heapMb(1_300_000)).toBeGreaterThan(2000);
  expect(heapMb(1_300_000)).toBeLessThan(3500);
});

test.each([[{ count: 0 }, "count must be an integer from 1 to 10000000, not 0"], [{ count: 5, active: 0.5 }, "active must be an integer from 1 to 10000000, not 0.5"]])("refuses %j", async (config, message) => {
  await expect(run(crowd, { threads: 1, args: [config] })).rejects.toThrow(new RangeError(message));
});
