/**
 * What an experiment is: a prediction of the gophers' model (docs/talk.md,
 * "The model") that a run confirms or refutes, with the boundary where it ends.
 *
 * A prediction that does not hold is a finding; only a check of a run that fails is
 * a defect (`report.ts`).
 */
import type { Result } from "../../../result.ts";
import type { Work } from "../../../trial/work.ts";
import type { ProgramOutcome, ProgramSettings } from "../../report.ts";

/** How much to measure. */
export interface ExperimentChoice {
  /** How often every point is measured, each time in a fresh process and a new order; from six on there are intervals. */
  readonly repetitions: number;
  /** Cartloads of a run of one gopher alone; faster designs burn as many more, so that all runs take about the same time. */
  readonly loads: number;
  /** Whether each point is traced once more, untimed, in the first repetition. */
  readonly traced: boolean;
}

/** Runs shorter than this get no verdict in a result. */
export const MIN_TIME_MS = 100;

/** What an experiment gets in addition to what every program gets. */
export interface ExperimentSettings extends ProgramSettings {
  /** The calibration of an earlier result, to do the same work; absent or `null`: found. */
  readonly work?: Work | null;
  /** What its results record about their origin. */
  readonly origin: { readonly command: readonly string[]; readonly version: string };
  /** Called with every result that it measures. */
  readonly onResult: (result: Result) => void;
}

/** Runs an experiment. */
export type ExperimentRun = (choice: ExperimentChoice, settings: ExperimentSettings) => Promise<ProgramOutcome>;

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
  /** With fewer threads there is nothing to measure. */
  readonly leastThreads: number;
  /** Whether it measures one result, which can be saved and compared, or several. */
  readonly results: "one" | "several";
  readonly load: () => Promise<ExperimentRun>;
}
