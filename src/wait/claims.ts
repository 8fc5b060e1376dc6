/**
 * The claiming half of the waiters (waiter.ts has the states): how somebody who
 * has what a waiter waits for becomes the one that ends the wait, and ends it.
 *
 * A thread may die between any two writes here, with other threads' waits in its
 * hands. What it has in hand stands in its processor record: `claiming` from
 * before a claim until it is listed, the list until a claim is about to be
 * completed, `completing` until it is; and each claim bears the claimer's lock
 * id. recovery.ts completes them, or takes them back with the operation.
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
   * queue that holds it. False if another case of its select was first. Who gets
   * true unlinks it, calls `defer`, writes the value, and after releasing the lock
   * calls `flush`. The words in between are for whoever repairs what this thread
   * leaves if it dies: this file's head.
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

  /** How a wait that is over ended: an OUTCOME. */
  outcomeOf(wait: Wait): number {
    return outcomeOf(this.arena.i32, wait.record);
  }

  /** Claims the decider of a select, whose cases may be claimed from several queues at once. */
  claimDecider(decider: number): boolean {
    return transitionToClaimed(this.arena.i32, decider, this.arena.owner);
  }

  /** Notes a claimed record: `flush` ends it once the lock is released. */
  defer(record: number): void {
    const { i32, here } = this.arena;
    i32[record + waiter.inboxNext] = 0;
    if (i32[here + processor.claimedFirst] === 0) i32[here + processor.claimedFirst] = record;
    else i32[i32[here + processor.claimedLast] + waiter.inboxNext] = record;
    i32[here + processor.claimedLast] = record;
    i32[here + processor.claiming] = 0;
  }

  /** Ends the waits claimed under a lock that is released now, oldest first. */
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
   * Ends a claimed wait, by its deciding record: everything written to it before is
   * seen by its owner. A wait of this thread is certainly parked, for this thread is here.
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
