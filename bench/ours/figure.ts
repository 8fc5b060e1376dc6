/** The result of measuring one case of warren: a figure, or the reason why there is none. */

/** One case. */
interface Case {
  /** A name of rivals/scenarios.ts, or "gophers". */
  readonly scenario: string;
  /** How the program is written if there are several ways, such as "await". */
  readonly form: string;
  /** Worker threads that run tasks. */
  readonly threads: number;
}

/** Which case is measured, and how long. Plain data: travels to a child process and to a thread. */
export interface Configuration extends Case {
  /** Timed runs. */
  readonly runs: number;
  /** About how long one run takes, in milliseconds. */
  readonly runMs: number;
}

/** A figure of warren. */
export interface Figure extends Case {
  readonly kind: "figure";
  /** Median, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** Shortest and longest of the runs, in `unit`. */
  readonly range: readonly [low: number, high: number];
  /** Timed runs. */
  readonly samples: number;
  /** What the model says this should be, in `unit`; for gophers. */
  readonly model?: number;
}

/** A case that did not complete. */
export interface Failure extends Case {
  readonly kind: "failed";
  readonly reason: string;
}

/** A figure from the values of its runs. */
export function figureOf({ scenario, form, threads }: Configuration, unit: string, value: number, runs: readonly number[]): Figure {
  return { kind: "figure", scenario, form, threads, value, unit, range: [Math.min(...runs), Math.max(...runs)], samples: runs.length };
}
