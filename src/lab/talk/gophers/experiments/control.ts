/**
 * The control: threads on one core. The same cells are measured with all cores and
 * with one (docs/method.md, "Verdicts"): the program, the threads
 * and the tasks are the same, only what they run on is not. The gain must go,
 * and the verdict must say why: a picture of two threads at work proves nothing.
 */
import { findTaskset, processorsIn } from "../../../machine/affinity.ts";
import { confined, readMachine } from "../../../machine/environment.ts";
import { about, nothingComplete, statistic, type Condition, type Finding, type ProgramOutcome, type Series } from "../../report.ts";
import { marks, type Plot } from "../../../plot.ts";
import type { CellResult, GainResult, Result } from "../../../result.ts";
import type { ExperimentChoice, ExperimentSettings } from "./experiment.ts";
import { checksOf, measureOne, pointsMeasured, processorsFor, TOLERANCE } from "./measurements.ts";

const DESIGN = "G7";

/** One half of the experiment. */
interface Half {
  readonly name: string;
  /** As `--cpus` takes them; `null`: all. */
  readonly cpus: string | null;
  readonly usable: number;
  readonly expected: { readonly gain: number; readonly verdict: CellResult["verdict"] };
  readonly result: Result;
}

/** Parallelism gain of G7, computing, on so many threads and processors. */
export function predictedGain(threads: number, processors: number): number {
  return Math.min(8, threads, processors);
}

/** Runs the experiment. `loads` are those of one run. */
export async function control(choice: ExperimentChoice, settings: ExperimentSettings): Promise<ProgramOutcome> {
  const { repetitions, loads } = choice;
  const { threads, seed } = settings;
  const grid = { designs: ["G1", DESIGN], worlds: ["cpu"], threads: [1, threads], unitMs: null, books: loads, lanes: null, carts: null, pile: null, seed } as const;
  const config = { repetitions, loads, design: DESIGN };
  const one = oneCore();
  if (one === null) {
    return { config, findings: [], notes: ["A process can be pinned to cores only on Linux, with taskset (of util-linux), which is not installed."], conclusion: "Nothing was measured." };
  }
  const halves: Half[] = [];
  for (const [name, cpus] of [["all cores", null], [`core ${one} only`, one]] as const) {
    if (settings.signal?.aborted === true) break;
    const expected = cpus === null ? { gain: predictedGain(threads, threads), verdict: "parallel" as const } : { gain: 1, verdict: "time-sliced" as const };
    const result = await measureOne({ kind: "gophers", grid }, threads, { ...choice, traced: true }, settings, { name: `${name}: `, cpus });
    const isUsable = !result.config.interrupted || result.config.blocksDone > 0;
    if (!isUsable && halves.length === 0) return pointsMeasured(result, config);
    if (!isUsable) break;
    halves.push({ name, cpus, usable: confined(readMachine(), cpus).usable, expected, result });
  }
  if (halves.length === 0) return nothingComplete(config);
  return {
    config,
    findings: halves.flatMap((half) => findingsOf(half, threads)),
    series: [table(halves, threads)],
    plots: [plotOf(halves, threads)],
    notes: [
      `P is the time of ${DESIGN} on one thread over that on ${threads}, every step computes; each repetition is a process of its own, pinned by taskset.`,
      "A is the mean number of threads that ran a task, from the trace; A_cpu is the mean number of threads that had a core, from their CPU clocks.",
    ],
    conclusion: halves.length === 1 ? "" : halves.map((half) => `With ${half.name} ${threads} threads give ${gainOf(half, threads).P.toFixed(2)}, ${cellOf(half, threads).verdict}`).join("; ").replaceAll("; With", "; with") + ". Threads alone are not cores.",
  };
}

/** The first core that this process can use; `null` if it cannot be pinned to one. */
function oneCore(): string | null {
  const first = processorsIn(readMachine().affinity ?? "")?.[0];
  return first === undefined || findTaskset() === null ? null : String(first);
}

function cellOf({ result }: Half, threads: number): CellResult {
  return result.cells.find((cell) => cell.design === DESIGN && cell.threads === threads) as CellResult;
}

function gainOf({ result }: Half, threads: number): GainResult {
  return result.gains.find((gain) => gain.design === DESIGN && gain.threads === threads) as GainResult;
}

function findingsOf(half: Half, threads: number): Finding[] {
  const { name: part, usable, expected, result } = half;
  const { verdict, trace: { Acpu = 0, Rq = 0 } } = cellOf(half, threads);
  // on one processor waiting for it is the point
  const condition: Condition = processorsFor(half.cpus === null ? threads : 1, usable, half.cpus === null ? Rq / (Acpu + Rq || 1) : 0);
  const { P, P0 = Number.NaN } = gainOf(half, threads);
  return [
    ...checksOf(result, part),
    statistic(`P of ${DESIGN} on ${threads} threads`, { part, expected: about(expected.gain, { share: TOLERANCE }), measured: P, source: half.cpus === null ? "a core for each thread" : "one core", condition }),
    statistic(`P of G1 on ${threads} threads`, { part, expected: about(1, { share: TOLERANCE }), measured: P0, source: "threads without structure", condition }),
    statistic("verdict", { part, expected: { kind: "exact", value: expected.verdict }, measured: verdict, source: "A_cpu against A", condition }),
  ];
}

function table(halves: readonly Half[], threads: number): Series {
  return {
    title: `${DESIGN} on ${threads} threads`, columns: ["", "P", "A", "A_cpu", "verdict"],
    rows: halves.map((half) => {
      const { trace: { A = Number.NaN, Acpu = Number.NaN }, verdict } = cellOf(half, threads);
      return [half.name, gainOf(half, threads).P, A, Acpu, verdict];
    }),
  };
}

function plotOf(halves: readonly Half[], threads: number): Plot {
  return {
    title: `${DESIGN}: P on ${threads} threads`, x: { label: "", scale: "names", names: halves.map(({ name }) => name) }, y: { label: "P", scale: "linear" },
    series: [
      { name: "model", kind: "predicted", points: halves.map(({ expected }, x) => ({ x, y: expected.gain, interval: null })) },
      marks("here", halves, (half) => {
        const { P: value, ci } = gainOf(half, threads);
        return { value, interval: ci.P ?? null };
      }),
    ],
  };
}
