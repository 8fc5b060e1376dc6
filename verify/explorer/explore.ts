/**
 * The exploration of one scenario: schedule after schedule on a fresh world,
 * until all are tried, one fails, or the time is up.
 */
import { type Image, imageFor } from "./image.ts";
import { type Observer, type Thread, as, begin, run, setUp } from "./machine.ts";
import { type Random, randomOf } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { type Choosing, Priorities, Replay, Search } from "./strategies.ts";

/** What exploring needs of a world: see scenarios/world.ts, of which each variant of the source has its own. */
export interface AnyWorld {
  readonly threads: Thread[];
  check(): void;
}
export type WorldType = new (memory: ArrayBuffer, count: number, options: { spins: number; sleeps: boolean; victims: readonly number[] }) => AnyWorld;

/** A schedule that failed, and the choices that lead there. */
export interface Failure {
  readonly error: Error;
  readonly choices: readonly number[];
}

export interface Outcome {
  readonly schedules: number;
  /** Schedules that were given up because their state was known. */
  readonly known: number;
  readonly steps: number;
  /** Whether all schedules within the bound were tried. */
  readonly isComplete: boolean;
  readonly failure: Failure | undefined;
  /** CPU time: the wall clock says little on a shared machine. */
  readonly cpuMs: number;
}

export class Exploration {
  readonly #scenario: Scenario<AnyWorld>;
  readonly #World: WorldType;
  readonly #image: Image;

  constructor(scenario: Scenario<AnyWorld>, World: WorldType) {
    this.#scenario = scenario;
    this.#World = World;
    this.#image = imageFor(scenario.threads);
  }

  /** All schedules with at most `bound` preemptions, or as many as go into `limitMs`. */
  search(bound: number, limitMs = Infinity): Outcome {
    const search = new Search(bound);
    return this.#repeat(search, limitMs, () => search.advance());
  }

  /** `count` schedules by priorities drawn by lot (PCT), with `depth` changes. */
  sample(count: number, seed: number, depth = 3): Outcome {
    const random: Random = randomOf(seed);
    const strategy = new Priorities(random, depth, 60 * this.#scenario.threads);
    let left = count;
    return { ...this.#repeat(strategy, Infinity, () => --left > 0), isComplete: false };
  }

  /** One schedule again. @param observer called with each step */
  replay(bound: number, choices: readonly number[], observer?: Observer): Failure | undefined {
    const replay = new Replay(bound, choices);
    return this.#once(replay, observer).failure;
  }

  #repeat(strategy: Choosing, limitMs: number, advance: () => boolean): Outcome {
    const beganMs = performance.now();
    const cpu = process.cpuUsage();
    let schedules = 0;
    let known = 0;
    let steps = 0;
    let failure: Failure | undefined;
    let isComplete = false;
    for (;;) {
      const once = this.#once(strategy, undefined);
      schedules++;
      steps += once.steps;
      if (!once.isWhole) known++;
      failure = once.failure;
      if (failure !== undefined) break;
      if (!advance()) {
        isComplete = true;
        break;
      }
      if ((schedules & 63) === 0 && performance.now() - beganMs > limitMs) break;
    }
    if (failure === undefined) this.#image.verify();
    return { schedules, known, steps, isComplete, failure, cpuMs: process.cpuUsage(cpu).user / 1000 };
  }

  #once(strategy: Choosing, observer: Observer | undefined): { isWhole: boolean; steps: number; failure: Failure | undefined } {
    const image = this.#image;
    image.restore();
    strategy.restart();
    begin(image.words, strategy, observer);
    try {
      const world = setUp(() => new this.#World(image.memory, this.#scenario.threads, { spins: this.#scenario.spins ?? 0, sleeps: this.#scenario.sleeps ?? false, victims: this.#scenario.victims ?? [] }));
      setUp(() => this.#scenario.build(world));
      const isWhole = run(world.threads);
      if (isWhole) as(world.threads[0], () => world.check());
      return { isWhole, steps: world.threads.reduce((sum, thread) => sum + thread.steps, 0), failure: undefined };
    } catch (error) {
      return { isWhole: true, steps: 0, failure: { error: error as Error, choices: strategy.choices } };
    }
  }
}
