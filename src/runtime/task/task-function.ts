/**
 * Task functions: functions that any thread can start. Only the URL of the module
 * and the name of the function are sent. The thread that gets them imports the
 * module, which registers the function on that thread. warren reads neither the text
 * of a function nor a stack trace to find it.
 */
import { clearTimeout, setTimeout } from "../../host.ts";
import { WarrenError, printValue } from "../../errors.ts";

// oxlint-disable-next-line no-explicit-any -- any parameter list
export type AnyFunction = (...args: any[]) => unknown;

const LINE_END = /[\n\r\u2028\u2029]/;

/** Where a task function comes from. */
export interface TaskSource {
  readonly url: string;
  readonly name: string;
}

const sources = new WeakMap<AnyFunction, TaskSource>();
const modules = new Map<string, Map<string, AnyFunction>>();

/**
 * Makes `fn` a task: a function that `go` and `spawn` can start on any thread.
 * Call `task` at the top level of a module. It returns `fn` itself, which you can
 * still call directly.
 *
 * @param meta the module's `import.meta`
 * @throws ERR_TASK_UNNAMED, ERR_DUPLICATE_TASK, ERR_INVALID_ARGUMENT
 */
export function task<F extends AnyFunction>(meta: { readonly url: string }, fn: F): F {
  if (typeof meta?.url !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `the first argument of task must be import.meta, not ${printValue(meta)}`);
  if (typeof fn !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `the second argument of task must be a function, not ${printValue(fn)}`);
  const { name } = fn;
  if (typeof name !== "string" || name === "") throw new WarrenError("ERR_TASK_UNNAMED", `a task of ${meta.url} has no name. Write task(import.meta, async function name() {…})`);
  // Module and name are one text in shared memory, of which the first line is the module.
  if (LINE_END.test(name) || LINE_END.test(meta.url)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the name of a task must not contain the end of a line: ${JSON.stringify(name)} of ${JSON.stringify(meta.url)}`);
  let names = modules.get(meta.url);
  if (names === undefined) modules.set(meta.url, (names = new Map()));
  const known = names.get(name);
  if (known !== undefined && known !== fn) throw new WarrenError("ERR_DUPLICATE_TASK", `${meta.url} has two tasks named ${name}`);
  names.set(name, fn);
  sources.set(fn, { url: meta.url, name });
  return fn;
}

/** Module and name of `fn` if it is a task; `undefined` for a closure. */
export function sourceOf(fn: AnyFunction): TaskSource | undefined {
  return sources.get(fn);
}

/** So much of a closure's name is shown. */
const LONGEST_NAME = 200;

/** The name of a closure in reports. */
export function nameOfClosure(fn: AnyFunction): string {
  // Reports have one line for a task; a record in shared memory, too.
  return typeof fn.name !== "string" || fn.name === "" ? "(closure)" : fn.name.slice(0, LONGEST_NAME).replace(/[\p{Cc}\u2028\u2029]/gu, " ");
}

/** The task function, if its module has been imported on this thread. */
export function loadedTask(source: TaskSource): AnyFunction | undefined {
  return modules.get(source.url)?.get(source.name);
}

/** How long the import of a module may take: an await at its top level might never end, and without a limit no error would be reported. */
const IMPORT_MS = 30_000;

/** Imports the module of a task and returns the function. @throws ERR_TASK_MODULE, ERR_TASK_UNKNOWN */
export async function importTask(source: TaskSource, deadlineMs: number = IMPORT_MS): Promise<AnyFunction> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it has not been imported after ${deadlineMs} ms. An await at its top level might never end`)), deadlineMs);
  try {
    await Promise.race([import(source.url), late]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : printValue(cause);
    throw new WarrenError("ERR_TASK_MODULE", `the module of task ${source.name} (${source.url}) cannot be imported on a thread: ${why}`, { ...source }, { cause });
  } finally {
    clearTimeout(timer);
  }
  const fn = loadedTask(source);
  if (fn === undefined) {
    throw new WarrenError("ERR_TASK_UNKNOWN", `${source.url} registers no task named ${source.name} when a thread imports it. Call task() at the top level of the module`, { ...source });
  }
  return fn;
}
