/**
 * What a step costs: computing, waiting, or half of each.
 *
 * Steps are given in units. A unit of computing is a fixed number of iterations
 * of real arithmetic, found once by {@link calibrate} and passed on as a number:
 * a loop of fixed time would do less work on a slower machine, and would hide exactly
 * what is measured. A unit of waiting is a sleep: the gopher waits and the thread is
 * free. Timers have a resolution of 1 ms and fire late, never early. If a sleep ends
 * late, the gopher shortens its next sleep by the same amount, up to that resolution,
 * so that its waiting adds up to the intended time.
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

/** The work of a gopher: plain data, which can be sent to any thread. */
export interface LabourOptions {
  readonly world: World;
  readonly unitMs: number;
  readonly unitIterations: number;
  readonly times: StepTimes;
  readonly seed: number;
}

/** Does the work of one gopher. Two objects with equal options and seed do the same work. */
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

  /** Does a step of `units`: computes, then waits, or yields to the thread's other gophers. */
  do(units: number): void | Promise<void> {
    const length = this.#random ? -units * Math.log(1 - this.#random()) : units;
    const iterations = Math.round(length * this.#iterations);
    if (iterations > 0) this.#ash += spin(iterations);
    if (length * this.#waitMs > 0) return this.#doze.for(length * this.#waitMs);
    if (iterations > 0) return yieldNow();
  }

  /** Waits for `pauses.units`, with the probability `pauses.chance`. It is a wait in every world. */
  pause(pauses: Pauses): void | Promise<void> {
    if (this.#pauseRandom() < pauses.chance) return sleep(pauses.units * this.#unitMs);
  }

  /** The result of the arithmetic. It is kept so that the compiler does not drop the work. */
  get ash(): number {
    return this.#ash;
  }
}

/**
 * The arithmetic: `iterations` of the logistic map, a chain of dependent
 * multiplications that no compiler can shorten. Returns the last value.
 */
export function spin(iterations: number): number {
  let x = 0.5;
  for (let i = 0; i < iterations; i++) x = 3.9 * x * (1 - x);
  return x;
}

/** Calls of so many iterations, after which the loop is compiled. */
const FIRST_CALLS = 10;
const FIRST_ITERATIONS = 200_000;
/** Length of a sample: short compared with a turn of another program on the same core, which takes milliseconds. */
const SAMPLE_MS = 0.2;
const SAMPLES = 301;

/**
 * Finds how many iterations of {@link spin} take `unitMs` milliseconds of a core's time
 * on this machine now. Call it once per process and pass the number on. Takes about
 * 60 ms; the median of 301 samples.
 *
 * Samples are so short that most of them are not interrupted when other programs want
 * the same core. So the result is that of an idle machine: with four endless loops on two
 * cores it differed by 0.3 % at most, and by 60 % with samples of 15 ms.
 *
 * Not done: the CPU clock of the thread. It advances in steps of up to 4 ms, so it
 * would need a second for a result within half a per cent.
 */
export function calibrate(unitMs: number): number {
  if (!(unitMs > 0)) throw new RangeError(`unitMs must be positive, not ${unitMs}`);
  const first = Math.max(...Array.from({ length: FIRST_CALLS }, () => iterationsPerMs(FIRST_ITERATIONS)));
  const batch = Math.max(1000, Math.round(first * SAMPLE_MS));
  const rates = Array.from({ length: SAMPLES }, () => iterationsPerMs(batch)).toSorted((a, b) => a - b);
  return Math.max(1, Math.round(rates[(SAMPLES - 1) / 2] * unitMs));
}

function iterationsPerMs(iterations: number): number {
  const startNs = process.hrtime.bigint();
  const value = spin(iterations);
  const elapsedNs = Number(process.hrtime.bigint() - startNs);
  if (!(value > 0 && value < 1)) throw new Error(`the logistic map left (0, 1): ${value}`);
  return iterations / (elapsedNs / 1e6);
}
