/**
 * Once: `value` is 1 when the function has returned. Until then `holder` is the lock id
 * of the thread whose task runs it, or 0. Invariant: while no task runs it and it is not
 * done, no task waits. If a function throws, the first waiter runs its own.
 */
import { WarrenError, printValue } from "../errors.ts";
import { load, store } from "../memory/atomics.ts";
import { KIND, syncHeader, syncWaiter } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import type { Once } from "./objects.ts";
import { SharedObject, makeHeader } from "./shared-object.ts";
import type { Wait, WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedOnce extends SharedObject implements Once {
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.once);
  }

  override get kind(): string {
    return "Once";
  }

  get isDone(): boolean {
    return this.readWord(syncHeader.value) !== 0;
  }

  do(fn: () => unknown, options?: WaitOptions): void | Promise<void> {
    if (typeof fn !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `do needs a function, not ${printValue(fn)}`);
    const signal = this.begin(options);
    // Pairs with the store in `#ran`.
    if (load(this.i32, this.header + syncHeader.value) !== 0 && this.isCurrent) return this.paced(undefined);
    const mayRun = this.#tryBegin(signal);
    if (mayRun instanceof Promise) return mayRun.then((isMine) => (isMine ? this.#run(fn) : undefined));
    return mayRun ? this.#run(fn) : this.paced(undefined);
  }

  /** Begins to run the caller's function: true, or false if a function has run to its end. Waits while another one runs. */
  #tryBegin(signal: AbortSignal | undefined): boolean | Promise<boolean> {
    const { i32, header: at } = this;
    this.enter();
    const isDone = i32[at + syncHeader.value] !== 0;
    if (!isDone && i32[at + syncHeader.holder] !== 0) return this.waitLocked("once", signal) as boolean | Promise<boolean>;
    if (!isDone) {
      i32[at + syncHeader.holder] = this.waiters.arena.owner;
      this.note(this.taskId());
    }
    this.leave();
    return !isDone;
  }

  #run(fn: () => unknown): void | Promise<void> {
    let result: unknown;
    try {
      result = fn();
    } catch (error) {
      this.#ran(false);
      throw error;
    }
    if (!isThenable(result)) return this.#ran(true);
    return Promise.resolve(result).then(
      () => this.#ran(true),
      (error: unknown) => {
        this.#ran(false);
        throw error;
      },
    );
  }

  #ran(isDone: boolean): void {
    if (!this.enterIfLive()) return;
    const { i32, header: at } = this;
    // Pairs with the load in `do`: a thread that sees the 1 without the lock also sees what the function wrote.
    if (isDone) store(i32, at + syncHeader.value, 1);
    i32[at + syncHeader.holder] = 0;
    this.settle();
    this.leave();
  }

  protected override settle(): void {
    const { i32, header: at } = this;
    if (i32[at + syncHeader.value] !== 0) {
      while (this.first !== 0) this.grant(0);
      return;
    }
    const { first } = this;
    if (first === 0 || i32[at + syncHeader.holder] !== 0) return;
    this.note(i32[first + syncWaiter.task]);
    this.grant(1, at + syncHeader.holder, ownerIndex(i32, first) + 1);
  }

  /** Whether this call must run its function. */
  protected override granted(wait: Wait): boolean {
    return this.i32[wait.record + syncWaiter.result] === 1;
  }

  protected override disown(index: number): void {
    const at = this.header + syncHeader.holder;
    if (this.i32[at] === index + 1) this.i32[at] = 0;
  }

  override describe(): string {
    const isDone = this.i32[this.header + syncHeader.value] !== 0;
    return `${super.describe()}, ${isDone ? "done" : this.describeHolder().replace("held", "run")}`;
  }
}

/** Whether `await` would wait for a value. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
