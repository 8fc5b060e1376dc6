/** The configuration of a sieve. This is the only place that checks it. */
import { firstPrimes } from "./primes.ts";

/** Placement of the tasks of the chain: round robin over the threads, in contiguous pieces, or all on one thread. */
export const PLACEMENTS = ["spread", "blocks", "one"] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** Configuration of a sieve. */
export interface SieveConfig {
  /** How many primes to find: 1,000 by default. */
  readonly primes?: number;
  /** Threads for the tasks, at most those of the runtime; 1 by default. */
  readonly threads?: number;
  /** `"spread"` by default. */
  readonly placement?: Placement;
  /** Maximum number of numbers in one message; 1, the default, means an unbuffered channel of single numbers. */
  readonly batch?: number;
}

export interface SievePlan {
  readonly count: number;
  /** The last prime wanted, at which the generator stops. */
  readonly last: number;
  readonly threads: number;
  readonly placement: Placement;
  readonly batch: number;
}

/** Maximum number of primes: each is a task, and the work grows with the square of their number. */
const MOST_PRIMES = 20_000;
const MOST_BATCH = 65_536;
const MOST_THREADS = 126;

/** @throws RangeError */
export function planOf({ primes = 1000, threads = 1, placement = "spread", batch = 1 }: SieveConfig): SievePlan {
  checkWhole("primes", primes, MOST_PRIMES);
  checkWhole("threads", threads, MOST_THREADS);
  checkWhole("batch", batch, MOST_BATCH);
  if (!PLACEMENTS.includes(placement)) throw new RangeError(`placement must be one of ${PLACEMENTS.join(", ")}, not ${JSON.stringify(placement)}`);
  return { count: primes, last: firstPrimes(primes).at(-1) as number, threads, placement, batch };
}

function checkWhole(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) throw new RangeError(`${name} must be an integer from 1 to ${most}, not ${String(value)}`);
}
