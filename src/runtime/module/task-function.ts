/**
 * Task functions: functions that any thread can start. Only the URL of the module
 * and the name of the function are sent. The thread that gets them imports the
 * module, which registers the function on that thread. warren reads neither the text
 * of a function nor a stack trace to find it.
 */
import { fileURLToPath } from "node:url";
import { clearTimeout, createRequire, setTimeout } from "../../host.ts";
import { refuseForeignTask } from "./copies.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { remedyFor } from "./import-remedy.ts";
import { type ModuleRef, urlOf } from "./module-ref.ts";
import { noteTask } from "./not-started.ts";

// oxlint-disable-next-line no-explicit-any -- any parameter list
export type AnyFunction = (...args: any[]) => unknown;

/** Names of warren's own tasks begin with it. */
const OWN = "warren.";
const LINE_END = /[\n\r\u2028\u2029]/;

/** Where a task function comes from. */
export interface TaskSource {
  readonly url: string;
  readonly name: string;
  /** The module is CommonJS. A thread requires it, as the program did, so that hooks of `require` (`node -r`) reach it. */
  readonly isCommonJs?: true;
}

/** A function that a module has registered. */
interface Registered {
  readonly fn: AnyFunction;
  /** The same object for one evaluation of the module. */
  readonly module: ModuleRef;
}

const sources = new WeakMap<AnyFunction, TaskSource>();
const modules = new Map<string, Map<string, Registered>>();

/**
 * Makes `fn` a task: a function that `go` and `spawn` can start on any thread.
 * Call `task` at the top level of a module. It returns `fn` itself, which you can
 * still call directly.
 *
 * A thread finds the function by its module and its name. Give the name as a text if the
 * function has none (an arrow function), if a minifier changes it, or if a bundler joins
 * modules whose tasks have the same name: `task(import.meta, "resize", async (image) => …)`.
 *
 * @param module the module's `import.meta`, or in CommonJS `__filename`
 * @param name by default the name of the function
 * @throws ERR_TASK_UNNAMED, ERR_DUPLICATE_TASK, ERR_INVALID_ARGUMENT
 */
export function task<F extends AnyFunction>(module: ModuleRef, fn: F): F;
export function task<F extends AnyFunction>(module: ModuleRef, name: string, fn: F): F;
export function task<F extends AnyFunction>(module: ModuleRef, ...rest: readonly [F] | readonly [string, F]): F {
  const url = urlOf(module, "task");
  const [given, fn] = rest.length === 2 ? rest : [undefined, rest[0] as F];
  if (given !== undefined && typeof given !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `the name of a task must be a text, not ${printValue(given)}`);
  if (typeof fn !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `the ${given === undefined ? "second" : "third"} argument of task must be a function, not ${printValue(fn)}`);
  const name: unknown = given ?? fn.name;
  if (typeof name !== "string" || name === "") {
    throw new WarrenError("ERR_TASK_UNNAMED", `a task of ${url} has no name. Write task(import.meta, "name", fn), or task(import.meta, async function name() {…}). If the source has a name, a minifier has removed it: a name that is given as a text stays (docs/bundling.md)`, { url });
  }
  // Module and name are one text in shared memory, of which the first line is the module.
  if (LINE_END.test(name) || LINE_END.test(url)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the name of a task must not contain the end of a line: ${JSON.stringify(name)} of ${JSON.stringify(url)}`);
  register(typeof module === "string" ? { url, name, isCommonJs: true } : { url, name }, { fn, module });
  noteTask(url, module);
  return fn;
}

/** A task of warren itself. Its name is given, with a prefix, because the engine can be minified and joined with a program. */
export function ownTask<F extends AnyFunction>(module: { readonly url: string }, name: string, fn: F): F {
  register({ url: module.url, name: `${OWN}${name}` }, { fn, module });
  return fn;
}

function register(source: TaskSource, registered: Registered): void {
  const { url, name } = source;
  let names = modules.get(url);
  if (names === undefined) modules.set(url, (names = new Map()));
  const known = names.get(name);
  if (known !== undefined && known.fn !== registered.fn && !isAgain(known, registered)) {
    throw new WarrenError("ERR_DUPLICATE_TASK", `${url} has two tasks named ${name}. Give one of them another name: task(import.meta, "name", fn). If they are in two modules, a bundler has put both into this file (docs/bundling.md)`, { url, name });
  }
  names.set(name, registered);
  sources.set(registered.fn, source);
}

/**
 * Whether a module was evaluated again (by a loader's second module system, or by a test
 * runner that resets modules): then its latest functions count. Each evaluation has an
 * import.meta of its own, which has more than a URL. In CommonJS only the text of the function can tell.
 */
function isAgain(known: Registered, { fn, module }: Registered): boolean {
  if (typeof module === "string") return String(known.fn) === String(fn);
  return known.module !== module && Object.keys(module).length > 1;
}

/** Module and name of `fn` if it is a task; `undefined` for a closure. @throws ERR_TWO_VERSIONS */
export function sourceOf(fn: AnyFunction): TaskSource | undefined {
  const source = sources.get(fn);
  if (source === undefined) refuseForeignTask(fn);
  return source;
}

/** Whether `fn` was made a task by this copy of warren. */
export function isTask(fn: object): boolean {
  return sources.has(fn as AnyFunction);
}

/** So much of a closure's name is shown. */
const LONGEST_NAME = 200;

/** The name of the closure that was started last, and what reports show for it: most closures are started many at a time. */
let lastName = "";
let lastShown = "(closure)";

/** The name of a closure in reports. */
export function nameOfClosure({ name }: AnyFunction): string {
  if (typeof name !== "string") return "(closure)";
  if (name !== lastName) {
    lastName = name;
    // Reports have one line for a task; a record in shared memory, too.
    lastShown = name === "" ? "(closure)" : name.slice(0, LONGEST_NAME).replace(/[\p{Cc}\u2028\u2029]/gu, " ");
  }
  return lastShown;
}

/** The task function, if its module has been imported on this thread. */
export function loadedTask(source: TaskSource): AnyFunction | undefined {
  return modules.get(source.url)?.get(source.name)?.fn;
}

/** How long the import of a module may take: an await at its top level might never end, and without a limit no error would be reported. */
const IMPORT_MS = 30_000;

/** What `require` says of an ES module that named itself by its path. */
const ONLY_IMPORT = /^ERR_(?:REQUIRE_ESM|REQUIRE_ASYNC_MODULE)$/;

async function load({ url, isCommonJs }: TaskSource): Promise<void> {
  try {
    if (isCommonJs) return void createRequire(url)(fileURLToPath(url));
  } catch (error) {
    if (!ONLY_IMPORT.test(String((error as { code?: unknown } | null | undefined)?.code))) throw error;
  }
  await import(url);
}

/** Imports the module of a task and returns the function. @throws ERR_TASK_MODULE, ERR_TASK_UNKNOWN */
export async function importTask(source: TaskSource, deadlineMs: number = IMPORT_MS): Promise<AnyFunction> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it has not been imported after ${deadlineMs} ms. An await at its top level might never end`)), deadlineMs);
  try {
    await Promise.race([load(source), late]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : printValue(cause);
    throw new WarrenError("ERR_TASK_MODULE", `the module of task ${source.name} (${source.url}) cannot be imported on a thread: ${why}${remedyFor(source.url, cause)}`, { url: source.url, name: source.name }, { cause });
  } finally {
    clearTimeout(timer);
  }
  const fn = loadedTask(source);
  if (fn === undefined) {
    // In a bundle warren's own tasks are in the same file.
    const names = [...(modules.get(source.url)?.keys() ?? [])].filter((name) => !name.startsWith(OWN));
    const others = names.length === 0 ? "it registers no task at all" : `its tasks are ${names.join(", ")}`;
    throw new WarrenError("ERR_TASK_UNKNOWN", `${source.url} registers no task named ${source.name} when a thread imports it: ${others}. Call task() at the top level of the module, without any condition. If it is there, the thread has loaded another text than the main thread (a loader that only the main thread has, or a file that was built again), or another version of warren. In a bundle, a module with tasks that is loaded by import() must be a file of its own (docs/bundling.md)`, { url: source.url, name: source.name, names });
  }
  return fn;
}
