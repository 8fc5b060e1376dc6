/**
 * Opens runtimes. What only the main thread needs is loaded here, when the first runtime
 * starts: first the pool, and the rest while its threads load.
 */
import { inRoot } from "../host.ts";
import { WarrenError } from "../errors.ts";
import { Arena } from "../memory/arena.ts";
import { isTaskThread } from "./module/module-ref.ts";
import { noteStart } from "./module/not-started.ts";
import { type ResolvedOptions, type RuntimeOptions, resolveOptions } from "./options.ts";
import type { OpenRuntime, Runtime } from "./runtime.ts";

const open = new Set<OpenRuntime>();
/** Those that are open, and those that have been. */
const made = new WeakSet<object>();

/** Whether `start` or `run` has made it. */
export function isRuntime(value: unknown): value is OpenRuntime {
  return typeof value === "object" && value !== null && made.has(value);
}

/** The runtimes that are open in this process, including those of `run`. On the threads of a runtime it returns none. */
export function runtimes(): readonly Runtime[] {
  return [...open];
}

/**
 * Starts threads and returns the runtime that uses them. Use it in an application
 * with its own main-thread code, such as a server: `await using rt = await start()`.
 * An idle runtime does not keep the process alive. For a whole program use `run`.
 *
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_NESTED_RUN, ERR_THREAD_START
 */
export async function start(options: RuntimeOptions = {}): Promise<Runtime> {
  return openRuntime(resolveOptions(options, "start"), "start");
}

/** Starts a runtime, for `start` and `run`. */
export async function openRuntime({ threads, cores, usable, arenaBytes, worker }: ResolvedOptions, what: string): Promise<OpenRuntime> {
  noteStart();
  if (isTaskThread()) {
    throw new WarrenError("ERR_NESTED_RUN", `${what}() was called on a thread of a runtime. Every thread imports the modules of its tasks: put ${what}() inside if (isMain(import.meta)), or, unless the program is bundled into one file, into a module without tasks`);
  }
  // In the root context: what a runtime keeps must not keep the stores of its caller.
  return inRoot(async () => {
    const arena = Arena.create(threads, arenaBytes, cores);
    const { Pool } = await import("./main/pool.ts");
    const pool = new Pool({ arena, cores: usable, worker, isClosed: what === "run" });
    const { OpenRuntime } = await import("./runtime.ts");
    const runtime = new OpenRuntime(arena, usable, pool, () => open.delete(runtime));
    await runtime.open(pool);
    open.add(runtime);
    made.add(runtime);
    return runtime;
  });
}
