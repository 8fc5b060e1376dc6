/** `run`: a whole program around one main task, like a Go program. */
import { WarrenError, printValue } from "../errors.ts";
import type { DeadlockWatch } from "./inspect/deadlock.ts";
import { type RuntimeOptions, resolveOptions } from "./options.ts";
import { openRuntime } from "./open.ts";

/** Options of `run`. */
export interface RunOptions<A extends unknown[]> extends RuntimeOptions {
  /** Arguments of `main`. */
  readonly args?: A | undefined;
}

/**
 * Starts threads, runs `main` as a task on one of them, and stops everything when
 * `main` returns; tasks that still run then are ended. A task that could not start yet,
 * because its thread still imports its module, is started before. Resolves with the result of
 * `main`. Rejects with the error of `main`, with the error of a task that was
 * started with `go`, or with ERR_DEADLOCK when no task can ever continue.
 *
 * @param main a task of a module: `task(import.meta, async function main() {…})`
 * @param options threads and memory, and `args`, the arguments of `main`
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_NESTED_RUN, ERR_THREAD_START, ERR_DEADLOCK
 */
export async function run<A extends unknown[], R>(main: (...args: A) => R, options: RunOptions<A> = {}): Promise<Awaited<R>> {
  const resolved = resolveOptions(options, "run", ["args"]);
  const { args = [] as unknown as A } = options;
  if (!Array.isArray(args)) throw new WarrenError("ERR_INVALID_ARGUMENT", `args must be an array of arguments, not ${printValue(args)}`);
  const runtime = await openRuntime(resolved, "run");
  let watch: DeadlockWatch | undefined;
  try {
    const { DeadlockWatch } = await import("./inspect/deadlock.ts");
    return await new Promise<Awaited<R>>((resolve, reject) => {
      runtime.onEnd = reject;
      watch = new DeadlockWatch(runtime, reject);
      runtime.spawnMain(main, args).then(async (value) => {
        // Until then the failure of a task that was started with `go` is that of the program.
        await runtime.letStart();
        resolve(value as Awaited<R>);
      }).catch(reject);
      watch.watch().catch(reject);
    });
  } finally {
    watch?.end();
    await runtime.stop();
  }
}
