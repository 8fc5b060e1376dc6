/**
 * Waiters: how a task's operation waits in a channel's queue and is woken, by
 * this thread or another. One record per operation, or per case of a select;
 * `decider` names the record whose `state` decides.
 *
 * States, and whose transition it is:
 *
 *   idle ──owner──▶ waiting ──claim──▶ claimed ──complete──▶ done ──owner──▶ idle
 *                      │                  │
 *                      └── park (owner) sets PARKED in either; the completer that
 *                          finds it set must bring the record to the owner
 *
 * Invariants: a record is claimed at most once; who claimed it completes it;
 * between the two nobody else writes it; the owner reuses a record only when it
 * is in no queue. A record that no select shares is claimed under its channel's
 * lock, so that claim needs no compare-and-swap.
 *
 * Source: Go's sudog and selectDone (runtime/chan.go, select.go).
 * Not done: direct hand-over of the thread to the woken task. A woken task goes
 * through the run queue, so timers and I/O keep their turn.
 */
import { pause } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { RECORD, WAITER_VALUE_WORDS, WAITER_WORDS, processor, waiter } from "../memory/layout.ts";
import type { Handles, Space } from "../wire/type.ts";
import { Claims } from "./claims.ts";
import type { Timers } from "./timers.ts";
import { type Finisher, type Scheduler, Wait } from "./wait.ts";
import { REASON_PLACE, WAIT_REASONS, type WaitReason } from "./wait-reason.ts";
import { isClaimedBy, isDone, isDoneHere, transitionToParked, transitionToWaiting } from "./waiter-state.ts";

/**
 * The wait for which a promise is being made. Named by table and index: storing
 * a fresh object where an old one lives costs a write barrier each time.
 */
let parkingIn: (Wait | undefined)[];
let parkingAt = 0;
function capture(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  const wait = parkingIn[parkingAt] as Wait;
  wait.resolve = resolve;
  wait.reject = reject;
}

/** Words of scratch: staged values of one operation; operations may nest. */
const SCRATCH_WORDS = 8192;

/** What one thread keeps for its side of a runtime's waiting. */
export class Waiters extends Claims implements Space {
  readonly timers: Timers;
  handles: Handles;
  /** Scratch of this thread; `scratchTop` moves up while an operation uses it. */
  readonly scratchEnd: number;
  scratchTop: number;
  /** Parked waits by their record's `slot`. */
  readonly #waits: (Wait | undefined)[] = [];
  /** Records that are in no wait. */
  readonly #idle: number[] = [];
  #parked = 0;
  /** Index of the wait that is being finished, −1 for none: a number, for a reference stored here costs a write barrier each time. */
  #finishing = -1;
  /** Where this thread counts the values that it has sent (in doubles), and what is parked by reason. */
  readonly #sends: number;
  readonly #parkedBy: number;
  #stopped: Error | undefined;

  constructor(arena: Arena, scheduler: Scheduler, timers: Timers, handles: Handles) {
    super(arena, scheduler);
    this.timers = timers;
    this.handles = handles;
    this.#sends = (arena.here + processor.sends) >>> 1;
    this.#parkedBy = arena.here + processor.parkedBy;
    // A thread before this one may have died with operations parked.
    arena.i32.fill(0, this.#parkedBy, this.#parkedBy + WAIT_REASONS.length);
    this.scratchTop = arena.keep(processor.scratch, SCRATCH_WORDS);
    this.scratchEnd = this.scratchTop + SCRATCH_WORDS;
  }

  /** Waits that are parked now. */
  get parked(): number {
    return this.#parked;
  }

  /** Counts values sent by this thread. */
  countSent(values: number): void {
    this.arena.f64[this.#sends] += values;
  }

  /** The parked wait in a slot has ended: it counts as ready now, not as parked. */
  countEnded(slot: number): void {
    const wait = this.#waits[slot];
    if (wait !== undefined) this.#uncount(wait);
  }

  #uncount(wait: Wait): void {
    if (wait.countedAt === 0) return;
    this.arena.i32[wait.countedAt]--;
    wait.countedAt = 0;
  }

  /** The parked waits, for dumps. */
  *list(): Generator<Wait> {
    for (const wait of this.#waits) if (wait !== undefined) yield wait;
  }

  /** The parked wait of a record of this thread; none after the runtime has ended. */
  at(slot: number): Wait | undefined {
    return this.#waits[slot];
  }

  /** Whether a wait for a value of `words` words can be had without allocating. */
  isPreparedFor(words: number): boolean {
    return words <= WAITER_VALUE_WORDS && this.#idle.length > 0;
  }

  /** Makes sure that the next `acquire` allocates nothing, so that it may be called under a lock. @throws ERR_ARENA_FULL */
  prepare(): void {
    if (this.#idle.length > 0) return;
    if (this.#stopped !== undefined) throw this.#stopped;
    const { i32, here } = this.arena;
    const before = i32[here + processor.usedWords];
    const record = this.#record();
    i32[here + processor.keptWords] += i32[here + processor.usedWords] - before;
    this.arena.i32[record + waiter.slot] = this.#waits.length;
    this.arena.i32[record + waiter.decider] = record;
    this.#waits.push(undefined);
    this.#idle.push(record);
  }

  /**
   * A wait in state `waiting`; with `spins` 0 it is parked from the start, for
   * its owner will not look. @throws ERR_ARENA_FULL
   */
  acquire(reason: WaitReason, finisher: Finisher, spins = 0): Wait {
    if (this.#idle.length === 0) this.prepare();
    const record = this.#idle.pop() as number;
    transitionToWaiting(this.arena.i32, record, spins === 0);
    return new Wait(record, reason, finisher);
  }

  /** Gives the record of a wait back that is in no queue. */
  release(wait: Wait): void {
    if (this.#stopped !== undefined) return;
    if (wait.abort !== undefined) this.#unlisten(wait);
    this.#idle.push(wait.record);
  }

  /** A record for one case of a select, deciding at `decider`. */
  acquireCase(decider: number, caseIndex: number): number {
    const record = this.#record();
    const { i32 } = this.arena;
    i32[record + waiter.decider] = decider;
    i32[record + waiter.caseIndex] = caseIndex;
    return record;
  }

  #record(): number {
    const { arena } = this;
    const record = arena.alloc(WAITER_WORDS);
    const { i32 } = arena;
    i32[record + waiter.record] = RECORD.wait;
    i32[record + waiter.owner] = arena.id;
    i32[record + waiter.queued] = 0;
    i32[record + waiter.block] = 0;
    return record;
  }

  /** A block for a value that does not fit into a record, or 0. @throws ERR_ARENA_FULL */
  allocValue(words: number): number {
    return words <= WAITER_VALUE_WORDS ? 0 : this.arena.alloc(words);
  }

  /** Gives a record the block of `allocValue`; returns where its value lies. */
  adoptValue(record: number, block: number): number {
    if (block === 0) return record + waiter.value;
    const { i32 } = this.arena;
    i32[record + waiter.block] = 1;
    i32[record + waiter.value] = block;
    return block;
  }

  /** Where the value of a record lies. */
  valueAt(record: number): number {
    const { i32 } = this.arena;
    return i32[record + waiter.block] === 0 ? record + waiter.value : i32[record + waiter.value];
  }

  /** Frees what `adoptValue` gave the record. */
  releaseValue(record: number): void {
    const { i32 } = this.arena;
    if (i32[record + waiter.block] === 0) return;
    i32[record + waiter.block] = 0;
    this.arena.free(i32[record + waiter.value]);
  }

  /**
   * Waits until `wait` is over: looks `spins` times, as it was acquired for, then
   * parks. Returns the result itself if the wait ended while looking.
   */
  suspend(wait: Wait, spins: number, signal?: AbortSignal): unknown {
    if (spins > 0) {
      const inTime = this.#spin(wait.record, spins);
      this.scheduler.spun(inTime);
      if (inTime || !transitionToParked(this.arena.i32, wait.record)) return this.#finish(wait);
    }
    return this.park(wait, signal);
  }

  /** Waits until `wait`, which is marked parked, is over: the promise of its result. */
  park(wait: Wait, signal?: AbortSignal): Promise<unknown> {
    const { scheduler } = this;
    parkingIn = this.#waits;
    parkingAt = this.arena.i32[wait.record + waiter.slot];
    parkingIn[parkingAt] = wait;
    const promise = new Promise<unknown>(capture);
    wait.promise = promise;
    wait.task = scheduler.task();
    wait.countedAt = this.#parkedBy + REASON_PLACE[wait.reason];
    this.arena.i32[wait.countedAt]++;
    // An integer: a fraction would be an object of its own.
    wait.sinceMs = scheduler.nowMs | 0;
    if (this.#parked++ === 0) scheduler.onWaiting?.();
    if (signal !== undefined) this.#listen(wait, signal);
    if (this.recorder !== undefined) this.recorder.notePark(wait);
    scheduler.parked(wait);
    return promise;
  }

  #unlisten(wait: Wait): void {
    wait.abort?.signal.removeEventListener("abort", wait.abort.listener);
    wait.abort = undefined;
  }

  #listen(wait: Wait, signal: AbortSignal): void {
    const listener = (): void => this.#abort(wait, signal);
    wait.abort = { signal, listener };
    signal.addEventListener("abort", listener, { once: true });
  }

  #spin(record: number, spins: number): boolean {
    const { i32, here } = this.arena;
    for (let k = 0; k < spins; k++) {
      if (isDone(i32, record)) return true;
      if (i32[here] !== 0) return false;
      pause();
    }
    return false;
  }

  /** Makes the result of a wait that is over, and gives the wait back. */
  #finish(wait: Wait): unknown {
    try {
      return wait.finisher.finish(wait);
    } finally {
      this.release(wait);
    }
  }

  /** Whether a parked wait is over. After a death it may be told so twice, and its record be in use again by then. */
  hasEnded(wait: Wait): boolean {
    return isDoneHere(this.arena.i32, wait.record);
  }

  /**
   * After processor `dead` has died: waits of this thread among `deciders`, which
   * it had ended, may not have been told so. The record of one that was told may be
   * in another wait by now, that somebody else ends: the claim tells. And a signal may have come in vain while the dead
   * thread had a claim on the wait that has been taken back.
   */
  recover(deciders: readonly number[], dead: number, isReady: (slot: number) => boolean): void {
    const { i32, id } = this.arena;
    for (const wait of this.#waits) if (wait?.abort?.signal.aborted) this.#abort(wait, wait.abort.signal);
    for (const decider of deciders) {
      const slot = i32[decider + waiter.slot];
      const isMine = i32[decider + waiter.owner] === id && this.#waits[slot]?.record === decider;
      if (isMine && isDone(i32, decider) && isClaimedBy(i32, decider, dead + 1) && !isReady(slot)) {
        if (this.recorder !== undefined) this.recorder.noteReady(decider);
        this.scheduler.ready(slot);
      }
    }
  }

  /** Resolves the promise of a parked wait that is over: its task goes on in the next microtask. */
  resume(wait: Wait): void {
    const { resolve, reject } = wait as { resolve: (value: unknown) => void; reject: (error: unknown) => void };
    const slot = this.arena.i32[wait.record + waiter.slot];
    this.#unpark(wait);
    this.#finishing = slot;
    let value: unknown;
    try {
      value = this.#finish(wait);
    } catch (error) {
      reject(error);
      return;
    } finally {
      this.#finishing = -1;
      this.#waits[slot] = undefined;
    }
    resolve(value);
  }

  /** The wait whose result is being made: the task that gets it is not the one that runs. */
  get finishing(): Wait | undefined {
    return this.#finishing < 0 ? undefined : this.#waits[this.#finishing];
  }

  /** Rejects a parked wait that is in no queue. */
  #fail(wait: Wait, error: unknown): void {
    this.#unpark(wait);
    this.#waits[this.arena.i32[wait.record + waiter.slot]] = undefined;
    this.release(wait);
    (wait.reject as (error: unknown) => void)(error);
  }

  #unpark(wait: Wait): void {
    this.#uncount(wait);
    if (--this.#parked === 0) this.scheduler.onWaiting?.();
  }

  #abort(wait: Wait, signal: AbortSignal): void {
    // Not if it is over already and only waits for its turn.
    if (wait.abort?.signal !== signal || !wait.finisher.withdraw(wait)) return;
    if (this.recorder !== undefined) this.recorder.noteAbort(wait);
    this.#fail(wait, signal.reason);
  }

  /**
   * Rejects every parked wait and refuses new ones: the runtime ends. Takes no
   * lock, for a thread that died may hold it; the queues die with the arena.
   */
  failAll(error: Error): void {
    this.#stopped = error;
    this.#idle.length = 0;
    for (const wait of this.#waits) {
      if (wait === undefined) continue;
      // Whoever awaits it hears of it; one that nobody awaits is no unhandled rejection.
      wait.promise?.catch(() => undefined);
      this.#unpark(wait);
      this.#waits[this.arena.i32[wait.record + waiter.slot]] = undefined;
      wait.abort?.signal.removeEventListener("abort", wait.abort.listener);
      (wait.reject as (error: unknown) => void)(error);
    }
  }
}
