/**
 * How `parallelFor`, `parallelMap` and `parallelReduce` cut their work: indices
 * into chunks, chunks into runs, one task a run.
 *
 * Invariants: chunk k begins at k · grain, whatever the number of threads; a run
 * is some whole consecutive chunks, so what is computed per chunk does not depend
 * on the threads; the call ends only after all its tasks have ended, with the
 * first failure; after that, or an abort, the rest stops at its next index.
 *
 * Not done: chunks handed out one by one (a message for each; an idle thread
 * steals unstarted runs instead, and there are several for each thread).
 */
import type { Context } from "../context/context.ts";
import { WarrenError, printValue } from "../errors.ts";
import type { ThreadSide } from "../runtime/thread/side.ts";
import { type AnyFunction, type TaskSource, importTask, loadedTask, sourceOf } from "../runtime/task/task-function.ts";

/** Chunks where the caller names no grain: enough for balance on many threads, few enough to merge here. */
const USUAL_CHUNKS = 256;
/** Runs for each thread, so that one whose run is done finds another to steal. */
const RUNS_PER_THREAD = 8;
/** A run looks at the clock now and then, and lets others have a turn after so long. */
const SLICE_MS = 2;
const LOOK_MS = 0.25;

/** Options of `parallelFor`, `parallelMap` and `parallelReduce`. */
export interface ParallelOptions<A extends unknown[] = unknown[]> {
  /** Least number of indices that stay together; by default a 256th of all. Raise it where one takes less than a microsecond. */
  readonly grain?: number | undefined;
  /** Further arguments of each call, copied once for each task. */
  readonly args?: A | undefined;
  /** Ends the call early: what runs stops at its next index. */
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
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuse("signal", "an AbortSignal", signal);
  return { count: count as number, grain, args, signal };
}

/** The function of a run: a task's by its source, a closure itself. */
export type Callee = TaskSource | AnyFunction;

/** What a task gets of its run. */
export interface Run {
  readonly first: number;
  readonly end: number;
  readonly grain: number;
  readonly args: unknown[];
  readonly context: Context;
}

/** Starts one task for each run with `compute`, a task, and joins them all; their results in order. */
export async function runAll<R>(side: ThreadSide, plan: Plan, fn: AnyFunction, compute: (callee: Callee, run: Run, ...more: unknown[]) => Promise<R>, more: (first: number, end: number) => unknown[]): Promise<R[]> {
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
  // A closure stays here: so does what calls it.
  const start = source === undefined ? (callee: Callee, run: Run, ...rest: unknown[]) => compute(callee, run, ...rest) : compute;
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

/** Calls `one` for each index of a run, letting others have a turn now and then; ends early when the run's context is cancelled. */
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
    // As many indices between two looks as take a quarter of a millisecond.
    stride = nowMs - lookedMs < LOOK_MS ? Math.min(2 * stride, 65_536) : Math.max(1, stride >> 1);
    lookedMs = nowMs;
    left = stride;
    if (nowMs - sliceMs < SLICE_MS) continue;
    await side.yieldNow();
    lookedMs = sliceMs = performance.now();
  }
}

/** Whether a call's result is to be awaited: waiting for a plain value would cost a microtask each. */
export function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
