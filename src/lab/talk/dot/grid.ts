/** Which dot products to measure. Pure: loads no runtime, so that `--help` and a misspelt option are answered at once. */
import { KERNELS, MAX_SIZE as MOST_ELEMENTS, type Kernel } from "../../../../workers/dot/config.ts";
import type { Machine } from "../../machine/environment.ts";

export { KERNELS, MOST_ELEMENTS };
export type { Kernel };

/** Which products to measure. */
export interface DotGrid {
  readonly sizes: readonly { readonly label: string; readonly size: number }[];
  readonly kernels: readonly Kernel[];
  readonly threads: readonly number[];
}

const ELEMENT_BYTES = 8;
/** Where caches cannot be read: sizes that hold on most machines of the last ten years. */
const USUAL = { l2: 512 * 2 ** 10, llc: 32 * 2 ** 20 };

/**
 * Elements for "L2" and "LLC" (both vectors take half of the cache) and "DRAM"
 * (four times the last-level cache, as far as the arena allows).
 */
export function namedSizes({ caches }: Pick<Machine, "caches">): ReadonlyMap<string, number> {
  const llc = caches.llc ?? USUAL.llc;
  return new Map([["L2", elementsIn((caches.l2 ?? USUAL.l2) / 2)], ["LLC", elementsIn(llc / 2)], ["DRAM", elementsIn(llc * 4)]]);
}

/** Elements of each of two vectors that take `bytes` together. */
function elementsIn(bytes: number): number {
  return Math.min(MOST_ELEMENTS, Math.floor(bytes / 2 / ELEMENT_BYTES));
}
