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
import { indexOfId, processor, processorAt, waiter } from "../memory/layout.ts";
import { isAsleepAt, ring } from "./doorbell.ts";
import { pushInbox, pushInboxOf } from "./inbox.ts";
import type { Scheduler, Tracer, Wait } from "./wait.ts";
import { unlink } from "./wait-queue.ts";
import { decide, outcomeOf, transitionToClaimed, transitionToDone, transitionToDoneHere } from "./waiter-state.ts";

/**
 * Tries to become the one that ends the wait of `record`, under the lock of the
 * queue that holds it. False if another case of its select was first. If it
 * returns true, the caller must unlink the record, call `list`, write the value,
 * release the lock and then call `flush`. The words of the processor `here` that it
 * writes are for the repair after a death: see the head of this file.
 */
function claim(i32: Int32Array, here: number, owner: number, record: number, outcome: number): boolean {
  const decider = i32[record + waiter.decider];
  i32[here + processor.claimedFrom] = i32[record + waiter.queued];
  i32[here + processor.claiming] = record;
  if (decider !== record) {
    if (!transitionToClaimed(i32, decider, owner)) {
      i32[here + processor.claiming] = 0;
      return false;
    }
    i32[decider + waiter.caseIndex] = i32[record + waiter.caseIndex];
  }
  decide(i32, decider, outcome, owner);
  return true;
}

/** Lists a claimed record: `flush` ends its wait after the lock has been released. */
function list(i32: Int32Array, here: number, record: number): void {
  i32[record + waiter.inboxNext] = 0;
  if (i32[here + processor.claimedFirst] === 0) i32[here + processor.claimedFirst] = record;
  else i32[i32[here + processor.claimedLast] + waiter.inboxNext] = record;
  i32[here + processor.claimedLast] = record;
  i32[here + processor.claiming] = 0;
}

/** Under the lock of the header `at`: claims the first waiter of a queue that can be claimed, removes it and lists it; 0 if there is none. */
export function claimFirst(i32: Int32Array, here: number, owner: number, at: number, queue: number, outcome: number): number {
  for (;;) {
    const record = i32[at + queue];
    if (record === 0) return 0;
    const isClaimed = claim(i32, here, owner, record, outcome);
    unlink(i32, at, queue, record);
    if (isClaimed) {
      list(i32, here, record);
      return record;
    }
  }
}

/** Where the value of a record is stored. */
export function valueOf(i32: Int32Array, record: number): number {
  return i32[record + waiter.block] === 0 ? record + waiter.value : i32[record + waiter.value];
}

/**
 * Ends listed waits, oldest first, until something is left to do that only the caller
 * can: 0 when all have ended; `slot` + 1 of a wait of this thread, which is now ready;
 * −1 − `index` of a thread that has mail and sleeps. Call it until it returns 0.
 */
export function endListed(i32: Int32Array, here: number, id: number): number {
  for (;;) {
    const record = i32[here + processor.claimedFirst];
    if (record === 0) {
      i32[here + processor.completing] = 0;
      return 0;
    }
    const decider = i32[record + waiter.decider];
    const owner = i32[decider + waiter.owner];
    // Of a wait of this thread nothing has to be repaired if it dies.
    i32[here + processor.completing] = owner === id ? 0 : decider;
    i32[here + processor.claimedFirst] = i32[record + waiter.inboxNext];
    if (owner === id) {
      transitionToDoneHere(i32, decider);
      return i32[decider + waiter.slot] + 1;
    }
    if (!transitionToDone(i32, decider)) continue;
    const at = processorAt(i32, indexOfId(owner));
    pushInboxOf(i32, at, decider);
    if (isAsleepAt(i32, at)) return -1 - indexOfId(owner);
  }
}

export abstract class Claims {
  readonly arena: Arena;
  readonly scheduler: Scheduler;
  /** Set while there is a trace. */
  recorder: Tracer | undefined = undefined;

  constructor(arena: Arena, scheduler: Scheduler) {
    this.arena = arena;
    this.scheduler = scheduler;
  }

  /** As `claim` above. */
  claim(record: number, outcome: number): boolean {
    const { i32, here, owner } = this.arena;
    return claim(i32, here, owner, record, outcome);
  }

  /** How a wait has ended: an OUTCOME. */
  outcomeOf(wait: Wait): number {
    return outcomeOf(this.arena.i32, wait.record);
  }

  /** Claims the decider of a select, whose cases can be claimed from several queues at the same time. */
  claimDecider(decider: number): boolean {
    return transitionToClaimed(this.arena.i32, decider, this.arena.owner);
  }

  /** As `list` above. */
  defer(record: number): void {
    const { i32, here } = this.arena;
    list(i32, here, record);
  }

  /** Ends the waits that were claimed under a lock, oldest first. Call it after releasing the lock. */
  flush(): void {
    const { arena } = this;
    if (arena.i32[arena.here + processor.claimedFirst] === 0) return;
    if (this.recorder !== undefined) return this.#flushTraced();
    this.continueFlush(arena.compiled.endListed(arena.here, arena.id));
  }

  /** Goes on with `flush` after `endListed` has returned `left`. */
  continueFlush(left: number): void {
    const { arena } = this;
    while (left !== 0) {
      if (left > 0) this.scheduler.ready(left - 1);
      else ring(arena, -1 - left);
      left = arena.compiled.endListed(arena.here, arena.id);
    }
  }

  #flushTraced(): void {
    const { i32, here } = this.arena;
    for (let record = i32[here + processor.claimedFirst]; record !== 0; ) {
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
