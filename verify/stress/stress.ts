/**
 * A stress: a load with an oracle for each value. It prints one line, with the
 * seed and the command that repeats it. The counts are those of the suites that
 * the loads come from (scale 1); the tests run a tenth.
 */
import { start } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { quiet } from "../../test/channel/tasks/quiet.ts";
import { unlessHung } from "./unless-hung.ts";

/** What a load gets: its runtime, and how much of the full count to do. */
export interface Setup {
  readonly rt: OpenRuntime;
  readonly scale: number;
  readonly seed: number;
}

/** What a load found. Anything but 0 in `dup`, `inversions` or `lost`, and any failure, is a defect. */
export interface Figures {
  readonly ops: number;
  readonly dup?: number;
  readonly inversions?: number;
  readonly lost?: number;
  /** Further figures, as they are printed. */
  readonly notes?: readonly string[];
  /** Promises that did not hold, in words. */
  readonly failures?: readonly string[];
}

export interface Stress {
  readonly id: string;
  /** What is done, with its counts at scale 1. */
  readonly what: string;
  run(setup: Setup): Promise<Figures>;
}

/** A stress that has run. */
export interface Outcome {
  readonly passed: boolean;
  readonly line: string;
}

export interface RunOptions {
  readonly scale: number;
  readonly seed: number;
}

/** What hangs is reported and given up after this time. */
const DEADLINE_MS = 300_000;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const count = (value: number): string => whole.format(value);
/** `full` at this scale, at least 1. */
export const scaled = (full: number, { scale }: Setup): number => Math.max(1, Math.round(full * scale));

/** Runs a stress on a runtime of its own. */
export async function runStress(stress: Stress, options: RunOptions & { readonly threads: number }): Promise<Outcome> {
  const rt = (await start({ threads: options.threads, cores: options.threads })) as OpenRuntime;
  try {
    return await runStressOn(rt, stress, options);
  } finally {
    await rt.stop();
  }
}

/** Runs a stress on a runtime that is quiet, and is so again afterwards. */
export async function runStressOn(rt: OpenRuntime, { id, what, run }: Stress, { scale, seed }: RunOptions): Promise<Outcome> {
  const began = performance.now();
  try {
    const figures = await unlessHung(rt, DEADLINE_MS, () => run({ rt, scale, seed }));
    const seconds = (performance.now() - began) / 1000;
    await unlessHung(rt, DEADLINE_MS, () => quiet(rt));
    return outcome(figures, seconds);
  } catch (error) {
    return outcome({ ops: 0, failures: [error instanceof Error ? String(error.stack) : String(error)] }, (performance.now() - began) / 1000);
  }

  function outcome({ ops, dup = 0, inversions = 0, lost = 0, notes = [], failures = [] }: Figures, seconds: number): Outcome {
    const passed = dup === 0 && inversions === 0 && lost === 0 && failures.length === 0;
    const figures = [`${count(ops)} ops`, `${seconds.toFixed(2)} s`, `${count(ops / seconds)} ops/s`, `dup ${dup}`, `inversions ${inversions}`, `lost ${lost}`, ...notes, `seed ${seed}`];
    const options = [`--only ${id}`, `--seed ${seed}`, `--threads ${rt.threads}`, ...(scale === 1 ? [] : [`--scale ${scale}`])];
    const line = `stress ${id} (${what}): ${figures.join(", ")}; npm run stress -- ${options.join(" ")}`;
    return { passed, line: [line, ...failures.map((failure) => `  FAILED: ${failure}`)].join("\n") };
  }
}
