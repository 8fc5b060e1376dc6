/** What the rivals share: how they are found, and how one in JavaScript is measured. */
import type { Contestant, Failure, Measured, Skipped, Subject, Trial } from "../rounds/contestant.ts";

/** What of the rivals can be measured here, and what cannot. */
export interface Rivals {
  readonly contestants: readonly Contestant[];
  readonly skipped: readonly Skipped[];
  /** Programs that could not be built. */
  readonly failures: readonly Failure[];
}

/** Which configurations are wanted: of the others nothing is built or looked for. `version` is not yet known. */
export type Wanted = (subject: Omit<Subject, "version">) => boolean;

/** What a process of a JavaScript rival measures. Plain data. */
export interface RivalOrder extends Pick<Subject, "side" | "scenario" | "threads"> {
  readonly trial: Trial;
}

/** Measures one scenario of a rival. */
export type MeasureRival = (order: RivalOrder) => Promise<Measured>;
