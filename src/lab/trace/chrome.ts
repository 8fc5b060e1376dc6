/**
 * A trace in the Trace Event Format (JSON), which Perfetto and Chrome's tracing
 * page open: process 1 has a track for each thread (what ran) and one for
 * its garbage collections, process 2 a track for each task (running, ready,
 * waiting for what), with arrows from the task that ended a wait to the one that continued; counters
 * r(t) and c(t).
 *
 * What readers need, and the test checks: slices on one track never overlap;
 * times never go back; a flow's `s` and `f` lie inside a slice of their track
 * (`bp: "e"`: the enclosing one) and come after it; thread ids are unique in all
 * processes, because Perfetto names a thread by its id alone; no id is 0, which means
 * the idle task there.
 *
 * Source: Trace Event Format (Duncan, Chung; complete `X`, flow `s f`, counter `C`,
 * metadata `M`); Perfetto's JSON importer, which cuts `ts` off to whole
 * nanoseconds: see `micros`.
 */
import { stepsOf, type Step } from "./steps.ts";
import type { RunSlice } from "../timeline.ts";
import { firstEnding, type Interval } from "./states.ts";
import type { View } from "./view.ts";

/** An event of the format. Times in microseconds. */
export type ChromeEvent =
  | { readonly ph: "M"; readonly name: string; readonly pid: number; readonly tid?: number; readonly args: Readonly<Record<string, string | number>> }
  | { readonly ph: "X"; readonly name: string; readonly cat: string; readonly pid: number; readonly tid: number; readonly ts: number; readonly dur: number; readonly args?: Readonly<Record<string, string | number>> }
  | { readonly ph: "s" | "f"; readonly name: string; readonly cat: string; readonly pid: number; readonly tid: number; readonly ts: number; readonly id: number; readonly bp?: "e" }
  | { readonly ph: "C"; readonly name: string; readonly pid: number; readonly ts: number; readonly args: Readonly<Record<string, number>> };

/** The file. */
export interface ChromeTrace {
  readonly displayTimeUnit: "ms";
  readonly otherData: Readonly<Record<string, string>>;
  readonly traceEvents: readonly ChromeEvent[];
}

const THREADS = 1;
const TASKS = 2;
/** Ids of tracks: those of threads, of their collections, of tasks. */
const FIRST_THREAD = 101;
const FIRST_GC = 501;
const FIRST_TASK = 1001;

/** The file of a region. `about`: what ran. */
export function chromeTrace(view: View, about: Readonly<Record<string, string>>): ChromeTrace {
  const timed = [...threadSlices(view), ...taskSlices(view), ...collections(view), ...counter("threads running r(t)", "running", stepsOf(view.runs.map(intervalOf)), view), ...counter("tasks in progress c(t)", "tasks", stepsOf(view.counted), view), ...flows(view)];
  return { displayTimeUnit: "ms", otherData: about, traceEvents: [...names(view), ...timed.toSorted((a, b) => a.ts - b.ts || RANK[a.ph] - RANK[b.ph])] };
}

type Timed = Exclude<ChromeEvent, { ph: "M" }>;

/** At one moment slices come first, because the others belong to them. */
const RANK = { X: 0, C: 1, s: 2, f: 3 } as const;

/** Whole nanoseconds as microseconds, so that a reader that multiplies by 1000 and cuts off gets them back. */
export function micros(ns: number): number {
  const us = ns / 1000;
  return Math.trunc(us * 1000) === ns ? us : us * (1 + Number.EPSILON);
}

function slice(pid: number, tid: number, name: string, cat: string, { fromNs, toNs }: Interval, args?: Readonly<Record<string, string | number>>): Timed {
  return { ph: "X", name, cat, pid, tid, ts: micros(fromNs), dur: micros(toNs - fromNs), ...(args === undefined ? {} : { args }) };
}

function threadSlices({ runs, tasks }: View): Timed[] {
  return runs.map((run) => slice(THREADS, FIRST_THREAD + run[0], labelOf(tasks, run[1]), "run", intervalOf(run), { task: tasks[run[1]]?.id ?? 0 }));
}

function taskSlices({ runs, rests, tasks }: View): Timed[] {
  const running = runs.flatMap((run) => (isOne(tasks, run[1]) ? [slice(TASKS, FIRST_TASK + run[1], "running", "run", intervalOf(run), { thread: run[0] })] : []));
  const resting = rests.map(([task, fromNs, toNs, reason]) => slice(TASKS, FIRST_TASK + task, reason === "ready" ? "ready" : `waiting: ${reason}`, "rest", { fromNs, toNs }));
  return [...running, ...resting];
}

function intervalOf([, , fromNs, toNs]: RunSlice): Interval {
  return { fromNs, toNs };
}

/** Collections of one thread one after the other, as the format wants them. */
function collections({ gcs }: View): Timed[] {
  const endNs = new Map<number, number>();
  return gcs.flatMap((gc) => {
    const fromNs = Math.max(gc.fromNs, endNs.get(gc.thread) ?? 0);
    if (gc.toNs <= fromNs) return [];
    endNs.set(gc.thread, gc.toNs);
    return [slice(THREADS, FIRST_GC + gc.thread, `${gc.type} collection`, "gc", { fromNs, toNs: gc.toNs })];
  });
}

function counter(name: string, series: string, steps: readonly Step[], { durationNs }: View): Timed[] {
  return steps.filter(({ ns }) => ns <= durationNs).map(({ ns, count }) => ({ ph: "C", name, pid: THREADS, ts: micros(ns), args: { [series]: count } }));
}

/** An arrow for each hand-off with both ends in a slice. */
function flows({ handOffs, runs, tasks }: View): Timed[] {
  const runsOf = Map.groupBy(runs, ([, task]) => task);
  let id = 0;
  return handOffs.flatMap(([from, to, sentNs, resumedNs]): Timed[] => {
    const [sentIn, resumedIn] = [runAt(runsOf.get(from) ?? [], sentNs), runAt(runsOf.get(to) ?? [], resumedNs)];
    if (sentIn === null || resumedIn === null || !isOne(tasks, from) || !isOne(tasks, to)) return [];
    id++;
    const common = { name: "hand-off", cat: "flow", id, pid: TASKS };
    // what is sent as a slice ends is sent in it
    const sentUs = micros(Math.min(sentNs, sentIn[3] - 1));
    return [
      { ...common, ph: "s", tid: FIRST_TASK + from, ts: sentUs },
      { ...common, ph: "f", bp: "e", tid: FIRST_TASK + to, ts: micros(resumedNs) },
    ];
  });
}

/** The run of a task at a moment, its end included. */
function runAt(runs: readonly RunSlice[], ns: number): RunSlice | null {
  const run = firstEnding(runs, ns);
  return run !== undefined && run[2] <= ns ? run : null;
}

/** Whether a task is one, and not several that cannot be told apart. */
function isOne(tasks: View["tasks"], task: number): boolean {
  return tasks[task]?.life !== null;
}

function labelOf(tasks: View["tasks"], task: number): string {
  const { id, name } = tasks[task] as View["tasks"][number];
  return id === 0 ? name : `${name} #${id}`;
}

/** The name of a process or, with its id, of a track; they are listed in the order of these numbers. */
function named(name: string, pid: number, tid?: number): ChromeEvent[] {
  const [what, at, place] = tid === undefined ? ["process", { pid }, pid] : ["thread", { pid, tid }, tid];
  return [
    { ph: "M", name: `${what}_name`, ...at, args: { name } },
    { ph: "M", name: `${what}_sort_index`, ...at, args: { sort_index: place } },
  ];
}

function names({ threads, tasks, gcs }: View): ChromeEvent[] {
  const collected = new Set(gcs.map(({ thread }) => thread));
  const all = Array.from({ length: threads }, (_, thread) => thread);
  return [
    ...named("threads", THREADS),
    ...named("tasks", TASKS),
    ...all.flatMap((thread) => named(`thread ${thread}`, THREADS, FIRST_THREAD + thread)),
    ...all.filter((thread) => collected.has(thread)).flatMap((thread) => named(`thread ${thread}, garbage collection`, THREADS, FIRST_GC + thread)),
    ...tasks.flatMap((_, task) => (isOne(tasks, task) ? named(labelOf(tasks, task), TASKS, FIRST_TASK + task) : [])),
  ];
}
