/** `run`: a closed world around one main task, as a Go program is. */
import { WarrenError, printValue } from "../errors.ts";
import { DeadlockWatch } from "./inspect/deadlock.ts";
import { type RuntimeOptions, resolveOptions } from "./options.ts";
import { openRuntime } from "./runtime.ts";

/** Options of `run`. */
export interface RunOptions<A extends unknown[]> extends RuntimeOptions {
  /** Arguments of `main`. */
  readonly args?: A;
}

/**
 * Starts threads, runs `main` as a task on one of them, and stops everything when
 * it returns; what other tasks were doing then is cancelled. Resolves with what
 * `main` returns, rejects with what it throws, with the failure of a `go` task
 * that nobody handled, or with ERR_DEADLOCK when no task can ever run again.
 *
 * @param main a task of a module: `task(import.meta, async function main() {…})`
 * @param options threads and memory, and `args`, the arguments of `main`
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_NESTED_RUN, ERR_THREAD_START, ERR_DEADLOCK
 */
export async function run<A extends unknown[], R>(main: (...args: A) => R, options: RunOptions<A> = {}): Promise<Awaited<R>> {
  const resolved = resolveOptions(options, "run", ["args"]);
  const { args = [] as unknown as A } = options;
  if (!Array.isArray(args)) throw new WarrenError("ERR_INVALID_ARGUMENT", `args must be an array of arguments, not ${printValue(args)}`);
  const world = await openRuntime(resolved, "run");
  let watch: DeadlockWatch | undefined;
  try {
    return await new Promise<Awaited<R>>((resolve, reject) => {
      world.onEnd = reject;
      watch = new DeadlockWatch(world.arena, () => world.threadReports(), reject);
      world.spawnMain(main, args).then(resolve as (value: unknown) => void, reject);
      watch.watch().catch(reject);
    });
  } finally {
    watch?.end();
    await world.stop();
  }
}
