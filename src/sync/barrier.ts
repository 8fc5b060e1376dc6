/**
 * The barrier: `size` parties. The parties that have arrived are the waiters. The last
 * one to arrive releases the others, each with its place in the queue. While it does so,
 * `value` is the place of the next one plus 1; otherwise it is 0.
 *
 * Invariant: outside the lock fewer than `size` wait. A wait that a signal ends leaves
 * the queue, and the places behind it move up. The next round can begin before the tasks
 * of the previous round have continued.
 */
import { KIND, USE, syncHeader, syncWaiter } from "../memory/layout.ts";
import type { Barrier } from "./objects.ts";
import { checkCount } from "./semaphore.ts";
import { SharedObject, makeHeader } from "./shared-object.ts";
import type { Wait, WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedBarrier extends SharedObject implements Barrier {
  static make(waiters: Waiters, parties: number): number {
    return makeHeader(waiters, KIND.barrier, { size: checkCount(parties, "a barrier's parties") });
  }

  override get kind(): string {
    return "Barrier";
  }

  get parties(): number {
    return this.readWord(syncHeader.size);
  }

  wait(options?: WaitOptions): number | Promise<number> {
    const signal = this.begin(options);
    const { i32, header: at } = this;
    this.noteUse(USE.signal);
    this.noteUse(USE.await);
    this.enter();
    const place = i32[at + syncHeader.size] - 1;
    if (i32[at + syncHeader.waiting] < place) return this.waitLocked("barrier", signal) as number | Promise<number>;
    i32[at + syncHeader.value] = 1;
    this.settle();
    this.leave();
    return this.paced(place);
  }

  protected override settle(): void {
    const { i32, header: at } = this;
    const next = at + syncHeader.value;
    if (i32[next] === 0) return;
    while (this.first !== 0) this.grant(i32[next] - 1, next, i32[next] + 1);
    i32[next] = 0;
  }

  protected override granted(wait: Wait): number {
    return this.i32[wait.record + syncWaiter.result];
  }

  protected override disown(): void {
    // The dead thread's waiters have been removed from the queue. There is nothing else to take back.
  }

  override describe(): string {
    const { i32, header: at } = this;
    return `${super.describe()}, ${i32[at + syncHeader.waiting]} of ${i32[at + syncHeader.size]} parties have arrived`;
  }
}
