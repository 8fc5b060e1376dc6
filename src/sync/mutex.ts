/**
 * The mutex. The word `holder` decides: it is 0, or the lock id of the thread whose task
 * has the lock. Invariant: while it is 0 no task waits.
 */
import { KIND, syncHeader, syncWaiter } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import { type Guard, HeldGuard } from "./guard.ts";
import type { Mutex } from "./objects.ts";
import { SharedObject, makeHeader } from "./shared-object.ts";
import type { Wait, WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedMutex extends SharedObject implements Mutex {
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.mutex);
  }

  override get kind(): string {
    return "Mutex";
  }

  lock(options?: WaitOptions): Guard | Promise<Guard> {
    const signal = this.begin(options);
    if (this.isSliceOver) return this.later(() => this.lock(options));
    this.enter();
    if (this.#isHeld) return this.waitLocked("lock", signal) as Guard | Promise<Guard>;
    return this.#take();
  }

  tryLock(): Guard | undefined {
    this.enter();
    if (!this.#isHeld) return this.#take();
    this.leave();
    return undefined;
  }

  get #isHeld(): boolean {
    return this.i32[this.header + syncHeader.holder] !== 0;
  }

  #take(): Guard {
    const { i32, header: at } = this;
    i32[at + syncHeader.holder] = this.waiters.arena.owner;
    this.note(this.taskId());
    const ownerDied = i32[at + syncHeader.ownerDied] !== 0;
    i32[at + syncHeader.ownerDied] = 0;
    this.leave();
    return new HeldGuard(this, 1, ownerDied);
  }

  giveBack(): boolean {
    if (!this.enterIfLive()) return false;
    this.i32[this.header + syncHeader.holder] = 0;
    this.settle();
    this.leave();
    return true;
  }

  protected override settle(): void {
    const { i32, header: at, first } = this;
    if (first === 0 || this.#isHeld) return;
    this.note(i32[first + syncWaiter.task]);
    this.grant(i32[at + syncHeader.ownerDied], at + syncHeader.holder, ownerIndex(i32, first) + 1);
    i32[at + syncHeader.ownerDied] = 0;
  }

  protected override granted(wait: Wait): Guard {
    return new HeldGuard(this, 1, this.i32[wait.record + syncWaiter.result] !== 0);
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
