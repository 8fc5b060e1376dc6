/**
 * The semaphore. Each processor counts in its word of `block` the permits that its tasks have;
 * `value` is how many of the `size` permits are left.
 *
 * Invariants: `value` = `size` − the sum of those words, never negative; the first waiter
 * needs more than `value`. A large request is not overtaken by small ones behind it; when
 * a signal ends it, they are checked again.
 */
import { WarrenError, printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { KIND, USE, syncHeader } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import { type Guard, LockGuard } from "./guard.ts";
import { LockObject } from "./lock-object.ts";
import type { Semaphore } from "./objects.ts";
import { makeHeader } from "./shared-object.ts";
import type { Wait, WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedSemaphore extends LockObject implements Semaphore {
  static make(waiters: Waiters, permits: number): number {
    const at = makeHeader(waiters, KIND.semaphore, { size: checkCount(permits, "a semaphore's permits"), words: waiters.arena.threads + 1 });
    waiters.arena.i32[at + syncHeader.value] = permits;
    return at;
  }

  override get kind(): string {
    return "Semaphore";
  }

  get available(): number {
    return this.readWord(syncHeader.value);
  }

  acquire(n = 1, options?: WaitOptions): Guard | Promise<Guard> {
    this.#check(n);
    const signal = this.begin(options);
    return this.isSliceOver ? this.later(options, (checked) => this.#acquire(n, checked)) : this.#acquire(n, signal);
  }

  #acquire(n: number, signal: AbortSignal | undefined): Guard | Promise<Guard> {
    this.#notePermits(USE.lock, n);
    this.enter();
    if (!this.#isFree(n)) return this.waitLocked("acquire", signal, n) as Guard | Promise<Guard>;
    return this.#take(n);
  }

  tryAcquire(n = 1): Guard | undefined {
    this.#check(n);
    this.enter();
    this.#notePermits(this.#isFree(n) ? USE.lock : USE.miss, n);
    if (this.#isFree(n)) return this.#take(n);
    this.leave();
    return undefined;
  }

  #check(n: unknown): void {
    const permits = this.i32[this.header + syncHeader.size];
    checkCount(n, "acquire");
    // A stale handle reads what the header is used for now; it fails later, when it locks.
    if ((n as number) > permits && this.isCurrent) throw new WarrenError("ERR_INVALID_ARGUMENT", `acquire(${n as number}) could never be granted: ${this.describe()} has ${permits} permits in all`);
  }

  /** One event for each permit. */
  #notePermits(use: number, n: number): void {
    for (let k = 0; k < n && this.waiters.recorder !== undefined; k++) this.noteUse(use, this.i32[this.header + syncHeader.size]);
  }

  #isFree(n: number): boolean {
    return this.first === 0 && n <= this.i32[this.header + syncHeader.value];
  }

  #take(n: number): Guard {
    const { i32, header: at } = this;
    i32[i32[at + syncHeader.block] + this.waiters.arena.index] += n;
    i32[at + syncHeader.value] -= n;
    this.leave();
    this.waiters.scheduler.tookPermit = true;
    return new LockGuard(this, n, false);
  }

  giveBack(n: number): boolean {
    this.#notePermits(USE.unlock, n);
    if (!this.enterIfLive()) return false;
    const { i32, header: at } = this;
    i32[i32[at + syncHeader.block] + this.waiters.arena.index] -= n;
    i32[at + syncHeader.value] += n;
    this.settle();
    this.leave();
    return true;
  }

  protected override settle(): void {
    const { i32, header: at } = this;
    for (let record = this.first; record !== 0; record = this.first) {
      const n = this.amountOf(record);
      if (n > i32[at + syncHeader.value]) return;
      const word = i32[at + syncHeader.block] + ownerIndex(i32, record);
      this.grant(0, word, i32[word] + n);
      i32[at + syncHeader.value] -= n;
    }
  }

  protected override granted(wait: Wait): Guard {
    return new LockGuard(this, this.amountOf(wait.record), false);
  }

  protected override disown(index: number): void {
    const { i32, header: at } = this;
    i32[i32[at + syncHeader.block] + index] = 0;
    this.recount();
  }

  protected override shareOf(n: number): number {
    return n;
  }

  protected override recount(): void {
    const { i32, header: at } = this;
    i32[at + syncHeader.value] = i32[at + syncHeader.size] - this.sumOfShares();
  }

  override describe(): string {
    const { i32, header: at } = this;
    return `${super.describe()}, ${i32[at + syncHeader.value]} of ${i32[at + syncHeader.size]} permits left`;
  }
}

/** Checks an integer from 1 on that a word can count. @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
export function checkCount(count: unknown, what: string): number {
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} must be an integer of at least 1, not ${printValue(count)}`);
  }
  if (count > LIMITS.count) {
    throw new WarrenError("ERR_LIMIT", `${what}: ${count} is above the limit of ${LIMITS.count}`, { limit: "count", maximum: LIMITS.count, actual: count });
  }
  return count;
}
