/**
 * What the runtime takes from Node: clock, timers, and the async context of no task.
 *
 * Everything is taken once, when this module is loaded. Fake timers that a test
 * installs later (vitest, node:test) change the program's clock, not the runtime's.
 *
 * A timer calls back in the *root context*, in which this module was loaded: Node
 * would call back in the context of the caller, so a turn of the loop would run in
 * the context of the task that happened to ask for it, and what it starts would
 * inherit the AsyncLocalStorage stores of that task.
 */
import { AsyncResource } from "node:async_hooks";
import timers from "node:timers";

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

/** Calls `fn` in the root context. */
export function inRoot<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
  return root.runInAsyncScope(fn as (this: unknown, ...args: unknown[]) => R, undefined, ...args);
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
