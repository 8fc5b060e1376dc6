/**
 * The lock for one writer or many readers. `holder` is the lock id of the writer's
 * thread, a lease, or 0. Each processor counts its readers in its word of `block`, and
 * `value` is their sum, with the readers among the leases.
 *
 * Invariants: a writer and a reader never hold it at the same time; there is one queue
 * for both, so no task is overtaken: a reader that comes while a writer waits is queued
 * behind it, and the readers behind that writer get the lock together when it is done.
 */
import { KIND, USE, syncHeader, syncWaiter } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import { type Guard, LockGuard } from "./guard.ts";
import { LockObject } from "./lock-object.ts";
import type { RwLock } from "./objects.ts";
import { makeHeader } from "./shared-object.ts";
import type { Wait, WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

const READ = 1;
const WRITE = 2;

export class SharedRwLock extends LockObject implements RwLock {
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.rwLock, { words: waiters.arena.threads + 1 });
  }

  override get kind(): string {
    return "RwLock";
  }

  readLock(options?: WaitOptions): Guard | Promise<Guard> {
    return this.#begin(READ, options);
  }

  tryReadLock(): Guard | undefined {
    return this.#tryLock(READ);
  }

  writeLock(options?: WaitOptions): Guard | Promise<Guard> {
    return this.#begin(WRITE, options);
  }

  tryWriteLock(): Guard | undefined {
    return this.#tryLock(WRITE);
  }

  #begin(mode: number, options: WaitOptions | undefined): Guard | Promise<Guard> {
    const signal = this.begin(options);
    return this.isSliceOver ? this.later(options, (checked) => this.#lock(mode, checked)) : this.#lock(mode, signal);
  }

  #lock(mode: number, signal: AbortSignal | undefined): Guard | Promise<Guard> {
    this.noteUse(USE.lock, mode === READ ? 0 : 1);
    this.enter();
    if (!this.#isFree(mode)) return this.waitLocked("lock", signal, mode) as Guard | Promise<Guard>;
    return this.#take(mode);
  }

  #tryLock(mode: number): Guard | undefined {
    this.enter();
    this.noteUse(this.#isFree(mode) ? USE.lock : USE.miss, mode === READ ? 0 : 1);
    if (this.#isFree(mode)) return this.#take(mode);
    this.leave();
    return undefined;
  }

  /** Whether a new request gets the lock: not if others wait. */
  #isFree(mode: number): boolean {
    return this.first === 0 && this.#admits(mode);
  }

  #admits(mode: number): boolean {
    const { i32, header: at } = this;
    return i32[at + syncHeader.holder] === 0 && (mode === READ || i32[at + syncHeader.value] === 0);
  }

  #take(mode: number): Guard {
    const { i32, header: at } = this;
    const { owner, index } = this.waiters.arena;
    const ownerDied = i32[at + syncHeader.ownerDied] !== 0;
    if (mode === READ) {
      i32[i32[at + syncHeader.block] + index]++;
      i32[at + syncHeader.value]++;
    } else {
      i32[at + syncHeader.holder] = owner;
      this.note(this.taskId());
      i32[at + syncHeader.ownerDied] = 0;
    }
    this.leave();
    return new LockGuard(this, mode, ownerDied);
  }

  giveBack(mode: number): boolean {
    this.noteUse(USE.unlock);
    if (!this.enterIfLive()) return false;
    const { i32, header: at } = this;
    if (mode === READ) {
      i32[i32[at + syncHeader.block] + this.waiters.arena.index]--;
      i32[at + syncHeader.value]--;
    } else i32[at + syncHeader.holder] = 0;
    this.settle();
    this.leave();
    return true;
  }

  protected override settle(): void {
    const { i32, header: at } = this;
    for (let record = this.first; record !== 0 && this.#admits(this.amountOf(record)); record = this.first) {
      const index = ownerIndex(i32, record);
      if (this.amountOf(record) === READ) {
        const word = i32[at + syncHeader.block] + index;
        this.grant(i32[at + syncHeader.ownerDied], word, i32[word] + 1);
        i32[at + syncHeader.value]++;
      } else {
        this.note(i32[record + syncWaiter.task]);
        this.grant(i32[at + syncHeader.ownerDied], at + syncHeader.holder, index + 1);
        i32[at + syncHeader.ownerDied] = 0;
      }
    }
  }

  protected override granted(wait: Wait): Guard {
    return new LockGuard(this, this.amountOf(wait.record), this.i32[wait.record + syncWaiter.result] !== 0);
  }

  protected override disown(index: number): void {
    const { i32, header: at } = this;
    if (i32[at + syncHeader.holder] === index + 1) {
      i32[at + syncHeader.ownerDied] = 1;
      i32[at + syncHeader.holder] = 0;
    }
    i32[i32[at + syncHeader.block] + index] = 0;
    this.recount();
  }

  protected override shareOf(mode: number): number {
    return mode === READ ? 1 : 0;
  }

  protected override recount(): void {
    this.i32[this.header + syncHeader.value] = this.sumOfShares();
  }

  override describe(): string {
    const readers = this.i32[this.header + syncHeader.value];
    return `${super.describe()}, ${readers === 0 ? this.describeHolder() : `held by ${readers} reader${readers === 1 ? "" : "s"}`}`;
  }
}
