/**
 * A stress: a load with an oracle for each value. It prints one line, with the
 * seed and the command that repeats it. The counts are those of the suites that
 * the loads come from (scale 1); the tests run a tenth.
 */
import { start } from "../../src/index.ts";
import type { World } from "../../src/runtime/runtime.ts";
import { quiet } from "../channel/quiet.ts";

/** What a load gets: its runtime, and how much of the full count to do. */
export interface Setup {
  readonly rt: World;
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
  readonly threads: number;
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
export async function runStress({ id, what, run }: Stress, { threads, scale, seed }: RunOptions): Promise<Outcome> {
  const rt = (await start({ threads })) as World;
  const hung = Promise.withResolvers<never>();
  const deadline = setTimeout(() => hung.reject(new Error(`hangs for ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  const began = performance.now();
  let figures: Figures;
  try {
    figures = await Promise.race([run({ rt, scale, seed }), hung.promise]);
    const seconds = (performance.now() - began) / 1000;
    await Promise.race([quiet(rt), hung.promise]);
    return outcome(figures, seconds);
  } catch (error) {
    const waits = (await rt.dump()).threads.flatMap(({ thread, parked }) => parked.map(({ task, reason, on }) => `    ${task} on ${thread}: ${reason} ${on}`));
    return outcome({ ops: 0, failures: [`${error instanceof Error ? error.stack : String(error)}\n${waits.slice(0, 20).join("\n")}`] }, (performance.now() - began) / 1000);
  } finally {
    clearTimeout(deadline);
    await rt.stop();
  }

  function outcome({ ops, dup = 0, inversions = 0, lost = 0, notes = [], failures = [] }: Figures, seconds: number): Outcome {
    const passed = dup === 0 && inversions === 0 && lost === 0 && failures.length === 0;
    const figures = [`${count(ops)} ops`, `${seconds.toFixed(2)} s`, `${count(ops / seconds)} ops/s`, `dup ${dup}`, `inversions ${inversions}`, `lost ${lost}`, ...notes, `seed ${seed}`];
    const options = [`--only ${id}`, `--seed ${seed}`, `--threads ${threads}`, ...(scale === 1 ? [] : [`--scale ${scale}`])];
    const line = `stress ${id} (${what}): ${figures.join(", ")}; npm run stress -- ${options.join(" ")}`;
    return { passed, line: [line, ...failures.map((failure) => `  FAILED: ${failure}`)].join("\n") };
  }
}
