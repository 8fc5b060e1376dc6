/** How much the commands measure: every preset in one place. */

/** Of a measurement of cells. */
export interface Effort {
  readonly blocks: number;
  readonly runs: number;
  readonly warmupMs: number;
}

/** The usual blocks and runs (docs/method.md, "Protocol"). */
export const NORMAL: Effort = { blocks: 10, runs: 5, warmupMs: 250 };
/** Six blocks are the minimum for an interval; one run in each. Warm threads have made hundreds of kernel calls in 100 ms. */
export const QUICK: Effort = { blocks: 6, runs: 1, warmupMs: 100 };
/** The first result must be ready in about a minute. */
export const HEADLINE: Effort = { blocks: 6, runs: 1, warmupMs: 40 };
export const PUBLISH: Effort = { blocks: 20, runs: 5, warmupMs: 250 };

/** Repetitions of an experiment's points; from six on there are intervals. */
export const REPETITIONS = { quick: 3, usual: 6, full: 20 } as const;
/** `experiment --full` has this many times the loads. */
export const FULL_LOADS = 2;
