/** What all benchmarks share: how they are told to measure, and what they give. */

/** What to measure, and who is told of it. */
export interface BenchOptions {
  /** Only what contains this text; by default everything. */
  readonly filter?: string | undefined;
  /** Give JSON instead of a table. */
  readonly json?: boolean | undefined;
  /** Fewer and shorter runs. */
  readonly quick?: boolean | undefined;
  /**
   * Called with what is measured next; by default a line on standard error. `line`: what is
   * written where nothing can be rewritten, by default the text; `null`: nothing.
   */
  readonly progress?: ((text: string, line?: string | null) => void) | undefined;
  /** Aborts when the user interrupts: the run that is under way is dropped, and the outcome is that of the others. */
  readonly signal?: AbortSignal | undefined;
}

/** What was measured, as text. */
export interface BenchOutcome {
  /** JSON or a table; `null` if the user interrupted before anything was measured. */
  readonly text: string | null;
  /** Whether something could not be measured, or gave a wrong result. A must that is missed is not a failure. */
  readonly failed: boolean;
}

/** The first line of a table of which the rest is missing. */
export const INTERRUPTED = "INTERRUPTED: this is what was measured until then.";

/** An option that cannot be obeyed: nothing was measured. */
export class BenchOptionError extends Error {
  override readonly name = "BenchOptionError";
  /** Such as "--filter". */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** Writes a line on standard error. */
export function tell(text: string, line: string | null = text): void {
  if (line !== null) process.stderr.write(`${line}\n`);
}

/** Prints what a benchmark gave that was started by its own file, and sets the exit code. */
export function printOutcome({ text, failed }: BenchOutcome): void {
  if (text !== null) console.log(text);
  if (failed) process.exitCode = 1;
}
