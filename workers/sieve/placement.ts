/** On which thread each task of the chain runs. */
import type { Placement } from "./config.ts";

/**
 * The thread of the generator (0) and of the filters (1 … `count`).
 *
 * Blocks have equal work, not equal length: filter k of n passes on about n − k
 * numbers, so the first pieces of the chain are shorter. The work up to filter k is
 * 1 − (1 − k/n)² of the total.
 */
export function placesOf(placement: Placement, count: number, threads: number): number[] {
  return Array.from({ length: count + 1 }, (_, k) => {
    if (placement === "one") return 0;
    if (placement === "spread") return k % threads;
    return Math.min(threads - 1, Math.floor(threads * (1 - (1 - k / (count + 1)) ** 2)));
  });
}
