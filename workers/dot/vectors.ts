/**
 * The two vectors of the dot product and the numbers in them: element i of
 * each depends only on i and on the seed, so that any thread can write any part.
 *
 * Source of the mixing: Murmur3's 32-bit finaliser (Austin Appleby, public domain).
 */
import { shared, yieldNow, type SharedArray } from "../../src/index.ts";
import type { Numbers } from "./config.ts";

/** Two vectors in shared memory. */
export interface Vectors {
  readonly a: SharedArray<"f64">;
  readonly b: SharedArray<"f64">;
  /** The exact product; `null` if the elements are fractions. */
  readonly exact: bigint | null;
}

/** Whole elements are −HALF_RANGE … HALF_RANGE − 1: 2²⁵ products of them add up to less than 2⁴⁶. */
const HALF_RANGE = 1024;
/** So many products are added in a double before they are added to the exact sum: below 2³⁶, so exact. */
const EXACT_STRETCH = 65_536;
/** Makes the second vector differ from the first. */
const SALT = { a: 0x9e37_79b9, b: 0x85eb_ca6b } as const;

/**
 * Two vectors of `size` zeros. Zeroing memory that was used before takes time, up to
 * 30 ms for 64 MiB. So it yields between the two.
 * @throws ERR_ARENA_FULL; then nothing is allocated
 */
export async function makeVectors(size: number): Promise<{ a: SharedArray<"f64">; b: SharedArray<"f64"> }> {
  const a = shared.float64(size);
  await yieldNow();
  try {
    return { a, b: shared.float64(size) };
  } catch (error) {
    a.free();
    throw error;
  }
}

/**
 * Writes the elements `first` to `end` − 1 of both vectors.
 *
 * @returns the exact product of the part, in integers; 0 for fractional numbers
 */
export function fillRun(vectors: { readonly a: SharedArray<"f64">; readonly b: SharedArray<"f64"> }, first: number, end: number, numbers: Numbers, seed: number): bigint {
  const a = vectors.a.array;
  const b = vectors.b.array;
  if (numbers === "fractional") {
    fillFractional(a, first, end, seed ^ SALT.a);
    fillFractional(b, first, end, seed ^ SALT.b);
    return 0n;
  }
  fillWhole(a, first, end, seed ^ SALT.a);
  fillWhole(b, first, end, seed ^ SALT.b);
  return exactProduct(a, b, first, end);
}

function fillWhole(vector: Float64Array, first: number, end: number, seed: number): void {
  for (let i = first; i < end; i++) vector[i] = (mix(i, seed) & (2 * HALF_RANGE - 1)) - HALF_RANGE;
}

/** From −1 to 1: 52 random bits after the point, and a sign. */
function fillFractional(vector: Float64Array, first: number, end: number, seed: number): void {
  for (let i = first; i < end; i++) vector[i] = mix(i, seed) * 2 ** -31 + (mix(i, ~seed) >>> 11) * 2 ** -52;
}

/** The product of integer elements, in integers. */
function exactProduct(a: Float64Array, b: Float64Array, first: number, end: number): bigint {
  let exact = 0n;
  for (let from = first; from < end; from += EXACT_STRETCH) {
    let sum = 0;
    for (let i = from; i < Math.min(end, from + EXACT_STRETCH); i++) sum += a[i] * b[i];
    exact += BigInt(sum);
  }
  return exact;
}

/** 32 well-mixed bits of i and a seed. */
function mix(i: number, seed: number): number {
  let h = Math.imul(i ^ seed, 0xcc9e_2d51) ^ Math.imul(seed, 0x1b87_3593);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
