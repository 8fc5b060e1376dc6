/** The joins of one thread: the promises of tasks that it has spawned and that have not ended. */
import type { AsyncResource } from "node:async_hooks";
import { continueStack } from "../../wire/error-class.ts";
import type { AnyFunction } from "../module/task-function.ts";
import type { Identity } from "./identity.ts";

/** The join of a task that has not ended. */
export class Join {
  readonly task: Identity;
  readonly sinceMs: number;
  /** The task's record, 0 for a closure. */
  record = 0;
  promise: Promise<unknown> | undefined = undefined;
  resolve: ((value: unknown) => void) | undefined = undefined;
  reject: ((error: unknown) => void) | undefined = undefined;
  /** Of a closure that has not started. Not an object or a function of their own: a million closures can wait for their start. */
  fn: AnyFunction | undefined = undefined;
  args: unknown[] | undefined = undefined;
  context: AsyncResource | undefined = undefined;

  constructor(task: Identity, sinceMs: number) {
    this.task = task;
    this.sinceMs = sinceMs;
  }
}

/** The join for which a promise is being made, as a table and an index: see wait/waiter.ts. */
let openingIn: (Join | undefined)[] = [];
let openingAt = 0;
function capture(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  const join = openingIn[openingAt] as Join;
  join.resolve = resolve;
  join.reject = reject;
}

export class Joins {
  readonly #joins: (Join | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #onChange: () => void;
  #count = 0;

  /** @param onChange called when the number of joins changes */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get count(): number {
    return this.#count;
  }

  /** The task that spawned the task of a join; none for code outside tasks. */
  by(index: number): Identity | undefined {
    return this.#joins[index]?.task.starter;
  }

  /** The id of the task of a join. */
  childOf(index: number): number {
    return this.#joins[index]?.task.id ?? 0;
  }

  list(): readonly Join[] {
    return this.#joins.filter((join) => join !== undefined);
  }

  /** Makes the join of `task`; returns its index. Then call `opened`, or `drop` if the task cannot be started. */
  open(task: Identity, sinceMs: number): number {
    const joins = this.#joins;
    const index = this.#free.pop() ?? joins.length;
    const join = new Join(task, sinceMs);
    joins[index] = join;
    openingIn = joins;
    openingAt = index;
    join.promise = new Promise<unknown>(capture);
    return index;
  }

  /** The task of a join has been started; the promise for its result. @param record the task's, 0 for a closure */
  opened(index: number, record: number): Promise<unknown> {
    const join = this.#joins[index] as Join;
    join.record = record;
    this.#count++;
    this.#onChange();
    return join.promise as Promise<unknown>;
  }

  /** Keeps what the start of a closure needs. */
  keep(index: number, fn: AnyFunction, args: unknown[], context: AsyncResource): void {
    const join = this.#joins[index] as Join;
    join.fn = fn;
    join.args = args;
    join.context = context;
  }

  /** The join at an index; none if it was rejected because the runtime ends. */
  at(index: number): Join | undefined {
    return this.#joins[index];
  }

  /** Forgets a join whose task has not been started. */
  drop(index: number): void {
    this.#joins[index] = undefined;
    this.#free.push(index);
  }

  /** The joins whose tasks have a record. */
  *withRecords(): Generator<{ index: number; record: number; name: string }> {
    for (const [index, join] of this.#joins.entries()) if (join !== undefined && join.record !== 0) yield { index, record: join.record, name: join.task.name };
  }

  /** The task of a join has ended. */
  settle(index: number, failed: boolean, value: unknown): void {
    const join = this.#close(index);
    if (join === undefined) return;
    if (!failed) return (join.resolve as (value: unknown) => void)(value);
    continueStack(value, `task ${join.task.name}, spawned at`, join.task.site);
    join.reject?.(value);
  }

  /** Rejects all joins. A join that no code awaits does not become an unhandled rejection. */
  rejectAll(error: Error): void {
    for (let index = 0; index < this.#joins.length; index++) {
      const join = this.#close(index);
      join?.promise?.catch(() => undefined);
      join?.reject?.(error);
    }
  }

  #close(index: number): Join | undefined {
    const join = this.#joins[index];
    if (join === undefined) return undefined;
    this.drop(index);
    this.#count--;
    this.#onChange();
    return join;
  }
}
