/**
 * The vector dot product: parallel, not concurrent. One loop, chunks on one
 * thread (concurrency alone gains nothing), chunks on many threads.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { dotProduct } from "./dot.ts";
 *
 * const config = { size: 8 * 1024 * 1024, kernel: "simd", variant: "chunks", repeats: 10 };
 * const { wallNs, checks } = await run(dotProduct, { threads: 2, args: [config] });
 * ```
 *
 * `dotProduct` does everything. To time many products over vectors that are
 * filled once, call `layVectors`, then `multiply` as often as wanted, then
 * `clearVectors`.
 */
import { dot, spawn, task, yieldNow } from "../src/index.ts";
import { checkProducts, type Check, type CheckedProducts } from "./dot/checks.ts";
import { planOf, type DotConfig, type Multiplication, type VectorPlan } from "./dot/config.ts";
import { fillRun, makeVectors, type Vectors } from "./dot/vectors.ts";

export { KERNELS, MAX_SIZE, NUMBERS, VARIANTS, type Kernel, type Numbers, type Variant } from "./dot/config.ts";
export type { Check, DotConfig, Multiplication, VectorPlan, Vectors };

/** The result of `multiply`. */
export interface Products extends CheckedProducts {
  /** The whole timed region: `repeats` products, one after the other. */
  readonly wallNs: number;
  /** When it began, in nanoseconds of `process.hrtime`. */
  readonly startNs: number;
}

/** The result of `dotProduct`. */
export interface DotResult extends CheckedProducts {
  /** Wall time of each product. */
  readonly wallNs: readonly number[];
  /** Bytes that one product reads: 16 for each element. */
  readonly bytes: number;
}

/** Length of the warm-up, so that the kernel's code is compiled on every thread that will run it. */
const WARM_UP_MS = 250;
/** Minimum number of products in the warm-up: V8 compiles what is called often. */
const WARM_UP_CALLS = 50;
/** A task that computes many products yields after this many milliseconds. */
const TURN_MS = 2;
/** Elements that one filling task writes: about 10 ms of work. */
const FILL_ELEMENTS = 262_144;

/**
 * Makes two vectors and fills them on all threads. Element i depends only on i and on
 * the seed. For integers the exact product is known.
 *
 * @throws RangeError for a plan that is invalid; ERR_ARENA_FULL
 */
export const layVectors = task(import.meta, async function layVectors(plan: VectorPlan): Promise<Vectors> {
  const { size, numbers, seed } = planOf(plan);
  const { a, b } = await makeVectors(size);
  const runs: Promise<bigint>[] = [];
  for (let first = 0; first < size; first += FILL_ELEMENTS) runs.push(spawn(fill, { a, b }, first, Math.min(size, first + FILL_ELEMENTS), numbers, seed));
  let exact = 0n;
  for (const product of await Promise.all(runs)) exact += product;
  return { a, b, exact: numbers === "whole" ? exact : null };
});

/** Fills the elements `first` to `end` − 1; for integers it returns their exact product, for others 0. */
export const fill = task(import.meta, async function fill(...args: Parameters<typeof fillRun>): Promise<bigint> {
  return fillRun(...args);
});

/** Frees the vectors' memory, for all threads. */
export const clearVectors = task(import.meta, async function clearVectors({ a, b }: Vectors): Promise<void> {
  a.free();
  b.free();
});

/**
 * `repeats` products one after the other over the same vectors, timed as one
 * region, and checked: against the exact product where it is known, and all of
 * them bit for bit against each other.
 *
 * @throws RangeError for a multiplication that is invalid; ERR_STALE_HANDLE for cleared vectors
 */
export const multiply = task(import.meta, async function multiply(vectors: Vectors, how: Multiplication): Promise<Products> {
  const { kernel, variant, tasks, repeats } = planOf({ size: vectors.a.length, ...how });
  const options = { kernel, tasks: variant === "loop" ? 1 : tasks };
  const values = new Float64Array(repeats);
  const startNs = process.hrtime.bigint();
  let turnMs = performance.now();
  for (let k = 0; k < repeats; k++) {
    values[k] = await dot(vectors.a, vectors.b, options);
    if (performance.now() - turnMs < TURN_MS) continue;
    await yieldNow();
    turnMs = performance.now();
  }
  const wallNs = Number(process.hrtime.bigint() - startNs);
  return { wallNs, startNs: Number(startNs), ...checkProducts(values, vectors.exact, kernel) };
});

/**
 * Multiplies for `ms`, and at least 50 times, as a warm-up. With `loop` it works only
 * on its own thread: to warm up all threads, place one call on each.
 */
export const warm = task(import.meta, async function warm(vectors: Vectors, how: Omit<Multiplication, "repeats">, ms: number): Promise<void> {
  const untilMs = performance.now() + ms;
  for (let calls = 0; calls < WARM_UP_CALLS || performance.now() < untilMs; calls++, await yieldNow()) await multiply(vectors, { ...how, repeats: 1 });
});

/**
 * Fills two vectors, warms up, multiplies `repeats` times, checks and clears up:
 * the entry for `run`. The products must have the bits of the one loop.
 *
 * @throws RangeError for a configuration that is invalid; ERR_ARENA_FULL
 */
export const dotProduct = task(import.meta, async function dotProduct(config: DotConfig): Promise<DotResult> {
  const { size, kernel, variant, tasks, repeats } = planOf(config);
  const vectors = await layVectors(config);
  try {
    await warm(vectors, { kernel, variant, tasks }, WARM_UP_MS);
    const runs: Products[] = [];
    for (; runs.length < repeats; await yieldNow()) runs.push(await multiply(vectors, { kernel, variant, tasks, repeats: 1 }));
    const loop = await multiply(vectors, { kernel, variant: "loop", repeats: 1 });
    const checked = checkProducts(Float64Array.from([...runs, loop], ({ value }) => value), vectors.exact, kernel);
    return { wallNs: runs.map(({ wallNs }) => wallNs), bytes: 16 * size, ...checked };
  } finally {
    await clearVectors(vectors);
  }
});
