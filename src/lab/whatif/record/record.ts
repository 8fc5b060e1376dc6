/** Records a program on one thread, and measures it without a trace on as many as there are cores. */
import { setTimeout } from "node:timers/promises";
import { start, type Runtime } from "../../../index.ts";
import { median } from "../../figures/statistics.ts";
import { readRecording, type Recording } from "../read.ts";

/** A program to record: each run does the same work. */
export interface Subject {
  /** "gophers G6, cpu" */
  readonly name: string;
  /** Called once on each runtime, before any run. */
  readonly prepare?: (runtime: Runtime) => Promise<unknown>;
  readonly run: (runtime: Runtime) => Promise<unknown>;
}

/** How to record. */
export interface RecordPlan {
  readonly runs: number;
  /** Events that each thread keeps. */
  readonly events: number;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Recordings of a program, and what they took. */
export interface Recorded {
  readonly recordings: readonly Recording[];
  /** Wall times of runs without a trace, of those between them with one. */
  readonly untracedNs: readonly number[];
  readonly tracedNs: readonly number[];
}

/** V8 has compiled what runs often by then. */
const WARM_RUNS = 3;

/** Records a program. Each recorded run follows one without a trace, which says what recording costs. */
export async function record({ name, prepare, run }: Subject, { runs, events, progress, signal }: RecordPlan): Promise<Recorded> {
  await using runtime = await start({ threads: 1 });
  await prepare?.(runtime);
  for (let k = 0; k < WARM_RUNS; k++) await run(runtime);
  const recordings: Recording[] = [];
  const untracedNs: number[] = [];
  const tracedNs: number[] = [];
  for (let k = 1; k <= runs; k++) {
    if (signal?.aborted) break;
    progress(`${name}: recording ${k} of ${runs}`);
    untracedNs.push(await timed(() => run(runtime)));
    await allEnded(runtime);
    await using tracing = await runtime.trace({ events });
    tracedNs.push(await timed(() => run(runtime)));
    await allEnded(runtime);
    recordings.push(readRecording(await tracing.stop()));
  }
  return { recordings, untracedNs, tracedNs };
}

/** How long tasks that outlive the run may take to end. */
const MOST_WAIT_MS = 2000;

/** Waits for tasks that the run has started and not awaited: they are part of the recording, and must not be part of the next one. */
async function allEnded(runtime: Runtime): Promise<void> {
  const untilMs = performance.now() + MOST_WAIT_MS;
  while ((await runtime.stats()).tasks > 0 && performance.now() < untilMs) await setTimeout(1);
}

/** A gain that was measured. */
export interface MeasuredGain {
  readonly processors: number;
  /** The shortest time on one thread by the shortest on these. */
  readonly gain: number;
  /** The same of the median times. */
  readonly medianGain: number;
  readonly oneNs: readonly number[];
  readonly ns: readonly number[];
}

/** Measures a program on one thread and on `threads`, in turn, `runs` times each. */
export async function measureGain({ name, prepare, run }: Subject, threads: number, runs: number, progress: (text: string) => void): Promise<MeasuredGain> {
  await using one = await start({ threads: 1 });
  await using many = await start({ threads });
  for (const runtime of [one, many]) {
    await prepare?.(runtime);
    for (let k = 0; k < WARM_RUNS; k++) await run(runtime);
  }
  const oneNs: number[] = [];
  const ns: number[] = [];
  for (let k = 1; k <= runs; k++) {
    progress(`${name}: run ${k} of ${runs} on 1 and on ${threads} threads`);
    oneNs.push(await timed(() => run(one)));
    ns.push(await timed(() => run(many)));
  }
  return { processors: threads, gain: Math.min(...oneNs) / Math.min(...ns), medianGain: median(oneNs) / median(ns), oneNs, ns };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return (performance.now() - startMs) * 1e6;
}
