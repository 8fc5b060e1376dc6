/**
 * How `parallelFor`, `parallelMap` and `parallelReduce` divide their work: indices
 * into chunks, chunks into runs, and one task for each run.
 *
 * Invariants: chunk k begins at index k · grain, whatever the number of threads. A run
 * consists of whole consecutive chunks, so what is computed for a chunk does not
 * depend on the threads. The call ends only after all its tasks have ended, with the
 * first failure. After a failure or an abort the other runs stop at their next index.
 *
 * Not done: handing out chunks one by one, which would cost a message for each.
 * Instead there are several runs for each thread, and idle threads steal unstarted
 * runs.
 */
import { performance } from "../host.ts";
import type { Context } from "../context/context.ts";
import { WarrenError, printValue } from "../errors.ts";
import type { ThreadSide } from "../runtime/thread/side.ts";
import type { AbortSignal } from "../wait/abort-signal.ts";
import { checkSignal } from "../wait/wait.ts";
import { type AnyFunction, type TaskSource, importTask, loadedTask, sourceOf } from "../runtime/module/task-function.ts";

/** Number of chunks if the caller gives no grain: enough to balance many threads, few enough to merge in one task. */
const USUAL_CHUNKS = 256;
/** Runs for each thread, so that a thread that has finished finds another run to steal. */
const RUNS_PER_THREAD = 8;
/** A run yields after SLICE_MS. It reads the clock about every LOOK_MS. */
const SLICE_MS = 2;
const LOOK_MS = 0.25;

/** Options of `parallelFor`, `parallelMap` and `parallelReduce`. */
export interface ParallelOptions<A extends unknown[] = unknown[]> {
  /** Minimum number of indices in a chunk; by default a 256th of all. Raise it if one call takes less than a microsecond. */
  readonly grain?: number | undefined;
  /** Further arguments of each call, copied once for each task. */
  readonly args?: A | undefined;
  /** Ends the call early: each task stops at its next index. */
  readonly signal?: AbortSignal | undefined;
}

export interface Plan {
  readonly count: number;
  readonly grain: number;
  readonly args: unknown[];
  readonly signal: AbortSignal | undefined;
}

/** @throws ERR_INVALID_ARGUMENT */
export function planOf(what: string, count: unknown, fns: Record<string, unknown>, options: ParallelOptions = {}): Plan {
  const refuse = (name: string, kind: string, value: unknown): never => {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs ${kind} for ${name}, not ${printValue(value)}`);
  };
  if (!Number.isSafeInteger(count) || (count as number) < 0) refuse("its count", "an integer of at least 0", count);
  for (const [name, fn] of Object.entries(fns)) if (typeof fn !== "function") refuse(name, "a task or a function", fn);
  if (typeof options !== "object" || options === null) refuse("its options", "an object", options);
  const { grain = Math.max(1, Math.ceil((count as number) / USUAL_CHUNKS)), args = [], signal } = options;
  if (!Number.isSafeInteger(grain) || grain < 1) refuse("grain", "an integer of at least 1", grain);
  if (!Array.isArray(args)) refuse("args", "an array", args);
  if (signal !== undefined) checkSignal(signal);
  return { count: count as number, grain, args, signal };
}

/** The function of a run: the source of a task, or a closure itself. */
export type Callee = TaskSource | AnyFunction;

/** What the task of a run gets. */
export interface Run {
  readonly first: number;
  readonly end: number;
  readonly grain: number;
  readonly args: unknown[];
  readonly context: Context;
}

/** Computes a run on the thread of `side`. */
export type Compute<R> = (side: ThreadSide, callee: Callee, run: Run, ...more: unknown[]) => Promise<R>;

/** Starts one task for each run and waits for all of them: `anywhere`, a task, if `fn` is a task, or else `compute` on this thread. Returns their results in order. */
export async function runAll<R>(side: ThreadSide, plan: Plan, fn: AnyFunction, compute: Compute<R>, anywhere: (callee: Callee, run: Run, ...more: unknown[]) => Promise<R>, more: (first: number, end: number) => unknown[]): Promise<R[]> {
  const { count, grain, args, signal } = plan;
  if (signal?.aborted) throw signal.reason;
  if (count === 0) return [];
  using context = side.contexts.make(undefined, undefined);
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    context.cancel();
  };
  const abort = (): void => fail(signal?.reason);
  signal?.addEventListener("abort", abort);
  const source = sourceOf(fn);
  // A closure stays on this thread, so its caller must, too.
  const start = source === undefined ? (callee: Callee, run: Run, ...rest: unknown[]) => compute(side, callee, run, ...rest) : anywhere;
  const chunks = Math.ceil(count / grain);
  const runs = Math.min(chunks, RUNS_PER_THREAD * side.arena.threads);
  const joins: Promise<R | undefined>[] = [];
  try {
    for (let k = 0; k < runs && failures.length === 0; k++) {
      const first = Math.floor((k * chunks) / runs) * grain;
      const end = Math.min(count, Math.floor(((k + 1) * chunks) / runs) * grain);
      joins.push((side.tasks.spawn(start, [source ?? fn, { first, end, grain, args, context }, ...more(first, end)], undefined) as Promise<R>).catch(fail) as Promise<R | undefined>);
    }
  } catch (error) {
    fail(error);
  }
  const results = await Promise.all(joins);
  signal?.removeEventListener("abort", abort);
  if (failures.length > 0) throw failures[0];
  return results as R[];
}

/** The function of a run, on the thread that computes it. */
export async function functionOf(callee: Callee): Promise<AnyFunction> {
  return typeof callee === "function" ? callee : (loadedTask(callee) ?? (await importTask(callee)));
}

/** Calls `one` for each index of a run, and yields from time to time. Ends early when the run's context is cancelled. */
export async function eachIndex(side: ThreadSide, { first, end, context }: Run, one: (index: number) => unknown): Promise<void> {
  let sliceMs = performance.now();
  let lookedMs = sliceMs;
  let stride = 1;
  let left = 1;
  for (let index = first; index < end && !context.cancelled; index++) {
    const waiting = one(index);
    if (isThenable(waiting)) await waiting;
    if (--left > 0) continue;
    const nowMs = performance.now();
    // The clock is read after as many indices as take a quarter of a millisecond.
    stride = nowMs - lookedMs < LOOK_MS ? Math.min(2 * stride, 65_536) : Math.max(1, stride >> 1);
    lookedMs = nowMs;
    left = stride;
    if (nowMs - sliceMs < SLICE_MS) continue;
    await side.yieldNow();
    lookedMs = sliceMs = performance.now();
  }
}

/** Whether the result of a call must be awaited. Awaiting a plain value would cost a microtask each time. */
export function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
