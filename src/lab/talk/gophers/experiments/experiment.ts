/**
 * What an experiment is: a prediction of the gophers' model (docs/talk.md,
 * "The model") that a run confirms or refutes, with the boundary where it ends.
 *
 * A prediction that does not come true is a finding and no defect; only an
 * invariant of a run that fails is one (`finding.ts`).
 */
import type { ProgramOutcome, ProgramSettings } from "../../report.ts";

/** How much to measure. */
export interface ExperimentChoice {
  /** Times that every point is measured, each time in another order; from six on there are intervals. */
  readonly repetitions: number;
  /** Cart-loads of a run of one gopher alone; faster designs burn as many more, so that all runs take about the same time. */
  readonly loads: number;
}

/** Runs an experiment: it starts and stops its own runtimes. */
export type ExperimentRun = (choice: ExperimentChoice, settings: ProgramSettings) => Promise<ProgramOutcome>;

/** An experiment as the catalogue knows it: loads no runtime until it is run. */
export interface Experiment {
  readonly name: string;
  /** What is predicted: half a line, in lower case, without a full stop. */
  readonly what: string;
  /** How long it takes with the usual choice on two processors, seconds. */
  readonly seconds: number;
  /** Usual loads of one gopher alone. */
  readonly loads: number;
  /** Usual length of a unit, milliseconds; `null`: the unit is what is varied. */
  readonly unitMs: number | null;
  /** Usual number of threads; `null`: all usable processors. */
  readonly threads: number | null;
  /** With fewer threads there is nothing to see. */
  readonly leastThreads: number;
  readonly load: () => Promise<ExperimentRun>;
}
