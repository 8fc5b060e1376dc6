/**
 * The dot product of two shared vectors on the threads of a runtime: parallel,
 * not concurrent. Nothing is copied: each thread reads the vectors in place.
 *
 * Invariants:
 * - The chunks are cut into contiguous runs, each chunk in exactly one run; a run
 *   is computed by one task, which writes the partial sums of its chunks and of
 *   no others. The call returns only after every task has ended, failed or not:
 *   the partial sums are freed when no task can write them any more.
 * - Grid, tree and each kernel's order of additions do not depend on the number
 *   of tasks (dot-grid.ts, kernel.ts), so the result has the same bits for every
 *   number of tasks and threads.
 *
 * Source: the static schedule of OpenMP's `parallel for`.
 * Not done: handing out chunks one by one through a shared counter. That would cost a
 * channel operation or a contended word for each 12 µs of work. Instead, idle threads
 * steal the unstarted runs of a thread that is behind.
 */
import { WarrenError, printValue } from "../errors.ts";
import { SharedArray, makeSharedArray } from "../memory/shared-array.ts";
import { current } from "../runtime/thread/ambient.ts";
import type { ThreadSide } from "../runtime/thread/side.ts";
import { ownTask } from "../runtime/module/task-function.ts";
import { chunkCount, chunkLength, chunkStart, sumTree } from "./dot-grid.ts";
import { type DotKernel, dotKernels } from "./kernel.ts";

/** Options of `dot`. */
export interface DotOptions {
  /** `"simd"`, the default: WebAssembly with 128-bit vectors; `"js"`: a plain loop. Their results differ in the last bits. */
  readonly kernel?: DotKernel | undefined;
  /**
   * Number of tasks; never more than there are chunks. By default one for each
   * thread, and up to four for each thread if the vectors are long. With 1, one task
   * computes everything in one loop.
   */
  readonly tasks?: number | undefined;
}

type Vector = SharedArray<"f64">;

/** A thread gets a task only if there are so many chunks for it: at least 50 µs of work, because starting a task costs about 10 µs. */
const LEAST_CHUNKS = 4;
/** Maximum number of tasks for each thread, and the chunks in each, so that an idle thread finds a task to steal. */
const MOST_PER_THREAD = 4;
const STEALABLE_CHUNKS = 16;
/** A run yields after this many chunks, which take 1-3 ms. */
const CHUNKS_PER_TURN = 64;
const KERNELS: readonly DotKernel[] = ["js", "simd"];

/** See `Calls.dot`. */
export async function runDot(side: ThreadSide, a: SharedArray<"f64">, b: SharedArray<"f64">, options: DotOptions = {}): Promise<number> {
  checkVectors(side, a, b);
  const chunks = chunkCount(a.length);
  const { kernel, tasks } = resolveOptions(options, chunks, side.arena.threads);
  if (chunks === 0) return 0;
  const partials = makeSharedArray(side.arena, "f64", chunks);
  try {
    await compute(side, { a, b, partials, kernel }, tasks);
    return sumTree(partials.array);
  } finally {
    partials.free();
  }
}

interface Product {
  readonly a: Vector;
  readonly b: Vector;
  /** One value per chunk. */
  readonly partials: Vector;
  readonly kernel: DotKernel;
}

/** Fills the partial sums. On a thread of the runtime, the calling task computes the first run itself. */
async function compute(side: ThreadSide, product: Product, tasks: number): Promise<void> {
  const { arena } = side;
  const { partials } = product;
  const isThread = arena.index < arena.threads;
  const boundary = (run: number): number => Math.floor((run * partials.length) / tasks);
  const runs: Promise<unknown>[] = [];
  try {
    for (let run = isThread ? 1 : 0; run < tasks; run++) runs.push(side.tasks.spawn(dotRun, [product, boundary(run), boundary(run + 1)], undefined));
    if (isThread) runs.push(dotRun(product, 0, boundary(1)));
  } finally {
    await Promise.allSettled(runs);
  }
  await Promise.all(runs);
}

/** Writes the partial sums of the chunks `first` to `end` − 1. */
const dotRun = ownTask(import.meta, "dotRun", async function dotRun({ a, b, partials, kernel }: Product, first: number, end: number): Promise<void> {
  const side = current("dot");
  const multiply = dotKernels(side.arena.memory)[kernel];
  const sums = partials.array;
  const bytes = a.array.BYTES_PER_ELEMENT;
  for (let chunk = first; chunk < end; chunk++) {
    if (chunk > first && (chunk - first) % CHUNKS_PER_TURN === 0) await side.yieldNow();
    const offset = chunkStart(chunk) * bytes;
    sums[chunk] = multiply(a.byteOffset + offset, b.byteOffset + offset, chunkLength(a.length, chunk));
  }
});

function checkVectors(side: ThreadSide, a: unknown, b: unknown): void {
  for (const [name, vector] of [["a", a], ["b", b]] as const) {
    if (!(vector instanceof SharedArray) || vector.kind !== "f64") {
      const actual = vector instanceof SharedArray ? `a shared ${vector.kind} array` : printValue(vector);
      throw new WarrenError("ERR_INVALID_ARGUMENT", `dot needs vectors made by shared.float64: ${name} is ${actual}`, { vector: name });
    }
    vector.handleIn(side.arena);
  }
  const [length, otherLength] = [(a as Vector).length, (b as Vector).length];
  if (length !== otherLength) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `dot needs vectors of one length, not of ${length} and ${otherLength}`, { lengths: [length, otherLength] });
  }
}

function usualTasks(chunks: number, threads: number): number {
  return Math.max(1, Math.min(threads, Math.floor(chunks / LEAST_CHUNKS)), Math.min(threads * MOST_PER_THREAD, Math.floor(chunks / STEALABLE_CHUNKS)));
}

/** @returns a number of tasks from 1 to `chunks`; 1 if there are no chunks */
function resolveOptions(options: DotOptions, chunks: number, threads: number): { kernel: DotKernel; tasks: number } {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `dot needs an object of options, not ${printValue(options)}`);
  const { kernel = "simd", tasks = usualTasks(chunks, threads) } = options;
  if (!KERNELS.includes(kernel)) throw new WarrenError("ERR_INVALID_ARGUMENT", `dot has the kernels ${KERNELS.join(" and ")}, not ${printValue(kernel)}`);
  if (!Number.isInteger(tasks) || tasks < 1) throw new WarrenError("ERR_INVALID_ARGUMENT", `tasks must be an integer of at least 1, not ${printValue(tasks)}`);
  return { kernel, tasks: Math.max(1, Math.min(tasks, chunks)) };
}
