/**
 * The lab's source of chance: seeded, so that the seed in the result file
 * reproduces the order of the cells and every bootstrap interval.
 *
 * Source of the generators: pure-rand. The Mersenne twister (mt19937) is used
 * because its output is published: the test checks it against the numbers of
 * Matsumoto and Nishimura.
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { mersenne } from "pure-rand/generator/mersenne";

/** A seeded sequence of random numbers. */
export interface RandomSource {
  /** A number in [0, 1). */
  float(): number;
  /** An integer in [0, below). */
  below(below: number): number;
}

/**
 * A source for one purpose. `stream` separates the uses of one seed (block 3,
 * the bootstrap of cell 7), so that more draws in one do not change the others.
 */
export function randomSource(seed: number, ...stream: readonly (number | string)[]): RandomSource {
  const generator = mersenne(mixed(seed, stream));
  return {
    float: () => uniformFloat64(generator),
    below: (below) => uniformInt(generator, 0, below - 1),
  };
}

/** A copy of `values` in random order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], source: RandomSource): T[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = source.below(last + 1);
    [order[last], order[chosen]] = [order[chosen] as T, order[last] as T];
  }
  return order;
}

/** FNV-1a over the seed and the name of the stream: a 32-bit seed. No stream leaves the seed as it is. */
function mixed(seed: number, stream: readonly (number | string)[]): number {
  if (stream.length === 0) return seed | 0;
  let hash = 0x811c9dc5;
  for (const letter of [seed, ...stream].join("/")) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash | 0;
}
