/** What Node gets for each thread, checked once. */
import { type ResourceLimits, SHARE_ENV } from "node:worker_threads";
import { WarrenError, printValue } from "../../errors.ts";

/** Options of each thread, which go to Node's Worker. */
export interface ThreadOptions {
  /** Limit of each thread's JavaScript heap in MB: of the old generation. Below 384, the young one is limited to an eighth of it. By default Node's own limits. */
  readonly maxOldGenerationSizeMb?: number | undefined;
  /** Node's options for each thread, in place of those of the process: `["--import", "tsx"]`. So loaders and preloaded modules reach the threads. Options of the whole process, such as `--max-old-space-size`, are refused. */
  readonly execArgv?: readonly string[] | undefined;
  /** The environment of each thread: `process.env` there. By default a copy of the present one; with `SHARE_ENV` of `node:worker_threads`, all threads share one. */
  readonly env?: Readonly<Record<string, string | undefined>> | symbol | undefined;
  /** What follows the file in each thread's `process.argv`. By default the arguments of the program. */
  readonly argv?: readonly string[] | undefined;
  /** Node's limits for each thread, in MB. For the heap alone, `maxOldGenerationSizeMb` is enough. */
  readonly resourceLimits?: ThreadLimits | undefined;
  /** The name of each thread in debuggers and in `threadName` of `node:worker_threads`. */
  readonly name?: string | undefined;
}

/** Node's limits of a thread, in MB. */
export interface ThreadLimits {
  /** The old generation of the heap. */
  readonly maxOldGenerationSizeMb?: number | undefined;
  /** The young generation of the heap. */
  readonly maxYoungGenerationSizeMb?: number | undefined;
  /** Memory for compiled code. */
  readonly codeRangeSizeMb?: number | undefined;
  /** The stack, 4 by default. */
  readonly stackSizeMb?: number | undefined;
}

/** Options that go to Node as they are. */
export interface WorkerSettings {
  readonly execArgv?: string[];
  readonly env?: NodeJS.ProcessEnv | typeof SHARE_ENV;
  readonly argv: string[];
  readonly resourceLimits: ResourceLimits;
  readonly name?: string;
}

/** Node's own limit of the young generation, and the share that it gets of a smaller heap: one collection can move a third of it into the old generation, which must have room for that above the share at which a thread starts no more tasks (heap-watch.ts). */
const YOUNG_MB = 48;
const LEAST_HEAP_MB = 8;
const YOUNG_SHARE = 1 / 8;

const LIMIT_NAMES = ["maxOldGenerationSizeMb", "maxYoungGenerationSizeMb", "codeRangeSizeMb", "stackSizeMb"] as const;

/** @throws ERR_INVALID_ARGUMENT */
export function workerSettings({ execArgv, env, argv, resourceLimits, name, maxOldGenerationSizeMb }: ThreadOptions): WorkerSettings {
  if (execArgv !== undefined) checkTexts("execArgv", execArgv);
  if (argv !== undefined) checkTexts("argv", argv);
  if (maxOldGenerationSizeMb !== undefined) checkWhole("maxOldGenerationSizeMb", maxOldGenerationSizeMb, LEAST_HEAP_MB);
  if (name !== undefined && typeof name !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `name must be a text, not ${printValue(name)}`);
  return {
    ...nodeOptions(execArgv),
    ...(env === undefined ? {} : { env: environment(env) }),
    // As Node does for a Worker: `process.argv[1]` is the file of the thread, and the program's arguments follow.
    argv: [...(argv ?? process.argv.slice(2))],
    resourceLimits: { ...(maxOldGenerationSizeMb === undefined ? {} : heapLimits(maxOldGenerationSizeMb)), ...(resourceLimits === undefined ? {} : nodeLimits(resourceLimits, maxOldGenerationSizeMb)) },
    ...(name === undefined ? {} : { name }),
  };
}

/** Options with a value that concern modules, and so threads. */
const OF_MODULES = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C)(?:=|$)/;

/** By default Node's own options: none, so that a thread has those of the process. `--input-type` is for the text of a program, and Node refuses it for a file, which a thread has: then the thread gets those that concern modules. */
function nodeOptions(given: readonly string[] | undefined): { execArgv?: string[] } {
  if (given !== undefined) return { execArgv: [...given] };
  const own = process.execArgv;
  if (!own.some((option) => option.startsWith("--input-type"))) return {};
  return { execArgv: own.flatMap((option, k) => (!OF_MODULES.test(option) ? [] : option.includes("=") ? [option] : own.slice(k, k + 2))) };
}

function environment(env: unknown): NodeJS.ProcessEnv | typeof SHARE_ENV {
  if (env === SHARE_ENV) return SHARE_ENV;
  if (typeof env !== "object" || env === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `env must be an object of texts, or SHARE_ENV, not ${printValue(env)}`);
  const copy: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (typeof value !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `env.${name} must be a text, not ${printValue(value)}`);
    copy[name] = value;
  }
  return copy;
}

function nodeLimits(limits: ThreadLimits, maxOldGenerationSizeMb: number | undefined): ResourceLimits {
  if (typeof limits !== "object" || limits === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `resourceLimits must be an object, not ${printValue(limits)}`);
  const known: ResourceLimits = {};
  for (const [name, value] of Object.entries(limits) as [keyof ThreadLimits, unknown][]) {
    if (!LIMIT_NAMES.includes(name)) throw new WarrenError("ERR_INVALID_ARGUMENT", `resourceLimits has no limit ${JSON.stringify(name)}. Its limits are ${LIMIT_NAMES.join(", ")}`);
    if (value === undefined) continue;
    checkWhole(`resourceLimits.${name}`, value, name === "maxOldGenerationSizeMb" ? LEAST_HEAP_MB : 1);
    known[name] = value as number;
  }
  if (maxOldGenerationSizeMb !== undefined && known.maxOldGenerationSizeMb !== undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", "maxOldGenerationSizeMb is given twice, once in resourceLimits");
  return known;
}

function checkTexts(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${name} must be an array of texts, such as ["--import", "tsx"], not ${printValue(value)}`);
  for (const [k, each] of value.entries()) if (typeof each !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `${name}[${k}] must be a text, not ${printValue(each)}`);
}

function heapLimits(maxOldGenerationSizeMb: number): ResourceLimits {
  const maxYoungGenerationSizeMb = Math.max(1, Math.floor(maxOldGenerationSizeMb * YOUNG_SHARE));
  return maxYoungGenerationSizeMb < YOUNG_MB ? { maxOldGenerationSizeMb, maxYoungGenerationSizeMb } : { maxOldGenerationSizeMb };
}

/** @throws ERR_INVALID_ARGUMENT */
export function checkWhole(name: string, value: unknown, least: number): void {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `${name} must be an integer of at least ${least}, not ${printValue(value)}`);
  }
}
