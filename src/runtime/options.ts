/** Options of `run` and `start`, checked once. */
import { WarrenError, printValue } from "../errors.ts";
import { DEFAULT_ARENA_BYTES, LIMITS } from "../limits.ts";
import { usableCores } from "./main/cores.ts";
import { type ThreadOptions, type WorkerSettings, checkWhole, workerSettings } from "./main/worker-settings.ts";

/** Options of `start` and, in addition to `args`, of `run`. */
export interface RuntimeOptions extends ThreadOptions {
  /** Number of threads, in addition to the main thread. By default one for each core that the process can use. Threads beyond the cores are a reserve: see `cores`. */
  readonly threads?: number | undefined;
  /**
   * Number of threads that get the tasks which the program has not placed. By default as
   * many as the process can use cores. The other threads are a reserve: they take tasks
   * that have not started from a thread that a long computation or a blocking system call
   * has kept from starting them for 10 to 100 ms.
   */
  readonly cores?: number | undefined;
  /** Bytes of shared memory: reserved, but not resident until they are used. 1 GiB by default. */
  readonly arenaBytes?: number | undefined;
}

/** Options of `stop`. */
export interface StopOptions {
  /** For so long, in milliseconds, tasks that have been started may go on to their end; `Infinity`: until they end. 0 by default: they are ended now. */
  readonly drainMs?: number | undefined;
}

/** The drain time of `stop`. @throws ERR_INVALID_ARGUMENT */
export function resolveDrainMs(options: StopOptions): number {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `stop needs an object of options, not ${printValue(options)}`);
  for (const key of Object.keys(options)) if (key !== "drainMs") throw new WarrenError("ERR_INVALID_ARGUMENT", `stop has no option ${JSON.stringify(key)}. Its option is drainMs`);
  const { drainMs = 0 } = options;
  if (typeof drainMs === "number" && drainMs >= 0) return drainMs;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `drainMs must be a number of milliseconds of at least 0, not ${printValue(drainMs)}`);
}

export interface ResolvedOptions {
  readonly threads: number;
  /** At most `threads`. */
  readonly cores: number;
  /** Cores that the process can use. */
  readonly usable: number;
  readonly arenaBytes: number;
  /** What Node gets for each thread. */
  readonly worker: WorkerSettings;
}

const KNOWN = new Set(["threads", "cores", "arenaBytes", "maxOldGenerationSizeMb", "execArgv", "env", "argv", "resourceLimits", "name"]);

/** @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
export function resolveOptions(options: RuntimeOptions, what: string, alsoKnown: readonly string[] = []): ResolvedOptions {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs an object of options, not ${printValue(options)}`);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key) && !alsoKnown.includes(key)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} has no option ${JSON.stringify(key)}. Its options are ${[...KNOWN, ...alsoKnown].join(", ")}`);
  }
  const usable = usableCores();
  const { threads = usable, cores = usable, arenaBytes = DEFAULT_ARENA_BYTES } = options;
  checkWhole("threads", threads, 1);
  checkWhole("cores", cores, 1);
  if (threads > LIMITS.threads) {
    throw new WarrenError("ERR_LIMIT", `threads: ${threads} is above the limit of ${LIMITS.threads}`, { limit: "threads", maximum: LIMITS.threads, actual: threads });
  }
  return { threads, cores: Math.min(cores, threads), usable, arenaBytes, worker: workerSettings(options) };
}
