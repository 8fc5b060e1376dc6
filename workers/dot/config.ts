/**
 * The configuration of a dot product. This is the only place that checks it.
 */
import type { DotKernel } from "../../src/index.ts";

/** The kernels: a plain loop, and WebAssembly with 128-bit vectors. */
export const KERNELS = ["js", "simd"] as const satisfies readonly DotKernel[];
export type Kernel = (typeof KERNELS)[number];
/** `loop`: one task computes everything. `chunks`: the chunks are divided over all threads. */
export const VARIANTS = ["loop", "chunks"] as const;
export type Variant = (typeof VARIANTS)[number];
/** Values of the vectors: integers from −1024 to 1023, whose product is exact in any order; or fractions of 53 bits. */
export const NUMBERS = ["whole", "fractional"] as const;
export type Numbers = (typeof NUMBERS)[number];

/** Maximum number of elements of a vector: two such vectors use half of the shared memory at its default size, and their product is far below 2⁵³. */
export const MAX_SIZE = 33_554_432;
const MAX_REPEATS = 10_000_000;
const MAX_TASKS = 65_536;

/** The vectors to make. Plain data, which can be sent to any thread. */
export interface VectorPlan {
  /** Elements of each vector, float64. */
  readonly size: number;
  /** Default `whole`. */
  readonly numbers?: Numbers | undefined;
  /** Equal seeds give equal vectors; default 1. */
  readonly seed?: number | undefined;
}

/** How to multiply two vectors. */
export interface Multiplication {
  readonly kernel: Kernel;
  readonly variant: Variant;
  /** Products, one after the other. */
  readonly repeats: number;
  /** Number of tasks that share the chunks of one product; not used by `loop`. By default `dot` chooses it. */
  readonly tasks?: number | undefined;
}

/** A whole run. */
export interface DotConfig extends VectorPlan, Multiplication {}

/** A checked configuration; `tasks` is `undefined` if `dot` chooses it. */
export interface Plan extends Multiplication {
  readonly size: number;
  readonly numbers: Numbers;
  readonly seed: number;
}

/**
 * Checks a configuration, or parts of one, and fills in the defaults.
 *
 * @throws RangeError naming the field and the value refused.
 */
export function planOf(config: VectorPlan & Partial<Multiplication>): Plan {
  const { size, numbers = "whole", seed = 1, kernel = "simd", variant = "chunks", repeats = 1, tasks } = config;
  requireOneOf("numbers", numbers, NUMBERS);
  requireOneOf("kernel", kernel, KERNELS);
  requireOneOf("variant", variant, VARIANTS);
  requireWhole("size", size, 0, MAX_SIZE);
  requireWhole("seed", seed, 0, 0xffff_ffff);
  requireWhole("repeats", repeats, 1, MAX_REPEATS);
  if (tasks !== undefined) requireWhole("tasks", tasks, 1, MAX_TASKS);
  return { size, numbers, seed, kernel, variant, repeats, tasks };
}

function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new RangeError(`${name} must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`);
}

function requireWhole(name: string, value: number, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`${name} must be an integer from ${minimum} to ${maximum}, not ${String(value)}`);
  }
}
