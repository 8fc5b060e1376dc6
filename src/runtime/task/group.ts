/**
 * Groups: tasks that belong together, and end together.
 *
 * Invariants: a task is in the group from the call of `spawn` or `go` until it
 * has ended, also while it waits for room; `wait` ends only when none is; every
 * failure is in what `wait` rejects with, once. Not a failure is what a task
 * throws because the group was cancelled for another: the group knows its own
 * reason by the number in its details, and a reason from outside by class,
 * message and code, for a reason arrives as a copy.
 *
 * Source: Go, x/sync/errgroup; Trio's nurseries for what a failure does to those
 * that wait. Not done: killing tasks; they hear of it by the group's context.
 */
import { Context } from "../../context/context.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import type { AnyFunction } from "./task-function.ts";
import type { Tasks } from "./tasks.ts";

/** Options of `group`. */
export interface GroupOptions {
  /** Most tasks that run at a time; others wait for room, first come first served. */
  readonly limit?: number | undefined;
  /** The context above the group's own: cancelling it cancels the group. */
  readonly context?: Context | undefined;
}

/** Tasks that are joined together: the first failure cancels the rest. Made by `group`. */
export interface Group extends AsyncDisposable {
  /**
   * Cancelled at the first failure, with ERR_CANCELLED whose `cause` that is; by
   * the context above; and when the group has ended. Pass it to the tasks: they
   * end early only if they look at it or wait with its signal.
   */
  readonly context: Context;
  /**
   * Starts `fn`, a task or a closure, as the free function does, once there is room:
   * arguments are copied then. Its failure is also the group's, so nobody needs
   * to await the promise. After a failure nothing starts any more: it rejects
   * with the reason of `context`.
   * @throws ERR_INVALID_ARGUMENT for what is no function, ERR_GROUP_DONE once the group has ended
   */
  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Starts `fn` as `spawn` does, without the result: returns at once if there is room, else a promise of the start. @throws as `spawn` */
  go<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void | Promise<void>;
  /**
   * Ends the group when all its tasks have ended. Rejects with the failure, or,
   * of several, with an AggregateError of them in their order, whose `cause` is
   * the first.
   */
  wait(): Promise<void>;
  /** Waits for all tasks; cancels none. Rejects as `wait`, unless that was called: then its caller hears of it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The parts of a thread's side of a runtime that a group uses. */
interface GroupHost {
  readonly tasks: Tasks;
  readonly contexts: { make(parent: Context | undefined, options: undefined): Context };
}

/** A task that waits for room. */
type Place = PromiseWithResolvers<void>;

export class TaskGroup implements Group {
  readonly context: Context;
  readonly #host: GroupHost;
  readonly #limit: number;
  readonly #number: string;
  readonly #failures: unknown[] = [];
  readonly #queue = new Fifo<Place>();
  /** Tasks that have room, and those that have or wait for it. */
  #running = 0;
  #live = 0;
  #onEmpty: (() => void) | undefined;
  #hears = false;
  #isOver = false;
  #ended: Promise<void> | undefined;

  /** @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE, ERR_ARENA_FULL */
  constructor(host: GroupHost, options: GroupOptions = {}) {
    if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `group needs an object of options, not ${printValue(options)}`);
    const { limit = Infinity, context } = options;
    if (limit !== Infinity && (!Number.isInteger(limit) || limit < 1)) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `the limit of a group must be an integer of at least 1, not ${printValue(limit)}`);
    }
    if (context !== undefined && !(context instanceof Context)) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `the context of a group must be a context, not ${printValue(context)}`);
    }
    this.#host = host;
    this.#limit = limit;
    this.context = host.contexts.make(context, undefined);
    this.#number = `${this.context.header}.${this.context.generation}`;
  }

  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const result = this.#run(this.#enter(fn), fn as AnyFunction, args);
    // The group has it.
    result.catch(() => undefined);
    return result as Promise<Awaited<R>>;
  }

  go<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void | Promise<void> {
    const room = this.#enter(fn);
    this.#run(room, fn as AnyFunction, args).catch(() => undefined);
    return room;
  }

  /** One task more. Returns the promise of its room if there is none. */
  #enter(fn: unknown): undefined | Promise<void> {
    if (typeof fn !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `a group can start a task or a function, not ${printValue(fn)}`);
    if (this.#isOver) throw new WarrenError("ERR_GROUP_DONE", "cannot start a task in this group: wait() was called and all its tasks have ended");
    this.#live++;
    if (this.context.cancelled) return refused(this.context.reason);
    if (this.#running < this.#limit) {
      this.#running++;
      return undefined;
    }
    const place: Place = Promise.withResolvers();
    place.promise.catch(() => undefined);
    this.#queue.push(place);
    this.#hear();
    return place.promise;
  }

  /** Whoever waits for room when the group is cancelled waits no longer. */
  #hear(): void {
    if (this.#hears) return;
    this.#hears = true;
    const { signal } = this.context;
    signal.addEventListener("abort", () => {
      for (let place = this.#queue.shift(); place !== undefined; place = this.#queue.shift()) place.reject(signal.reason);
    });
  }

  async #run(room: undefined | Promise<void>, fn: AnyFunction, args: unknown[]): Promise<unknown> {
    let isRunning = room === undefined;
    try {
      if (room !== undefined) await room;
      isRunning = true;
      return await this.#host.tasks.spawn(fn, args, undefined);
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      if (isRunning) this.#leave();
      // After who awaits the result has heard of it.
      queueMicrotask(() => {
        if (--this.#live === 0) this.#onEmpty?.();
      });
    }
  }

  /** Passes the room of a task that has ended on to the next. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next.resolve();
  }

  #failed(error: unknown): void {
    const { context } = this;
    if (isOwn(error, this.#number)) return;
    if (isOwn(context.reason, this.#number) || !context.cancelled) {
      if (!this.#failures.includes(error)) this.#failures.push(error);
      context.cancel(new WarrenError("ERR_CANCELLED", `a task of the group failed: ${textOf(error)}`, { group: this.#number }, { cause: error }));
      return;
    }
    // Cancelled from outside: many tasks end with copies of one reason.
    const failure = isCopy(error, context.reason) ? context.reason : error;
    if (!this.#failures.includes(failure)) this.#failures.push(failure);
  }

  wait(): Promise<void> {
    this.#ended ??= this.#join();
    return this.#ended;
  }

  async #join(): Promise<void> {
    while (this.#live > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    this.#isOver = true;
    this.context[Symbol.dispose]();
    const [first] = this.#failures;
    if (this.#failures.length > 1) throw new AggregateError(this.#failures, `${this.#failures.length} tasks of the group failed. The first error: ${textOf(first)}`, { cause: first });
    if (this.#failures.length === 1) throw first;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isHeard = this.#ended !== undefined;
    try {
      await this.wait();
    } catch (error) {
      if (!isHeard) throw error;
    }
  }
}

function refused(reason: unknown): Promise<void> {
  const promise = Promise.reject<void>(reason);
  promise.catch(() => undefined);
  return promise;
}

/** Whether an error is what the group with that number cancels its tasks with, or a copy of it. */
function isOwn(error: unknown, number: string): boolean {
  return error instanceof WarrenError && error.code === "ERR_CANCELLED" && error.details.group === number;
}

function isCopy(error: unknown, of: Error | undefined): boolean {
  if (error === of) return true;
  if (!(error instanceof Error) || of === undefined) return false;
  return error.name === of.name && error.message === of.message && (error as { code?: unknown }).code === (of as { code?: unknown }).code;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : printValue(error);
}
