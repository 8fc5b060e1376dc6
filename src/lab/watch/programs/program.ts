/** A program that can be watched: what is on the stage, how it is run, and what is said at the end. */
import type { Runtime } from "../../../index.ts";
import type { Choice, Stage } from "../protocol.ts";

/** What a run has given. */
export interface Outcome {
  /** A few figures in words. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What should have held and did not. */
  readonly problems: readonly string[];
}

/** One run of a program. */
export interface WatchedProgram {
  readonly title: string;
  readonly unitMs: number;
  readonly stage: Stage;
  /** Before anything is recorded: every thread imports the program and has run it once, in short. */
  prepare(runtime: Runtime): Promise<unknown>;
  run(runtime: Runtime): Promise<Outcome>;
}

/** What the programs are told besides the choice. */
export interface WatchSettings {
  /** Length of a step; `null`: {@link USUAL_UNIT_MS}. */
  readonly unitMs: number | null;
  /** How many iterations take so many milliseconds of a core's time; asked before the first run that computes. */
  readonly calibrate: (ms: number) => number;
}

/** Makes a run of a choice. */
export type MakeProgram = (choice: Choice, settings: WatchSettings) => WatchedProgram;

/** Long enough that a person can see a step, and follow four at a time. */
export const USUAL_UNIT_MS = 300;
/** The unit of the runs that only prepare. */
export const SHORT_UNIT_MS = 0.2;

/** The problem for each thing that does not hold. */
export function problemsOf(...checks: readonly (readonly [holds: boolean, problem: string])[]): string[] {
  return checks.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}
