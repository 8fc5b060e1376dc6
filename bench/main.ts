/**
 * The benchmarks (`warren bench`): every scenario of rivals/scenarios.ts on warren, on one
 * thread and on two, next to Go, native code and the JavaScript peers on this machine.
 * rounds/rounds.ts has the protocol.
 */
import { nowNs } from "../src/lab/machine/clock.ts";
import { environmentOf, readMachine, readState } from "../src/lab/machine/environment.ts";
import { makePile, removePile } from "./files/pile.ts";
import { BenchOptionError, tell, type BenchOptions, type BenchOutcome } from "./outcome.ts";
import { OWN_NODE, warrenContestants, type NodeProgram } from "./ours/cases.ts";
import type { Wanted } from "./rivals/rival.ts";
import { findRivals } from "./rivals/rivals.ts";
import { OPERATIONS, SKYNET_LEAVES, SKYNET_QUICK_LEAVES } from "./rivals/scenarios.ts";
import type { Contestant, Subject, Trial } from "./rounds/contestant.ts";
import { isComparedWith, isFor, MUSTS } from "./rounds/musts.ts";
import { printMarkdown, printResult, rowsOf } from "./rounds/report.ts";
import { BENCH_SCHEMA, compare, requireComparable, type BenchBaseline, type BenchResult } from "./rounds/result.ts";
import { expectedMs, measureRounds, printDuration, printStep } from "./rounds/rounds.ts";

const THREADS = [1, 2];

/** How much is measured. */
interface Effort {
  readonly rounds: number;
  readonly timeMs: number;
  readonly leaves: number;
  readonly pile: { readonly warm: number; readonly timed: number };
  /** What a process takes, as a part of its `aboutMs`. */
  readonly pace: number;
}

const FULL: Effort = { rounds: 5, timeMs: 120, leaves: SKYNET_LEAVES, pile: { warm: 50, timed: 400 }, pace: 0.82 };
const QUICK: Effort = { rounds: 3, timeMs: 50, leaves: SKYNET_QUICK_LEAVES, pile: { warm: 30, timed: 100 }, pace: 0.52 };
/** What `--quick` leaves out. */
const NOT_QUICK = { scenarios: new Set(["parked", "ring", "sieve", "dot"]), forms: new Set(["spawn/on the other thread", "ping-pong/await", "files/channels"]), sides: new Set(["comlink", "multithreading", "ts-chan"]) };

/** What is measured, and how. */
export interface MeasureBenchOptions extends Omit<BenchOptions, "json"> {
  /** Other programs of Node that measure warren, too. */
  readonly nodes?: readonly NodeProgram[] | undefined;
  readonly baseline?: BenchBaseline | null | undefined;
  /** What of warren is measured, and what it is compared with; by default what contains the filter. */
  readonly wanted?: Wanted | undefined;
}

/** `warren bench` */
export interface RunBenchOptions extends BenchOptions, Pick<MeasureBenchOptions, "nodes" | "baseline"> {
  /** Give the table in Markdown. */
  readonly markdown?: boolean | undefined;
}

/** What `warren bench` gives. */
export interface RunBenchOutcome extends BenchOutcome {
  /** `null` if the user interrupted before anything was measured. */
  readonly result: BenchResult | null;
}

/**
 * Measures, and prints. A case or rival that fails is a line of the report.
 *
 * @throws BenchOptionError when no case contains the filter, or the baseline cannot be compared with
 */
export async function runBench({ json = false, markdown = false, baseline = null, ...options }: RunBenchOptions = {}): Promise<RunBenchOutcome> {
  const result = await measureBench({ ...options, baseline });
  if (result === null) return { text: null, failed: false, result };
  const text = json ? JSON.stringify({ ...result, scenarios: OPERATIONS, rows: rowsOf(result.figures), ...(baseline !== null && { comparison: { baseline: baseline.name, changes: compare(baseline.result, result) } }) }, null, 2) : markdown ? printMarkdown(result) : printResult(result, baseline);
  return { text, failed: result.failures.length > 0, result };
}

/**
 * Measures; `null` if the user interrupted before anything was measured.
 *
 * @throws BenchOptionError as `runBench`
 */
export async function measureBench({ filter = "", quick = false, nodes = [], baseline = null, wanted: asked, progress = tell, signal }: MeasureBenchOptions): Promise<BenchResult | null> {
  const { rounds, timeMs, leaves, pile: size, pace } = quick ? QUICK : FULL;
  const isChosen = asked ?? containing(filter, quick);
  const own = [OWN_NODE, ...nodes].flatMap((node) => warrenContestants(THREADS, node)).filter(({ subject }) => isChosen(subject));
  if (own.length === 0) throw new BenchOptionError("--filter", `no "scenario/form" contains ${JSON.stringify(filter)}${quick ? " (--quick leaves some out)" : ""}`);
  const wanted = asked ?? rivalsOf(own.map(({ subject }) => subject), quick);
  const rivals = await findRivals(wanted, THREADS);
  const contestants = [...own, ...rivals.contestants].map((one): Contestant => Object.assign(one, { aboutMs: one.aboutMs * pace }));
  if (baseline !== null) requireComparable(baseline, { quick, rounds, timeMs, leaves, pile: size }, contestants);

  const date = new Date().toISOString();
  const began = nowNs();
  const machine = readMachine();
  const before = readState(began);
  progress(`${contestants.length} configurations in ${rounds} rounds: about ${printDuration(expectedMs(contestants, rounds))}`);
  const pile = contestants.some(({ subject }) => subject.scenario === "files") ? makePile(size) : undefined;
  const remove = (): void => (pile === undefined ? undefined : removePile(pile));
  process.on("exit", remove);
  try {
    const trial: Trial = { timeMs, leaves, ...(pile !== undefined && { pile }) };
    const { figures, failures } = await measureRounds(contestants, { rounds, trial, signal, progress: (step) => progress(printStep(step), step.isFirstOfRound ? printStep(step) : null) });
    const interrupted = signal?.aborted === true;
    if (interrupted && figures.length === 0) return null;
    const ended = nowNs();
    const env = environmentOf(machine, before, readState(ended), Math.max(...THREADS));
    return { schema: BENCH_SCHEMA, date, seconds: (ended - began) / 1e9, env, config: { filter, quick, rounds, timeMs, leaves, pile: size }, interrupted, figures, failures: [...rivals.failures, ...failures], skipped: rivals.skipped };
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** What of warren contains the filter and, for `--quick`, is in the short set. */
function containing(filter: string, quick: boolean): Wanted {
  return (subject) => `${subject.scenario}/${subject.form}`.includes(filter) && (!quick || isQuick(subject));
}

function isQuick({ scenario, form, side }: Omit<Subject, "version">): boolean {
  return !NOT_QUICK.scenarios.has(scenario) && !NOT_QUICK.forms.has(`${scenario}/${form}`) && !NOT_QUICK.sides.has(side);
}

/** The rivals of what is measured of warren: those of the same scenarios, and those that a must or an aim compares with. */
function rivalsOf(own: readonly Subject[], quick: boolean): Wanted {
  const scenarios = new Set(own.map(({ scenario }) => scenario));
  return (rival) => {
    if (quick && !isQuick(rival)) return false;
    if (scenarios.has(rival.scenario)) return true;
    const subject = { ...rival, version: "" };
    return own.some((one) => MUSTS.some((row) => isFor(row, one) && [row.must, row.aim].some((bar) => bar !== undefined && isComparedWith(bar, one, subject))));
  };
}
