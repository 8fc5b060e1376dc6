/**
 * The claiming half of the waiters (waiter-state.ts has the states): how a thread
 * that has what a waiter waits for becomes the one that ends the wait, and ends it.
 *
 * A thread can die between any two writes in this file, in the middle of ending
 * other threads' waits. Its processor record lists what it was doing: `claiming`
 * names a record from before the claim until the claim is listed, the list holds it
 * until it is about to be completed, and `completing` until it is. Each claim also
 * has the claimer's lock id. After the death runtime/main/repair-shared-memory.ts
 * completes these claims, or takes them back together with the operation.
 */
import type { Arena } from "../memory/arena.ts";
import { indexOfId, processor, waiter } from "../memory/layout.ts";
import { ring } from "./doorbell.ts";
import { pushInbox } from "./inbox.ts";
import type { Scheduler, Tracer, Wait } from "./wait.ts";
import { decide, outcomeOf, transitionToClaimed, transitionToDone, transitionToDoneHere } from "./waiter-state.ts";

export abstract class Claims {
  readonly arena: Arena;
  readonly scheduler: Scheduler;
  /** Set while there is a trace. */
  recorder: Tracer | undefined = undefined;

  constructor(arena: Arena, scheduler: Scheduler) {
    this.arena = arena;
    this.scheduler = scheduler;
  }

  /**
   * Tries to become the one that ends the wait of `record`, under the lock of the
   * queue that holds it. False if another case of its select was first. If it
   * returns true, the caller must unlink the record, call `defer`, write the value,
   * release the lock and then call `flush`. The words of the processor that it
   * writes are for the repair after a death: see the head of this file.
   */
  claim(record: number, outcome: number): boolean {
    const { i32, here, owner } = this.arena;
    const decider = i32[record + waiter.decider];
    i32[here + processor.claimedFrom] = i32[record + waiter.queued];
    i32[here + processor.claiming] = record;
    if (decider !== record) {
      if (!this.claimDecider(decider)) {
        i32[here + processor.claiming] = 0;
        return false;
      }
      i32[decider + waiter.caseIndex] = i32[record + waiter.caseIndex];
    }
    decide(i32, decider, outcome, owner);
    return true;
  }

  /** How a wait has ended: an OUTCOME. */
  outcomeOf(wait: Wait): number {
    return outcomeOf(this.arena.i32, wait.record);
  }

  /** Claims the decider of a select, whose cases can be claimed from several queues at the same time. */
  claimDecider(decider: number): boolean {
    return transitionToClaimed(this.arena.i32, decider, this.arena.owner);
  }

  /** Lists a claimed record: `flush` ends its wait after the lock has been released. */
  defer(record: number): void {
    const { i32, here } = this.arena;
    i32[record + waiter.inboxNext] = 0;
    if (i32[here + processor.claimedFirst] === 0) i32[here + processor.claimedFirst] = record;
    else i32[i32[here + processor.claimedLast] + waiter.inboxNext] = record;
    i32[here + processor.claimedLast] = record;
    i32[here + processor.claiming] = 0;
  }

  /** Ends the waits that were claimed under a lock, oldest first. Call it after releasing the lock. */
  flush(): void {
    const { i32, here } = this.arena;
    let record = i32[here + processor.claimedFirst];
    if (record === 0) return;
    while (record !== 0) {
      const next = i32[record + waiter.inboxNext];
      const decider = i32[record + waiter.decider];
      i32[here + processor.completing] = decider;
      i32[here + processor.claimedFirst] = next;
      this.complete(decider);
      record = next;
    }
    i32[here + processor.completing] = 0;
  }

  /**
   * Ends a claimed wait, given its deciding record. The owner sees everything that
   * was written to the record before. A wait of this thread is certainly parked,
   * because this thread runs other code now.
   */
  complete(decider: number): void {
    const { i32, id } = this.arena;
    const owner = i32[decider + waiter.owner];
    if (this.recorder !== undefined) this.recorder.noteWake(decider, indexOfId(owner));
    if (owner === id) {
      transitionToDoneHere(i32, decider);
      this.scheduler.ready(i32[decider + waiter.slot]);
    } else this.#completeRemote(decider, owner);
  }

  #completeRemote(decider: number, owner: number): void {
    if (!transitionToDone(this.arena.i32, decider)) return;
    pushInbox(this.arena, indexOfId(owner), decider);
    ring(this.arena, indexOfId(owner));
  }
}

/** Index of the processor whose thread waits with `record`. */
export function ownerIndex(i32: Int32Array, record: number): number {
  return indexOfId(i32[record + waiter.owner]);
}
