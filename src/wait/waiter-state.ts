/**
 * The state of a wait: the words `state` and `outcome` of its deciding record. No
 * other file reads or sets their bits.
 *
 *   state    WAITING, CLAIMED, DONE, PARKED; from bit 8 on the lock id of the
 *            thread that claimed the wait with a compare-and-swap
 *   outcome  an OUTCOME; from bit 8 on the lock id of the thread that decided it
 *
 *   ──begin──▶ waiting ──claim, decide──▶ claimed ──end──▶ done ──begin──▶ waiting …
 *                 ▲                          │
 *                 └───────── unclaim ────────┘   park sets PARKED in any of them
 *
 * Who may write: the owner of the record begins and parks. The thread that claims
 * the wait decides and ends it. The main thread takes back a claim of a dead one.
 *
 * Invariants: a wait is claimed at most once; between a claim and the end only the
 * claimer writes, except for PARKED. The cases of a select can be claimed from
 * several queues at the same time, so its decider needs `transitionToClaimed`. Any
 * other wait is claimed under the lock of its queue: there `decide` alone is the
 * claim, and `state` does not show it.
 *
 * Source: tokio's task/state.rs for the form.
 */
import { cas, exchange, load, or } from "../memory/atomics.ts";
import { OUTCOME, waiter } from "../memory/layout.ts";

const WAITING = 1;
const CLAIMED = 2;
const DONE = 4;
const PARKED = 8;
const CLAIMER_SHIFT = 8;
const BELOW_CLAIMER = (1 << CLAIMER_SHIFT) - 1;

/** The owner begins a wait; with `isParked` it will not look before it is notified. */
export function transitionToWaiting(i32: Int32Array, record: number, isParked: boolean): void {
  i32[record + waiter.state] = isParked ? WAITING | PARKED : WAITING;
  i32[record + waiter.outcome] = OUTCOME.pending;
}

/**
 * The owner stops looking. True: the wait is parked, and the thread that ends it
 * notifies the owner. False: it has ended. Pairs with `transitionToDone`.
 */
export function transitionToParked(i32: Int32Array, record: number): boolean {
  return (or(i32, record + waiter.state, PARKED) & DONE) === 0;
}

/** Claims a wait against others that try to at the same time. True for the one caller that claimed it; false if it was claimed or has ended. */
export function transitionToClaimed(i32: Int32Array, decider: number, claimer: number): boolean {
  let expected = WAITING | PARKED;
  for (;;) {
    const seen = cas(i32, decider + waiter.state, expected, expected | CLAIMED | (claimer << CLAIMER_SHIFT));
    if (seen === expected) return true;
    if ((seen & (CLAIMED | DONE)) !== 0) return false;
    expected = seen;
  }
}

/** The claimer says how the wait ends; `claimer` 0 is the owner itself. */
export function decide(i32: Int32Array, decider: number, outcome: number, claimer: number): void {
  i32[decider + waiter.outcome] = outcome | (claimer << CLAIMER_SHIFT);
}

/** The claimer ends the wait of another thread. True: the owner has parked and must be notified. Pairs with `transitionToParked`. */
export function transitionToDone(i32: Int32Array, decider: number): boolean {
  return (exchange(i32, decider + waiter.state, DONE) & PARKED) !== 0;
}

/** The claimer ends a wait of its own thread, which has parked: otherwise another task could not run here. */
export function transitionToDoneHere(i32: Int32Array, decider: number): void {
  i32[decider + waiter.state] = DONE;
}

/** How a wait that has ended, or is decided, ends: an OUTCOME. */
export function outcomeOf(i32: Int32Array, decider: number): number {
  return i32[decider + waiter.outcome] & BELOW_CLAIMER;
}

/** Whether a wait has ended: everything that the claimer wrote before can be read now. */
export function isDone(i32: Int32Array, decider: number): boolean {
  return (load(i32, decider + waiter.state) & DONE) !== 0;
}

/** As `isDone`, for the owner that ended the wait itself or took its record from the inbox: that orders the two, so a plain read is enough. */
export function isDoneHere(i32: Int32Array, decider: number): boolean {
  return (i32[decider + waiter.state] & DONE) !== 0;
}

/** Whether a wait has ended or is about to, read without a lock: for dumps. */
export function isClaimedOrDone(i32: Int32Array, decider: number): boolean {
  return (load(i32, decider + waiter.state) & (CLAIMED | DONE)) !== 0 || i32[decider + waiter.outcome] !== OUTCOME.pending;
}

/** Whether the thread with the lock id `claimer` has claimed the wait, ended or not. */
export function isClaimedBy(i32: Int32Array, decider: number, claimer: number): boolean {
  const state = i32[decider + waiter.state];
  return i32[decider + waiter.outcome] >> CLAIMER_SHIFT === claimer || ((state & CLAIMED) !== 0 && state >> CLAIMER_SHIFT === claimer);
}

/** Takes back the claim of a thread that died before it ended the wait of `record`. The wait goes on. */
export function unclaim(i32: Int32Array, record: number): void {
  const decider = i32[record + waiter.decider];
  i32[decider + waiter.outcome] = OUTCOME.pending;
  for (let state = i32[decider + waiter.state]; (state & CLAIMED) !== 0; ) {
    const seen = cas(i32, decider + waiter.state, state, state & BELOW_CLAIMER & ~CLAIMED);
    if (seen === state) return;
    state = seen;
  }
}
