/**
 * What a step costs: computing, waiting, or half of each.
 *
 * Steps are given in units. A unit of computing is a fixed number of iterations
 * of real arithmetic, found once by {@link calibrate} and passed on as a number:
 * a timed spin would be shorter the slower the machine, and would hide exactly
 * what is measured. A unit of waiting is a sleep: it parks the gopher and frees
 * the thread. Timers have a grain of 1 ms and come late, never early; what a sleep
 * came late, up to that grain, a gopher takes off his next one, so that his
 * waiting adds up to what was asked.
 */
import { sleep, yieldNow } from "../../src/index.ts";
import { seededRandom } from "../chance.ts";
import { Doze } from "../doze.ts";

/** `cpu`: steps compute. `wait`: steps sleep. `mixed`: half and half. */
export type World = "cpu" | "wait" | "mixed";

/** The three worlds. */
export const WORLDS: readonly World[] = ["cpu", "wait", "mixed"];

/** How long a step takes: always the same, or exponential with that mean. */
export type StepTimes = "constant" | "exponential";

/** Rare interruptions at one end of a lane: with `chance` per load, a wait of `units`. */
export interface Pauses {
  readonly at: "pile" | "incinerator";
  readonly chance: number;
  readonly units: number;
}

/** What the work of a gopher is made of; plain data, travels to any thread. */
export interface LabourOptions {
  readonly world: World;
  readonly unitMs: number;
  readonly unitIterations: number;
  readonly times: StepTimes;
  readonly seed: number;
}

/** Does the work of one gopher. Two with equal options and seed do the same. */
export class Labour {
  readonly #iterations: number;
  readonly #waitMs: number;
  readonly #random: (() => number) | undefined;
  readonly #pauseRandom: () => number;
  readonly #unitMs: number;
  readonly #doze = new Doze();
  #ash = 0;

  constructor({ world, unitMs, unitIterations, times, seed }: LabourOptions) {
    const computing = world === "cpu" ? 1 : world === "mixed" ? 0.5 : 0;
    this.#iterations = unitIterations * computing;
    this.#waitMs = unitMs * (1 - computing);
    this.#unitMs = unitMs;
    this.#random = times === "exponential" ? seededRandom(seed) : undefined;
    this.#pauseRandom = seededRandom(seed ^ 0x5bd1e995);
  }

  /** Does a step of `units`: computes, then waits or lets the thread's other gophers have a turn. */
  do(units: number): void | Promise<void> {
    const length = this.#random ? -units * Math.log(1 - this.#random()) : units;
    const iterations = Math.round(length * this.#iterations);
    if (iterations > 0) this.#ash += spin(iterations);
    if (length * this.#waitMs > 0) return this.#doze.for(length * this.#waitMs);
    if (iterations > 0) return yieldNow();
  }

  /** Waits for `pauses.units`, with their chance: in every world a wait. */
  pause(pauses: Pauses): void | Promise<void> {
    if (this.#pauseRandom() < pauses.chance) return sleep(pauses.units * this.#unitMs);
  }

  /** What the arithmetic came to: keeping it keeps the compiler from dropping the work. */
  get ash(): number {
    return this.#ash;
  }
}

/**
 * The arithmetic: `iterations` of the logistic map, a chain of dependent
 * multiplications that no compiler shortens. Returns the last value.
 */
export function spin(iterations: number): number {
  let x = 0.5;
  for (let i = 0; i < iterations; i++) x = 3.9 * x * (1 - x);
  return x;
}

/**
 * Finds how many iterations of {@link spin} take `unitMs` milliseconds on this
 * machine now. Call it once per process and pass the number on. Takes about
 * 150 ms; the middle one of nine samples.
 */
export function calibrate(unitMs: number): number {
  if (!(unitMs > 0)) throw new RangeError(`unitMs must be positive, not ${unitMs}`);
  const rate = iterationsPerMs(100_000); // compiles the loop
  const batch = Math.max(1000, Math.round(rate * 15));
  const rates = Array.from({ length: 9 }, () => iterationsPerMs(batch)).toSorted((a, b) => a - b);
  return Math.max(1, Math.round(rates[4] * unitMs));
}

function iterationsPerMs(iterations: number): number {
  const startNs = process.hrtime.bigint();
  const value = spin(iterations);
  const elapsedNs = Number(process.hrtime.bigint() - startNs);
  if (!(value > 0 && value < 1)) throw new Error(`the logistic map left (0, 1): ${value}`);
  return iterations / (elapsedNs / 1e6);
}
