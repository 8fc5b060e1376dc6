/**
 * Where a result contradicts itself: steps that did not last as long as its heading
 * says, and a trace that does not agree with the CPU clocks. Each doubt says what was
 * measured. It is printed with the warnings about the machine, and the cells that it
 * is about have a flag. Pure.
 *
 * The trace says how long tasks ran, the CPU clock how long the threads had a core.
 * The clock is read around the timed region, so only bounds of its time inside are
 * known: all that was used at most, and at least what cannot have been used outside. A
 * thread also uses a core to look for work and to collect garbage, and a running task
 * has none while it is in the kernel's run queue. A difference beyond all of that means
 * that the trace has not seen tasks run, or has seen some run that did not.
 */
import { printCell } from "../cell.ts";
import type { CellResult, Config, Result, Sample } from "../result.ts";
import { count, printPercent, printRatio } from "../text.ts";
import { LEAST_REGION_NS } from "./verdict.ts";

/** What each program found out, as `Config` has it. */
type Calibrations = NonNullable<Config["calibrations"]>;

/** What a flag of a cell means here. */
export const DOUBT_FLAGS = {
  unseen: "running-too-low",
  excess: "running-too-high",
  steps: "short-steps",
} as const;

/** The clock rate of a core varies by less on most machines. */
const STEADY = 0.05;
/** By how much the two clocks may differ without a doubt, in threads: for the first thread, and for each further one. */
const SLACK = { first: 0.15, further: 0.05 } as const;

/** Why a result has no gains and no fits, a sentence; `null`: it has a whole block, in which all cells were measured one after the other. */
export function gainless({ config }: Pick<Result, "config">): string | null {
  if (config.blocksDone > 0) return null;
  return config.interrupted ? "The measurement was interrupted before the first whole block: no gains." : "No block is whole: no gains.";
}

/** The trace of a cell and its CPU clock: mean numbers of threads. `onCpu`: the bound that contradicts `running`. */
export interface Contradiction {
  readonly flag: (typeof DOUBT_FLAGS)["unseen" | "excess"];
  readonly running: number;
  readonly onCpu: number;
}

/** Whether trace and CPU clock of a cell contradict each other; `null`: they do not, or one of them is not known. */
export function contradictionOf({ threads, samples, trace: { A, T }, medianNs }: Pick<CellResult, "threads" | "samples" | "trace"> & { readonly medianNs: number }): Contradiction | null {
  if (A === undefined || T === undefined || !(medianNs >= LEAST_REGION_NS) || samples.some(({ cpuNs }) => cpuNs.length === 0)) return null;
  const sum = (of: (sample: Sample) => number): number => samples.reduce((total, sample) => total + of(sample), 0);
  const [wallNs, windowNs] = [sum((sample) => sample.wallNs), sum((sample) => sample.windowNs)];
  const cpuNs = sum((sample) => total(sample.cpuNs));
  const least = Math.max(0, cpuNs - threads * (windowNs - wallNs)) / wallNs;
  const most = (cpuNs + sum((sample) => total(sample.runDelayNs))) / wallNs;
  const slack = SLACK.first + SLACK.further * (threads - 1);
  // a traced run that took longer was interrupted for the rest of its time: while it waited, or while it ran
  const share = Math.min(1, medianNs / T);
  if (A < least * share - slack) return { flag: DOUBT_FLAGS.unseen, running: A, onCpu: least };
  if (A > most * share + threads * (1 - share) + slack) return { flag: DOUBT_FLAGS.excess, running: A, onCpu: most };
  return null;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** In the cpu world, on one thread: the share of the time that the model gives. Nothing can be faster than computing what the model counts, so below 1 the steps were too short. */
export function stepShare({ world, threads, predicted, medianNs }: Pick<CellResult, "world" | "threads" | "predicted"> & { readonly medianNs: number }): number | null {
  if (world !== "cpu" || threads !== 1 || predicted === undefined) return null;
  const share = medianNs / predicted.ns;
  return share < 1 - STEADY ? share : null;
}

/** The doubts about a result, a sentence each, without capital and full stop. `contradictions`: by cell. */
export function doubtsOf(cells: readonly CellResult[], contradictions: ReadonlyMap<CellResult, Contradiction>, calibrations: Calibrations = {}): string[] {
  return [
    ...Object.entries(calibrations).flatMap(([program, found]) => (cells.some((cell) => cell.program === program && cell.world !== "wait" && cell.world !== "pile") ? unsteady(program, found) : [])),
    ...shortSteps(cells),
    ...[DOUBT_FLAGS.unseen, DOUBT_FLAGS.excess].flatMap((flag) => clashing(cells.flatMap((cell) => {
      const its = contradictions.get(cell);
      return its?.flag === flag ? [{ cell, ...its }] : [];
    }))),
  ];
}

function unsteady(program: string, { iterationsPerMs: before, iterationsPerMsAtEnd: after }: Calibrations[string]): string[] {
  if (before === undefined || after === undefined || Math.abs(before / after - 1) <= STEADY) return [];
  const lasted = before / after;
  return [`${program}: what was calibrated to compute for 1 ms lasted ${printRatio(lasted)} ms at the end of the measurement, because a core was ${lasted > 1 ? "slower" : "faster"} then`];
}

function shortSteps(cells: readonly CellResult[]): string[] {
  const short = cells.flatMap((cell) => {
    const share = stepShare({ ...cell, medianNs: cell.summary.medianNs });
    return share === null ? [] : [{ cell, share }];
  });
  const worst = short.toSorted((a, b) => a.share - b.share)[0];
  if (worst === undefined) return [];
  const { cell, share } = worst;
  const unitMs = Number(cell.params["unitMs"] ?? 1);
  return [`${count(short.length, "cell")} took less time than ${short.length === 1 ? "its" : "their"} computing alone should take (${printCell(cell)}: ${printPercent(share)}): a step lasted about ${printRatio(unitMs * share)} ms there, not ${unitMs} ms`];
}

function clashing(found: readonly (Contradiction & { readonly cell: CellResult })[]): string[] {
  const worst = found.toSorted((a, b) => Math.abs(b.running - b.onCpu) - Math.abs(a.running - a.onCpu))[0];
  if (worst === undefined) return [];
  const { cell, flag, running, onCpu } = worst;
  const where = `${count(found.length, "cell")} (${printCell(cell)}: running ${printRatio(running)}, on CPU at ${flag === DOUBT_FLAGS.unseen ? "least" : "most"} ${printRatio(onCpu)})`;
  return [flag === DOUBT_FLAGS.unseen
    ? `the threads used more CPU time than the trace accounts for in ${where}: do not trust the column running (-v) there`
    : `the trace shows tasks running for longer than the threads had or wanted a core in ${where}: they blocked their threads without computing, or the column running is wrong there`];
}
