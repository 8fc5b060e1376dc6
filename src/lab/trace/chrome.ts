/**
 * A trace as a JSON file in the Trace Event Format, which Perfetto and Chrome's
 * tracing page open. The format knows processes with threads, and draws a track for
 * each thread. This file uses them as follows:
 *
 *   process 1   a track for each thread: the tasks that it ran, and the marks of the program
 *               a track for each thread: its garbage collections
 *               two counters: r(t) and c(t)
 *   process 2   a track for each task: running, ready, or waiting and for what
 *               an arrow for each hand-off: from the task that ended a wait to the
 *               task that continued
 *
 * The viewers rely on these rules, and the test checks them:
 * - slices on one track do not overlap;
 * - events are in the order of their times;
 * - both ends of an arrow (events `s` and `f`) lie inside a slice of their track and
 *   come after that slice in the file; `bp: "e"` binds an end to the slice around it;
 * - a thread id occurs in one process only, because Perfetto names a thread by its
 *   id alone;
 * - no id is 0, because Perfetto takes 0 for the idle task.
 *
 * Source: Trace Event Format (Duncan, Chung): complete events `X`, instants `i`, flows `s`
 * and `f`, counters `C`, metadata `M`. Perfetto's JSON importer: it cuts times off to whole
 * nanoseconds, see `micros`.
 */
import { stepsOf, type Step } from "./steps.ts";
import type { RunSlice } from "../timeline.ts";
import { firstEnding, type Interval } from "./steps.ts";
import type { View } from "./analyse.ts";

/** An event of the format. Times in microseconds. */
export type ChromeEvent =
  | { readonly ph: "M"; readonly name: string; readonly pid: number; readonly tid?: number; readonly args: Readonly<Record<string, string | number>> }
  | { readonly ph: "X"; readonly name: string; readonly cat: string; readonly pid: number; readonly tid: number; readonly ts: number; readonly dur: number; readonly args?: Readonly<Record<string, string | number>> }
  | { readonly ph: "i"; readonly s: "t"; readonly name: string; readonly cat: string; readonly pid: number; readonly tid: number; readonly ts: number; readonly args: Readonly<Record<string, number>> }
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
  const timed = [...threadSlices(view), ...taskSlices(view), ...collections(view), ...moments(view), ...counter("threads running r(t)", "running", stepsOf(view.runs.map(intervalOf)), view), ...counter("tasks in progress c(t)", "tasks", stepsOf(view.counted), view), ...flows(view)];
  return { displayTimeUnit: "ms", otherData: about, traceEvents: [...names(view), ...timed.toSorted((a, b) => a.ts - b.ts || RANK[a.ph] - RANK[b.ph])] };
}

type Timed = Exclude<ChromeEvent, { ph: "M" }>;

/** Of events with the same time the slices come first, because arrows and counters refer to them. */
const RANK = { X: 0, i: 1, C: 2, s: 3, f: 4 } as const;

/** Nanoseconds as microseconds. A reader that multiplies the result by 1000 and cuts off the fraction gets the same nanoseconds. */
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

/** Garbage collections. Those of one thread can overlap in the trace; the start of the later one is moved, because slices on a track must not overlap. */
function collections({ gcs }: View): Timed[] {
  const endNs = new Map<number, number>();
  return gcs.flatMap((gc) => {
    const fromNs = Math.max(gc.fromNs, endNs.get(gc.thread) ?? 0);
    if (gc.toNs <= fromNs) return [];
    endNs.set(gc.thread, gc.toNs);
    return [slice(THREADS, FIRST_GC + gc.thread, `${gc.type} collection`, "gc", { fromNs, toNs: gc.toNs })];
  });
}

function moments({ marks }: View): Timed[] {
  return marks.map(({ ns, thread, task, name, n }) => ({ ph: "i", s: "t", name, cat: "mark", pid: THREADS, tid: FIRST_THREAD + thread, ts: micros(ns), args: { n, task } }));
}

function counter(name: string, series: string, steps: readonly Step[], { durationNs }: View): Timed[] {
  return steps.filter(({ ns }) => ns <= durationNs).map(({ ns, count }) => ({ ph: "C", name, pid: THREADS, ts: micros(ns), args: { [series]: count } }));
}

/** An arrow for each hand-off whose two ends lie in slices. */
function flows({ handOffs, runs, tasks }: View): Timed[] {
  const runsOf = Map.groupBy(runs, ([, task]) => task);
  let id = 0;
  return handOffs.flatMap(([from, to, sentNs, resumedNs]): Timed[] => {
    const [sentIn, resumedIn] = [runAt(runsOf.get(from) ?? [], sentNs), runAt(runsOf.get(to) ?? [], resumedNs)];
    if (sentIn === null || resumedIn === null || !isOne(tasks, from) || !isOne(tasks, to)) return [];
    id++;
    const common = { name: "hand-off", cat: "flow", id, pid: TASKS };
    // a wake-up at the very end of a slice belongs to that slice
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

/** Whether it is one task, and not several that cannot be distinguished. */
function isOne(tasks: View["tasks"], task: number): boolean {
  return tasks[task]?.life !== null;
}

function labelOf(tasks: View["tasks"], task: number): string {
  const { id, name } = tasks[task] as View["tasks"][number];
  return id === 0 ? name : `${name} #${id}`;
}

/** The name of a process or, if `tid` is given, of a track. Viewers list them in the order of their ids. */
function named(name: string, pid: number, tid?: number): ChromeEvent[] {
  const [what, at, place] = tid === undefined ? ["process", { pid }, pid] : ["thread", { pid, tid }, tid];
  return [
    { ph: "M", name: `${what}_name`, ...at, args: { name } },
    { ph: "M", name: `${what}_sort_index`, ...at, args: { sort_index: place } },
  ];
}

function names({ threads, tasks, gcs, marks }: View): ChromeEvent[] {
  const collected = new Set(gcs.map(({ thread }) => thread));
  const all = Array.from({ length: threads }, (_, thread) => thread);
  return [
    ...named("threads", THREADS),
    ...named("tasks", TASKS),
    ...all.flatMap((thread) => named(`thread ${thread}`, THREADS, FIRST_THREAD + thread)),
    ...(marks.some(({ thread }) => thread === threads) ? named("main thread", THREADS, FIRST_THREAD + threads) : []),
    ...all.filter((thread) => collected.has(thread)).flatMap((thread) => named(`thread ${thread}, garbage collection`, THREADS, FIRST_GC + thread)),
    ...tasks.flatMap((_, task) => (isOne(tasks, task) ? named(labelOf(tasks, task), TASKS, FIRST_TASK + task) : [])),
  ];
}
