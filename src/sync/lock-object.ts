/**
 * Locks whose guards can be passed to a task. Where the task is started, what a guard
 * holds moves from the thread to a *lease*, and when the task starts, from the lease to
 * the thread that starts it.
 *
 * Invariants: what a guard holds is at any time in exactly one place: with a thread (its
 * word in `block`, or `holder`), or in a lease in the object's list. A permit is *shared*:
 * the list of leases decides. A lock that is held alone is in `holder`, which names the
 * lease as a negative number: then `holder` decides. A lease is an object's reference.
 *
 * One thread is responsible for a lease, namely for the task's record, as its `holder`
 * says: the thread that makes the record, until it is in a queue; none while it is in a
 * queue, which outlives every thread; then the thread that has taken it. A lease leaves
 * the list once: that thread claims it or gives it back, or main gives it back after that
 * thread's death (`returnLost`).
 *
 * A thread can die between any two writes. Who lends: the lease is in the list before the
 * thread's word goes down, and a dead thread's word counts nothing. Who claims: the
 * thread's word goes up before the lease leaves the list. So a death in between leaves the
 * lease, which is then given back with the others of the dead thread. A lease that
 * `holder` does not name, because its thread died before or after that write, is only
 * removed. `value` is computed from words and leases whenever a thread has died.
 *
 * Words of a lease are written by its sender before it is in the list; `next` under the
 * lock; `nextOfTask` by the sender alone. Not done: a lock that stays with the sender's
 * thread until the task claims it (the sender may die first, and the task must keep it).
 */
import { leaseRecord, syncHeader, taskRecord } from "../memory/layout.ts";
import { SharedObject } from "./shared-object.ts";

export abstract class LockObject extends SharedObject {
  /** Releases `amount` of what this thread holds; false if the object was freed. */
  abstract giveBack(amount: number): boolean;
  /** How much an amount adds to a thread's word in `block`; 0 if it is held alone, as `holder` says. */
  protected abstract shareOf(amount: number): number;
  /** Under the lock: computes `value` from what threads and leases hold. */
  protected abstract recount(): void;

  /** Under the lock: the sum of what threads and leases hold. */
  protected sumOfShares(): number {
    const { i32 } = this;
    let sum = this.sumOfHolds();
    for (let lease = i32[this.header + syncHeader.leases]; lease !== 0; lease = i32[lease + leaseRecord.next]) sum += this.shareOf(i32[lease + leaseRecord.amount]);
    return sum;
  }

  /** Moves what this thread holds into `lease`, which has its amount and the task's record; `task` is the id of the task. If the object is freed, the task's guard is stale, as the sender's was. */
  lend(lease: number, task: number): void {
    if (!this.enterIfLive()) return;
    const { i32, header: at } = this;
    const share = this.shareOf(i32[lease + leaseRecord.amount]);
    i32[at + syncHeader.references]++;
    i32[lease + leaseRecord.next] = i32[at + syncHeader.leases];
    i32[at + syncHeader.leases] = lease;
    if (share > 0) i32[i32[at + syncHeader.block] + this.waiters.arena.index] -= share;
    else {
      this.note(task);
      i32[at + syncHeader.holder] = -lease;
    }
    this.leave();
  }

  /** Takes over what `lease` holds, for this thread. The caller has the lease's reference from now on. */
  claim(lease: number): void {
    if (!this.enterIfLive()) return;
    const { i32, header: at } = this;
    const share = this.shareOf(i32[lease + leaseRecord.amount]);
    if (share > 0) i32[i32[at + syncHeader.block] + this.waiters.arena.index] += share;
    else i32[at + syncHeader.holder] = this.waiters.arena.owner;
    this.#remove(lease);
    this.leave();
  }

  /** Gives back what `lease` holds, because its task does not start. The caller has the lease's reference from now on. */
  giveBackLease(lease: number): void {
    if (!this.enterIfLive()) return;
    this.#giveBack(lease, false);
    this.settle();
    this.leave();
  }

  /** Gives back the leases for which the thread with the `processorId` `dead` was responsible. Called on main after its death, when the queues of tasks are repaired. */
  returnLost(dead: number): void {
    if (!this.enterIfLive()) return;
    const { i32, waiters } = this;
    const lost: number[] = [];
    for (let lease = i32[this.header + syncHeader.leases]; lease !== 0; lease = i32[lease + leaseRecord.next]) {
      if (i32[i32[lease + leaseRecord.task] + taskRecord.holder] === dead + 1) lost.push(lease);
    }
    for (const lease of lost) this.#giveBack(lease, true);
    if (lost.length > 0) this.settle();
    this.leave();
    for (const lease of lost) {
      waiters.arena.free(lease);
      this.relinquish();
    }
  }

  /** The task of the one that holds it alone is another from now on: for dumps. */
  holdFor(task: number): void {
    if (!this.enterIfLive()) return;
    if (this.i32[this.header + syncHeader.holder] === this.waiters.arena.owner) this.note(task);
    this.leave();
  }

  /** Under the lock. What is held alone becomes free before the lease leaves the list, because nothing else says that it is held. */
  #giveBack(lease: number, hasDied: boolean): void {
    const { i32, header: at } = this;
    if (i32[at + syncHeader.holder] === -lease) {
      if (hasDied || i32[lease + leaseRecord.ownerDied] !== 0) i32[at + syncHeader.ownerDied] = 1;
      i32[at + syncHeader.holder] = 0;
    }
    this.#remove(lease);
    this.recount();
  }

  #remove(lease: number): void {
    const { i32, header: at } = this;
    let link = at + syncHeader.leases;
    while (i32[link] !== lease && i32[link] !== 0) link = i32[link] + leaseRecord.next;
    if (i32[link] === lease) i32[link] = i32[lease + leaseRecord.next];
  }
}
