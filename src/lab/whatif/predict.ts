/**
 * What a recorded program would gain on more processors: recordings become one graph,
 * which is replayed on each number of processors.
 *
 *   work         Σ of all pieces           span   the longest chain of pieces and waits
 *   P(p)         replay on 1 / replay on p
 *   bound(p)     replay on 1 / max(work / p, span, time of the lock that is held longest)
 *
 * `expected` charges each wake-up of a task on another processor; `bound` charges nothing.
 */
import type { Trace } from "../../index.ts";
import { median } from "../figures/statistics.ts";
import { checkMerged, doubtsOf, NotPredictable, usable } from "./doubts.ts";
import { workOf, withoutLocks, type Graph } from "./graph.ts";
import { limitOf, tasksOf, type Limit, type PathTask } from "./limit.ts";
import { merged, withCollections, withFaster } from "./merge.ts";
import { CircleError, criticalPath, longestHeldNs } from "./path.ts";
import { readRecording, type Recording } from "./read.ts";
import { replay, type HandOff } from "./replay.ts";

/** What can be taken out of a prediction: waiting for locks, waking tasks on other processors, collecting garbage. */
export type Free = "lock" | "handoff" | "gc";

/** Options of `predict`. */
export interface PredictOptions {
  /** Numbers of processors to replay on, by default 1, 2, 4, 8, 16, 32 and 64. */
  readonly processors?: readonly number[] | undefined;
  /** Tasks, by name, that run so many times as fast: `{ burn: 2 }`. */
  readonly faster?: Readonly<Record<string, number>> | undefined;
  /** What costs nothing. */
  readonly free?: readonly Free[] | undefined;
  /** What a hand-over to another processor costs, by default 800 ns if that is awake and 30 µs if it sleeps. */
  readonly handOff?: HandOff | undefined;
  /** How many times the replay of each number of processors is varied, by default 20, and fewer for large programs. */
  readonly seeds?: number | undefined;
}

/** The gain on a number of processors: the time on one divided by the time on these. */
export interface Prediction {
  /** On so many cores, each of which runs one of warren's threads. */
  readonly processors: number;
  /** No schedule can gain more. */
  readonly bound: number;
  /** The median of all replays. */
  readonly expected: number;
  /** The least and the greatest of all replays. */
  readonly band: readonly [least: number, most: number];
  /** The share of the processors' time in which they run tasks. */
  readonly used: number;
}

/** Something that must hold if the model is right. */
export interface ModelCheck {
  /** What must hold. */
  readonly name: string;
  /** Whether it does. */
  readonly ok: boolean;
  /** The figures that were compared. */
  readonly detail: string;
}

/** The result of `predict`. */
export interface Foreseen {
  /** All that tasks run, nanoseconds. */
  readonly workNs: number;
  /** The longest chain of pieces and waits, nanoseconds: the shortest time on any number of processors. */
  readonly spanNs: number;
  /** The time on one processor, nanoseconds: the work, and waiting in which no task can run. */
  readonly oneNs: number;
  /** The gain on each number of processors. */
  readonly predictions: readonly Prediction[];
  /** The critical path by task name, the longest first. */
  readonly criticalPath: readonly PathTask[];
  /** Why more processors gain no more. */
  readonly limit: Limit;
  /** What a reader must know before believing it, a sentence each. */
  readonly doubts: readonly string[];
  /** What must hold if the model is right. */
  readonly checks: readonly ModelCheck[];
  /** How many recordings there were. */
  readonly recordings: number;
  /** How many of them did the same and were used. */
  readonly alike: number;
  /** Tasks in a recording. */
  readonly tasks: number;
  /** Pieces of tasks in a recording: what is run from one operation to the next. */
  readonly pieces: number;
}

const PROCESSORS = [1, 2, 4, 8, 16, 32, 64];
const HAND_OFF: HandOff = { awakeNs: 800, asleepNs: 30_000 };
const SEEDS = 20;
/** Pieces that are replayed in all at most, for the choice of the number of seeds. */
const MOST_PIECES = 6e6;
const MOST_PROCESSORS = 1024;
/** With this share of the greatest gain, processors are enough. */
const ENOUGH = 0.95;

/**
 * Predicts the gain of a program on more processors. `traces` are recordings of the same
 * run on a runtime with **one** thread, each from before the program's first task started
 * until its last one has ended; of several, each piece counts with its shortest time, so
 * that interruptions by other programs do not count.
 *
 * It says nothing about memory and caches: measure on the cores that you have.
 * @throws NotPredictable if the program's control flow depends on timing, events were lost, or tasks spend more than 5 % of the time outside warren
 * @throws RangeError for options that make no sense
 */
export function predict(traces: readonly Trace[], options: PredictOptions = {}): Foreseen {
  return predictFrom(traces.map((trace) => readRecording(trace)), options);
}

/** As `predict`, from recordings that have been read. */
export function predictFrom(all: readonly Recording[], options: PredictOptions = {}): Foreseen {
  const checked = resolve(options);
  const recordings = usable(all);
  const merge = merged(recordings);
  checkMerged(recordings, merge);
  const { alike } = merge;
  const gcNs = checked.free.includes("gc") ? 0 : median(alike.map((each) => each.gcNs));
  const foreseen = orderedOrRefused(() => predictGraph(withCollections(merge.graph, gcNs), checked));
  const wallNs = Math.max(...alike.map((each) => each.wallNs));
  const checks: ModelCheck[] = [
    ...foreseen.checks,
    { name: "the pieces take no longer than the recordings", ok: workOf(merge.graph) <= wallNs, detail: `${(workOf(merge.graph) / 1e6).toFixed(2)} of at most ${(wallNs / 1e6).toFixed(2)} ms` },
  ];
  return { ...foreseen, doubts: doubtsOf(recordings, merge), checks, recordings: all.length, alike: alike.length };
}

function orderedOrRefused<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CircleError)) throw error;
    throw new NotPredictable("order", `it cannot be derived which receive belongs to which send, because ${error.message}: sends or receives were withdrawn (by a signal, a timeout or a select)`, "Record a run in which none is withdrawn");
  }
}

type Checked = Required<{ [K in keyof PredictOptions]: NonNullable<PredictOptions[K]> }>;

/** @throws RangeError */
function resolve({ processors = PROCESSORS, faster = {}, free = [], handOff = HAND_OFF, seeds = SEEDS }: PredictOptions): Checked {
  if (processors.length === 0 || processors.some((count) => !Number.isInteger(count) || count < 1 || count > MOST_PROCESSORS)) throw new RangeError(`numbers of cores must be integers from 1 to ${MOST_PROCESSORS}, not ${processors.join(", ") || "none"}`);
  for (const [task, times] of Object.entries(faster)) if (!(times > 0) || times === Infinity) throw new RangeError(`faster: ${task} must be a number above 0, not ${times}`);
  for (const one of free) if (!["lock", "handoff", "gc"].includes(one)) throw new RangeError(`free must be lock, handoff or gc, not ${JSON.stringify(one)}`);
  for (const ns of [handOff.awakeNs, handOff.asleepNs]) if (!(ns >= 0) || ns === Infinity) throw new RangeError(`handOff must be times of at least 0, not ${ns}`);
  if (!Number.isInteger(seeds) || seeds < 1) throw new RangeError(`seeds must be an integer of at least 1, not ${seeds}`);
  return { processors, faster, free, handOff, seeds };
}

/** Predicts from a graph. */
export function predictGraph(whole: Graph, options: PredictOptions = {}): Foreseen {
  const { processors, faster, free, handOff: given, seeds } = resolve(options);
  const faded = withFaster(whole, faster);
  const graph = free.includes("lock") ? withoutLocks(faded) : faded;
  const handOff = free.includes("handoff") ? undefined : given;
  const workNs = workOf(graph);
  const path = criticalPath(graph);
  const heldNs = longestHeldNs(graph);
  const one = replay(graph, 1);
  const pieces = graph.costNs.length;
  const rounds = handOff === undefined ? 1 : Math.max(1, Math.min(seeds, Math.floor(MOST_PIECES / Math.max(1, pieces) / processors.length)));
  const boundOn = (count: number): number => one.ns / Math.max(workNs / count, path.ns, heldNs, Number.MIN_VALUE);
  const expectedOn = (count: number, seed = 0): number => one.ns / Math.max(replay(graph, count, { handOff, seed }).ns, Number.MIN_VALUE);
  const predictions = processors.map((count): Prediction => {
    const gains = count === 1 ? [1] : Array.from({ length: rounds }, (_, k) => expectedOn(count, rounds === 1 ? 0 : k + 1));
    const expected = median(gains);
    return { processors: count, bound: boundOn(count), expected, band: [Math.min(...gains), Math.max(...gains)], used: (workNs * expected) / Math.max(one.ns * count, Number.MIN_VALUE) };
  });
  const most = Math.max(...processors);
  const best = Math.max(...predictions.map(({ expected }) => expected));
  const isEnough = (gain: number): boolean => gain >= ENOUGH * best;
  const first = predictions.toSorted((a, b) => a.processors - b.processors).find(({ expected }) => isEnough(expected))?.processors ?? most;
  const limit = limitOf({
    path, heldNs,
    processors: most,
    expected: best,
    ideal: one.ns / Math.max(replay(graph, most).ns, Number.MIN_VALUE),
    bound: boundOn(most),
    enough: fewest(first, (count) => isEnough(expectedOn(count))),
    last: expectedOn(most),
    handOvers: graph.edgeTo.length,
    tasks: graph.tasks.length - 1,
  });
  const hasWaits = graph.edgeNs.some((ns) => ns > 0);
  const checks: ModelCheck[] = [
    { name: "the replay ran every piece", ok: one.left === 0, detail: `${pieces - one.left} of ${pieces}` },
    { name: hasWaits ? "the replay on one core takes at least the work" : "the replay on one core takes the work", ok: hasWaits ? one.ns >= workNs * (1 - 1e-9) : Math.abs(one.ns - workNs) <= 1e-6 * workNs, detail: `${(one.ns / 1e6).toFixed(3)} and ${(workNs / 1e6).toFixed(3)} ms` },
  ];
  return { workNs, spanNs: path.ns, oneNs: one.ns, predictions, criticalPath: tasksOf(path.parts).filter(({ ns, waitNs }) => ns + waitNs > 0), limit, doubts: [], checks, recordings: 0, alike: 0, tasks: graph.tasks.length - 1, pieces };
}

/** The least number up to `most` for which a condition holds that holds from some number on. */
function fewest(most: number, holds: (count: number) => boolean): number {
  let [low, high] = [1, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
