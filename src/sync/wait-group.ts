/**
 * The wait group: `value` counts what is not done. Invariant: while it is 0 no task
 * waits. The `done` that reaches 0 releases all waiters, even if the count is above 0
 * again when their tasks continue. So a group can be used again immediately, where Go's
 * can panic.
 */
import { WarrenError, printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { KIND, USE, syncHeader } from "../memory/layout.ts";
import type { WaitGroup } from "./objects.ts";
import { SharedObject, makeHeader } from "./shared-object.ts";
import type { WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedWaitGroup extends SharedObject implements WaitGroup {
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.waitGroup);
  }

  override get kind(): string {
    return "WaitGroup";
  }

  get count(): number {
    return this.readWord(syncHeader.value);
  }

  add(n = 1): void {
    if (!Number.isInteger(n)) throw new WarrenError("ERR_INVALID_ARGUMENT", `add needs an integer, not ${printValue(n)}`);
    this.enter();
    const at = this.header + syncHeader.value;
    const before = this.i32[at];
    const count = before + n;
    if (count < 0 || count > LIMITS.count) {
      this.leave();
      if (count < 0) throw new WarrenError("ERR_NEGATIVE_COUNT", `${n === -1 ? "done()" : `add(${n})`} would make the count of ${this.describe()} negative: it is ${before}`, { count: before, added: n });
      throw new WarrenError("ERR_LIMIT", `count: ${count} is above the limit of ${LIMITS.count}`, { limit: "count", maximum: LIMITS.count, actual: count });
    }
    if (n < 0) this.noteUse(USE.signal);
    this.i32[at] = count;
    this.settle();
    this.leave();
  }

  done(): void {
    this.add(-1);
  }

  wait(options?: WaitOptions): void | Promise<void> {
    const signal = this.begin(options);
    this.noteUse(USE.await);
    this.enter();
    if (this.i32[this.header + syncHeader.value] !== 0) return this.waitLocked("wait", signal) as void | Promise<void>;
    this.leave();
    return this.paced(undefined);
  }

  protected override settle(): void {
    if (this.i32[this.header + syncHeader.value] !== 0) return;
    while (this.first !== 0) this.grant(0);
  }

  protected override granted(): void {
    // Released: there is nothing to hold.
  }

  protected override disown(): void {
    // No thread holds a part of the count: what a dead task should have done stays undone.
  }

  override describe(): string {
    return `${super.describe()} at ${this.i32[this.header + syncHeader.value]}`;
  }
}
