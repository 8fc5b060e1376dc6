/**
 * What the runtime takes from Node: clock, timers, the async context of no task, and
 * where its own files are.
 *
 * Everything is taken once, when this module is loaded. Fake timers that a test
 * installs later (vitest, node:test) change the program's clock, not the runtime's.
 *
 * A timer calls back in the *root context*, in which this module was loaded: Node
 * would call back in the context of the caller, so a turn of the loop would run in
 * the context of the task that happened to ask for it, and what it starts would
 * inherit the AsyncLocalStorage stores of that task.
 */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import timers from "node:timers";
import { fileURLToPath } from "node:url";

/** Whether warren has files of its own: in the package this module is part of the file engine.js (scripts/bundle/main.ts), and a program can put that into a bundle. */
const hasFiles = /\/(?:host\.ts|host\.js|engine\.js)$/.test(import.meta.url);
/** warren's own files are under this URL. */
export const OWN_FILES: string = hasFiles ? new URL(".", import.meta.url).href : "(in a bundle)";
/** The same as a path, which test runners print in stack traces. */
export const OWN_FOLDER: string = hasFiles ? fileURLToPath(OWN_FILES) : OWN_FILES;

// Not imported: for an import Node reads everything that these modules export, and so loads streams and more (5 ms).
export const { existsSync, readFileSync, readlinkSync, realpathSync } = process.getBuiltinModule("node:fs");
export const { createRequire } = process.getBuiltinModule("node:module");
export const { types } = process.getBuiltinModule("node:util");

/** Reads what may not be there, or not be readable (also under --permission): then `undefined`. */
export function readIfAllowed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (/^(?:ENOENT|EACCES|ESRCH)$|ACCESS_DENIED$/.test(`${code}`)) return undefined;
    throw error;
  }
}

const { setImmediate: nodeImmediate, setTimeout: nodeTimeout, setInterval: nodeInterval } = timers;

/** The clock: milliseconds, as `performance.now()` and `performance.timeOrigin`. */
export const performance: { readonly now: () => number; readonly timeOrigin: number } = {
  now: globalThis.performance.now.bind(globalThis.performance),
  timeOrigin: globalThis.performance.timeOrigin,
};

/** How long the event loop of this thread has been idle, in milliseconds. */
export function idleMs(): number {
  return globalThis.performance.nodeTiming.idleTime;
}

const { nextTick } = process;
const { queueMicrotask } = globalThis;

/** Calls `job` when no microtask is left: before any timer or I/O. */
export function afterMicrotasks(job: () => void): void {
  queueMicrotask(() => nextTick(job));
}

export const { clearTimeout, clearInterval } = timers;

/** The async context at this point: the stores of every AsyncLocalStorage. `context.runInAsyncScope(fn, undefined, …)` calls a function in it. */
export function captureContext(): AsyncResource {
  return new AsyncResource("WARREN", { requireManualDestroy: true });
}

const root = captureContext();

/** Whether a context keeps what code that runs in it sets by `enterWith`, as it does before Node 24 (AsyncContextFrame). */
const keepsStores = (() => {
  const probe = new AsyncLocalStorage<boolean>();
  const context = captureContext();
  context.runInAsyncScope(() => probe.enterWith(true));
  const isKept = context.runInAsyncScope(() => probe.getStore()) === true;
  probe.disable();
  return isKept;
})();

/** Where Node keeps the stores of a captured context, as one object that is the same for contexts with the same stores (AsyncContextFrame); before Node 24 there is no such thing. */
const FRAME = (() => {
  const [one, two] = [captureContext(), captureContext()] as unknown as Record<symbol, unknown>[];
  const probe = new AsyncLocalStorage<boolean>();
  const other = probe.run(true, captureContext) as unknown as Record<symbol, unknown>;
  const again = probe.run(true, captureContext) as unknown as Record<symbol, unknown>;
  return Object.getOwnPropertySymbols(other).find((key) => types.isMap(other[key]) && Map.prototype.get.call(other[key], probe) === true && one[key] === two[key] && other[key] !== again[key]);
})();

/** Whether two captured contexts are known to have the same stores. */
export function isSameContext(a: AsyncResource, b: AsyncResource): boolean {
  return FRAME !== undefined && (a as unknown as Record<symbol, unknown>)[FRAME] === (b as unknown as Record<symbol, unknown>)[FRAME];
}

/** Calls `fn` in a context. What it sets there ends with it. */
export function runIn<A extends unknown[], R>(context: AsyncResource, fn: (...args: A) => R, ...args: A): R {
  const own = keepsStores ? context.runInAsyncScope(captureContext) : context;
  return own.runInAsyncScope(fn as (this: unknown, ...args: unknown[]) => R, undefined, ...args);
}

/** Calls `fn` in the root context. */
export function inRoot<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
  return runIn(root, fn, ...args);
}

/** Calls `job` in the next turn of the event loop, in the root context. */
export function setImmediate(job: () => void): NodeJS.Immediate {
  return root.runInAsyncScope(nodeImmediate as (job: () => void) => NodeJS.Immediate, undefined, job);
}

/** Calls `job` once, after `delayMs`, in the root context. */
export function setTimeout(job: () => void, delayMs: number): NodeJS.Timeout {
  return root.runInAsyncScope(nodeTimeout as (job: () => void, delayMs: number) => NodeJS.Timeout, undefined, job, delayMs);
}

/** Calls `job` every `everyMs`, in the root context. */
export function setInterval(job: () => void, everyMs: number): NodeJS.Timeout {
  return root.runInAsyncScope(nodeInterval as (job: () => void, everyMs: number) => NodeJS.Timeout, undefined, job, everyMs);
}

/** Waits for a promise, at most `ms`. Returns whether it settled in time. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = promise.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return inTime;
}
