/**
 * Groups: tasks that belong together and end together.
 *
 * Invariants: a task is in the group from the call of `spawn` or `go` until it has
 * ended, also while it waits for the limit. `wait` ends only when no task is in the
 * group. `wait` rejects with every failure, each once. If a task throws the reason
 * with which the group was cancelled, that is not a failure. The group recognises its
 * own reason by the number in the details, and a reason from outside by class,
 * message and code, because a reason arrives as a copy.
 *
 * Source: Go, x/sync/errgroup; Trio's nurseries for the effect of a failure on tasks
 * that wait. Not done: killing tasks; the group's context tells them to end.
 */
import { Context } from "../../context/context.ts";
import { INSPECT, WarrenError, printValue } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { Fifo } from "../../scheduler/fifo.ts";
import { Noticed } from "../../wait/noticed.ts";
import { giveBack, guardsIn, withMoved } from "./guards.ts";
import type { AnyFunction } from "../module/task-function.ts";
import type { Tasks } from "./tasks.ts";

/** Options of `group`. */
export interface GroupOptions {
  /** Maximum number of tasks that run at the same time; the others wait in order. */
  readonly limit?: number | undefined;
  /** The parent of the group's context: cancelling it cancels the group. */
  readonly context?: Context | undefined;
}

/** Tasks that end together: the first failure cancels the others. Made by `group`. */
export interface Group extends AsyncDisposable {
  /**
   * The context of the group. It is cancelled at the first failure, with ERR_CANCELLED
   * whose `cause` is the failure; by its parent; and when the group has ended. Pass
   * it to the tasks: a task ends early only if it checks it or waits with its signal.
   */
  readonly context: Context;
  /**
   * Starts `fn`, a task or a closure, like the free function, as soon as the limit
   * allows; arguments are copied at that time. Its failure is also the group's, so
   * you need not await the promise. After a failure no task starts, and `spawn`
   * rejects with the reason of `context`.
   * @throws ERR_INVALID_ARGUMENT for a value that is not a function, ERR_GROUP_DONE once the group has ended
   */
  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /**
   * Starts `fn` like `spawn`, without the result. Returns nothing if the task starts immediately;
   * otherwise a promise that resolves when it starts. If it does not start because another task of
   * the group has failed, the promise rejects with that failure.
   * @throws as `spawn`
   */
  go<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void | Promise<void>;
  /**
   * Starts `fn` like `go`, but only if the limit leaves room for it now, and returns whether
   * it did. After a failure no task starts, so the result is `false` then, too: a loop that
   * tries again must check `context.cancelled`.
   * @throws as `spawn`
   */
  tryGo<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): boolean;
  /** Starts `fn` as `tryGo` does, but returns the promise for the result, or `undefined` if the task does not start. @throws as `spawn` */
  trySpawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> | undefined;
  /**
   * Waits for all tasks and ends the group. Rejects with the failure of a task. If
   * several have failed, it rejects with an AggregateError that has them in order,
   * and the first as `cause`.
   */
  wait(): Promise<void>;
  /** Waits for all tasks and cancels none. Rejects like `wait`, unless `wait` was called: then the caller of `wait` gets the error. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The parts of a thread's side of a runtime that a group uses. */
interface GroupHost {
  readonly arena: Arena;
  readonly tasks: Tasks;
  readonly contexts: { make(parent: Context | undefined, options: undefined): Context };
}

/** The place of a task that waits for the limit. */
type Place = PromiseWithResolvers<void>;

export class TaskGroup implements Group {
  readonly context: Context;
  readonly #host: GroupHost;
  readonly #limit: number;
  readonly #number: string;
  /** In order, each once. */
  readonly #failures = new Set<unknown>();
  readonly #queue = new Fifo<Place>();
  /** Tasks that count for the limit, and all tasks, including those that wait for it. */
  #running = 0;
  #live = 0;
  #onEmpty: (() => void) | undefined;
  #listens = false;
  #isOver = false;
  /** Starts that have been rejected with the failure or the reason that ends the group. */
  readonly #reports: Noticed<void>[] = [];
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
    const guards = guardsIn(args, this.#host.arena);
    const start = this.#enter(fn);
    // From now on the group holds what the guards held, until the task starts or is refused.
    const result = this.#run(start, fn as AnyFunction, withMoved(args, guards, 0));
    // The group keeps the failure.
    result.catch(() => undefined);
    return result as Promise<Awaited<R>>;
  }

  go<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void | Promise<void> {
    const guards = guardsIn(args, this.#host.arena);
    const start = this.#enter(fn);
    this.#run(start, fn as AnyFunction, withMoved(args, guards, 0)).catch(() => undefined);
    return start === undefined ? undefined : this.#startFor(start);
  }

  tryGo<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): boolean {
    return this.trySpawn(fn, ...args) !== undefined;
  }

  trySpawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> | undefined {
    this.#check(fn);
    // While tasks wait for the limit, as many run as it allows: none of them is overtaken.
    if (this.context.cancelled || this.#running >= this.#limit) return undefined;
    return this.spawn(fn, ...args);
  }

  /**
   * A start as the caller of `go` gets it. If the task does not start because another one
   * has failed, it rejects with that failure. If the caller awaits it, the failure has
   * reached the block of `await using`, whose end must not throw it a second time: then
   * JavaScript would hide both in a SuppressedError.
   */
  #startFor(start: Promise<void>): Promise<void> {
    const noticed = new Noticed<void>((resolve, reject) => {
      start.then(resolve, (reason: unknown) => {
        this.#reports.push(noticed);
        reject(this.#failures.size > 0 && isOwn(reason, this.#number) ? this.#failures.values().next().value : reason);
      });
    });
    // A start that the caller does not await is not an unhandled rejection.
    Promise.prototype.then.call(noticed, undefined, () => undefined);
    return noticed;
  }

  #check(fn: unknown): void {
    if (typeof fn !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `a group can start a task or a function, not ${printValue(fn)}`);
    if (this.#isOver) throw new WarrenError("ERR_GROUP_DONE", "cannot start a task in this group: wait() was called and all its tasks have ended");
  }

  /** Adds a task. Returns a promise that resolves when the task can start, or `undefined` if it can start now. */
  #enter(fn: unknown): undefined | Promise<void> {
    this.#check(fn);
    this.#live++;
    if (this.context.cancelled) return refused(this.context.reason);
    if (this.#running < this.#limit) {
      this.#running++;
      return undefined;
    }
    const place: Place = Promise.withResolvers();
    place.promise.catch(() => undefined);
    this.#queue.push(place);
    this.#listen();
    return place.promise;
  }

  /** When the group is cancelled, the tasks that wait for the limit are rejected. */
  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    const { signal } = this.context;
    signal.addEventListener("abort", () => {
      for (let place = this.#queue.shift(); place !== undefined; place = this.#queue.shift()) place.reject(signal.reason);
    });
  }

  async #run(start: undefined | Promise<void>, fn: AnyFunction, args: unknown[]): Promise<unknown> {
    let isRunning = start === undefined;
    try {
      if (start !== undefined) await start;
      isRunning = true;
      return await this.#host.tasks.spawn(fn, args, undefined, start !== undefined);
    } catch (error) {
      giveBack(args);
      this.#failed(error);
      throw error;
    } finally {
      if (isRunning) this.#leave();
      // After the code that awaits the result has continued.
      queueMicrotask(() => {
        if (--this.#live === 0) this.#onEmpty?.();
      });
    }
  }

  /** A task has ended: the next one in the queue starts. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#running--;
    else next.resolve();
  }

  #failed(error: unknown): void {
    const { context } = this;
    if (isOwn(error, this.#number)) return;
    if (isOwn(context.reason, this.#number) || !context.cancelled) {
      this.#failures.add(error);
      if (!context.cancelled) context.cancel(new WarrenError("ERR_CANCELLED", `a task of the group failed: ${textOf(error)}`, { group: this.#number }, { cause: error }));
      return;
    }
    // Cancelled from outside: many tasks may end with copies of the same reason.
    this.#failures.add(isCopy(error, context.reason) ? context.reason : error);
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
    const failures = [...this.#failures];
    const [first] = failures;
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} tasks of the group failed. The first error: ${textOf(first)}`, { cause: first });
    if (failures.length === 1) throw first;
  }

  [INSPECT](): string {
    return `group of ${this.#live} tasks, ${this.#running} running${this.context.isMarked ? ", cancelled" : ""}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isAwaited = this.#ended !== undefined;
    try {
      await this.wait();
    } catch (error) {
      if (!isAwaited && !this.#reports.some((start) => start.isAwaited)) throw error;
    }
  }
}

function refused(reason: unknown): Promise<void> {
  const promise = Promise.reject<void>(reason);
  promise.catch(() => undefined);
  return promise;
}

/** Whether an error is the reason with which the group of that number cancels its tasks, or a copy. */
function isOwn(error: unknown, number: string): boolean {
  return error instanceof WarrenError && error.code === "ERR_CANCELLED" && error.details.group === number;
}

function isCopy(error: unknown, of: Error | undefined): boolean {
  if (error === of) return true;
  // A batch says how many of its values were sent, and has the reason as its cause.
  if (error instanceof WarrenError && "sent" in error.details && isCopy(error.cause, of)) return true;
  if (!(error instanceof Error) || of === undefined) return false;
  return error.name === of.name && error.message === of.message && (error as { code?: unknown }).code === (of as { code?: unknown }).code;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : printValue(error);
}
