/**
 * The mutex: a lock and nothing else; and what it has in common with Guarded: one task at
 * a time holds it. The word `holder` decides: it is 0, the lock id of the thread whose
 * task has the lock, or a lease. Invariant: while it is 0 no task waits.
 */
import { KIND, USE, syncHeader, syncWaiter } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import { type Guard, LockGuard } from "./guard.ts";
import { LockObject } from "./lock-object.ts";
import type { Mutex } from "./objects.ts";
import { makeHeader } from "./shared-object.ts";
import type { Wait, WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export abstract class ExclusiveLock<G extends Guard> extends LockObject {
  /** The guard of a task that has the lock. */
  protected abstract guard(ownerDied: boolean): G;

  lock(options?: WaitOptions): G | Promise<G> {
    const signal = this.begin(options);
    return this.isSliceOver ? this.later(options, (checked) => this.#lock(checked)) : this.#lock(signal);
  }

  #lock(signal: AbortSignal | undefined): G | Promise<G> {
    this.noteUse(USE.lock, 1);
    this.enter();
    if (this.#isHeld) return this.waitLocked("lock", signal) as G | Promise<G>;
    return this.#take();
  }

  tryLock(): G | undefined {
    this.enter();
    this.noteUse(this.#isHeld ? USE.miss : USE.lock, 1);
    if (!this.#isHeld) return this.#take();
    this.leave();
    return undefined;
  }

  get #isHeld(): boolean {
    return this.i32[this.header + syncHeader.holder] !== 0;
  }

  #take(): G {
    const { i32, header: at } = this;
    i32[at + syncHeader.holder] = this.waiters.arena.owner;
    this.note(this.taskId());
    const ownerDied = i32[at + syncHeader.ownerDied] !== 0;
    i32[at + syncHeader.ownerDied] = 0;
    this.leave();
    return this.guard(ownerDied);
  }

  giveBack(): boolean {
    this.noteUse(USE.unlock);
    if (!this.enterIfLive()) return false;
    this.i32[this.header + syncHeader.holder] = 0;
    this.settle();
    this.leave();
    return true;
  }

  protected override shareOf(): number {
    return 0;
  }

  protected override recount(): void {
    // It counts nothing.
  }

  protected override settle(): void {
    const { i32, header: at, first } = this;
    if (first === 0 || this.#isHeld) return;
    this.note(i32[first + syncWaiter.task]);
    this.grant(i32[at + syncHeader.ownerDied], at + syncHeader.holder, ownerIndex(i32, first) + 1);
    i32[at + syncHeader.ownerDied] = 0;
  }

  protected override granted(wait: Wait): G {
    return this.guard(this.i32[wait.record + syncWaiter.result] !== 0);
  }

  protected override disown(index: number): void {
    const { i32, header: at } = this;
    if (i32[at + syncHeader.holder] !== index + 1) return;
    i32[at + syncHeader.ownerDied] = 1;
    i32[at + syncHeader.holder] = 0;
  }

  override describe(): string {
    return `${super.describe()}, ${this.describeHolder()}`;
  }
}

export class SharedMutex extends ExclusiveLock<Guard> implements Mutex {
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.mutex);
  }

  override get kind(): string {
    return "Mutex";
  }

  protected override guard(ownerDied: boolean): Guard {
    return new LockGuard(this, 1, ownerDied);
  }
}
