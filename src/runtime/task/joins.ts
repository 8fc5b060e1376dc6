/** The joins of one thread: the promises of tasks that it has spawned and that have not ended. */
import { continueStack } from "../../wire/error-class.ts";
import type { Identity } from "./identity.ts";

/** The join of a task that has not ended. */
export interface Join extends PromiseWithResolvers<unknown> {
  readonly task: Identity;
  readonly sinceMs: number;
  /** The task's record, 0 for a closure. */
  record: number;
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

  list(): readonly Join[] {
    return this.#joins.filter((join) => join !== undefined);
  }

  /** Makes the join of `task`, lets `start` start the task with the join's index (it returns the task's record), and returns its promise. @throws what `start` throws */
  open(task: Identity, sinceMs: number, start: (index: number) => number): Promise<unknown> {
    let resolve!: Join["resolve"];
    let reject!: Join["reject"];
    const promise = new Promise<unknown>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const join: Join = { task, sinceMs, record: 0, promise, resolve, reject };
    const index = this.#free.pop() ?? this.#joins.length;
    this.#joins[index] = join;
    try {
      join.record = start(index);
    } catch (error) {
      this.#joins[index] = undefined;
      this.#free.push(index);
      throw error;
    }
    this.#count++;
    this.#onChange();
    return join.promise;
  }

  /** The joins whose tasks have a record. */
  *withRecords(): Generator<{ index: number; record: number; name: string }> {
    for (const [index, join] of this.#joins.entries()) if (join !== undefined && join.record !== 0) yield { index, record: join.record, name: join.task.name };
  }

  /** The task of a join has ended. */
  settle(index: number, failed: boolean, value: unknown): void {
    const join = this.#close(index);
    if (join === undefined) return;
    if (!failed) return join.resolve(value);
    continueStack(value, `task ${join.task.name}, spawned at`, join.task.site);
    join.reject(value);
  }

  /** Rejects all joins. A join that no code awaits does not become an unhandled rejection. */
  rejectAll(error: Error): void {
    for (let index = 0; index < this.#joins.length; index++) {
      const join = this.#close(index);
      join?.promise.catch(() => undefined);
      join?.reject(error);
    }
  }

  #close(index: number): Join | undefined {
    const join = this.#joins[index];
    if (join === undefined) return undefined;
    this.#joins[index] = undefined;
    this.#free.push(index);
    this.#count--;
    this.#onChange();
    return join;
  }
}
