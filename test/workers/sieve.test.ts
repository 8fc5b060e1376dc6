import { describe, expect, test } from "vitest";
import { run, start } from "../../src/index.ts";
import { PLACEMENTS, sieve } from "../../workers/sieve.ts";
import { placesOf } from "../../workers/sieve/placement.ts";
import { firstPrimes, sendsUntil } from "../../workers/sieve/primes.ts";
import { onThreads } from "../on-threads.ts";

/** The classic check values: sends until the k-th prime. */
const SENDS = [[1, 1], [10, 79], [25, 432], [100, 5845], [168, 15_784], [500, 132_046], [1000, 517_383]] as const;

onThreads("the sieve on %i threads", (threads) => {
  for (const placement of PLACEMENTS) test(`placed ${placement} sends each number exactly as often as the primes demand, in every batch`, { tags: placement === "spread" ? [] : ["deep"] }, async () => {
    await using runtime = await start({ threads });
    for (const batch of [1, 2, 16, 256]) {
      for (const [primes, sends] of SENDS.slice(0, 5)) {
        const result = await runtime.spawn(sieve, { primes, threads, placement, batch });
        expect(result).toMatchObject({ primes: firstPrimes(primes), sends, tasks: primes + 1 });
      }
    }
  });

  test("finds 7919 as the 1,000th prime with 517,383 sends from 1,001 tasks", { tags: ["deep"] }, async () => {
    const result = await run(sieve, { threads, args: [{ threads }] });
    expect(result.primes).toHaveLength(1000);
    expect([result.primes.at(-1), result.sends, result.tasks]).toEqual([7919, 517_383, 1001]);
  });
});

test.each(SENDS)("counting divisors, the first %i primes take %i sends", (primes, sends) => {
  expect(sendsUntil(firstPrimes(primes))).toBe(sends);
});

describe("placement", () => {
  test("spread is round robin, one is one, blocks are contiguous", () => {
    expect(placesOf("spread", 6, 3)).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(placesOf("one", 3, 2)).toEqual([0, 0, 0, 0]);
    expect(placesOf("blocks", 6, 3)).toEqual(placesOf("blocks", 6, 3).toSorted((a, b) => a - b));
  });

  test("blocks have equal work", () => {
    const places = placesOf("blocks", 1000, 4);
    const work = [0, 0, 0, 0];
    for (const [k, place] of places.entries()) work[place] = (work[place] ?? 0) + 1001 - k;
    for (const share of work) expect(share / (500 * 1001)).toBeCloseTo(0.25, 2);
  });
});

test.each([
  [{ primes: 0 }, "primes must be an integer from 1 to 20000, not 0"],
  [{ batch: 1.5 }, "batch must be an integer from 1 to 65536, not 1.5"],
  [{ threads: 127 }, "threads must be an integer from 1 to 126, not 127"],
  [{ placement: "far" as never }, 'placement must be one of spread, blocks, one, not "far"'],
])("refuses %j", async (config, message) => {
  await expect(run(sieve, { threads: 1, args: [config] })).rejects.toThrow(new RangeError(message));
});
