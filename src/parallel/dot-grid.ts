/**
 * How a dot product is divided into chunks, and how the partial sums are added. Pure
 * functions: no threads, no memory, no kernel.
 *
 * Invariants:
 * - The grid depends on the length alone: chunk k covers the elements
 *   [65,536 k, min(65,536 (k + 1), n)), so each element lies in exactly one
 *   chunk, and only the last chunk may be shorter.
 * - The tree depends on the number of partial sums alone.
 * - So, with a kernel whose order of additions is a function of the chunk's
 *   length, the result has the same 64 bits for every number of threads and
 *   every schedule. Chunks can be computed in any order, on any thread: each has
 *   its own slot of `partials`, and one `sumTree` at the end adds them.
 *
 * Error bound. With u = 2^-53 and gamma(k) = k u / (1 - k u), a sum in which every
 * product goes through at most k roundings, its own multiplication included, has
 *   |computed - exact| <= gamma(k) * sum |a[i] b[i]|
 * barring overflow and underflow. A pairwise tree over c partial sums adds
 * ceil(log2 c) roundings, so k = kernelDepth + ceil(log2 c), where for a chunk of m
 * elements kernelDepth is 1 + floor(m / 16) + 4 + (m mod 16) for the SIMD kernel
 * and 1 + floor(m / 4) + 2 + (m mod 4) for the JavaScript kernel. At 8 Mi elements
 * k is 4,108 and 16,394; one plain loop would have k = 8,388,608.
 *
 * Source: N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed.
 * (SIAM 2002): section 3.1 for dot products, section 4.2 for pairwise summation;
 * and "The accuracy of floating point summation", SIAM J. Sci. Comput. 14 (1993)
 * 783-799.
 *
 * Not done: compensated partial sums. They would tighten the bound, but the
 * comparison with OpenBLAS must be fair, and a deterministic order does not need
 * them.
 */

/** Elements (float64) per chunk of the grid: 512 KiB of each vector. Fixed, since changing it changes results in the last bits. */
export const CHUNK_ELEMENTS = 65_536;

/** Number of chunks that `n` elements (an integer >= 0) make: ceil(n / 65,536). */
export function chunkCount(n: number): number {
  return Math.ceil(n / CHUNK_ELEMENTS);
}

/** Index of the first element of chunk `chunk` (0 <= chunk < chunkCount(n)). */
export function chunkStart(chunk: number): number {
  return chunk * CHUNK_ELEMENTS;
}

/** Elements in chunk `chunk` of a grid over `n` elements: 65,536, fewer in the last chunk, 0 beyond it. */
export function chunkLength(n: number, chunk: number): number {
  return Math.max(0, Math.min(CHUNK_ELEMENTS, n - chunkStart(chunk)));
}

/**
 * Sums `partials` along a fixed binary tree: neighbours are paired level by
 * level and an odd one out moves up unchanged. That is the tree which splits
 * c values at the largest power of two below c. No partials: 0.
 *
 * @param partials one value per chunk, in chunk order; not changed
 */
export function sumTree(partials: Float64Array | ArrayLike<number>): number {
  const level = Float64Array.from(partials);
  let width = level.length;
  if (width === 0) return 0;
  while (width > 1) {
    const pairs = width >> 1;
    for (let i = 0; i < pairs; i++) level[i] = level[2 * i]! + level[2 * i + 1]!;
    if (width % 2 === 1) level[pairs] = level[width - 1]!;
    width = pairs + (width % 2);
  }
  return level[0]!;
}
