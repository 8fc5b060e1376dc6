/**
 * Waiters: how a task's operation waits in a channel's queue and is woken, by this
 * thread or another. There is one record per operation, or per case of a select;
 * `decider` names the record whose state decides (waiter-state.ts).
 *
 * Invariants: the thread that claimed a record completes it, and nobody else writes
 * it in between; the owner reuses a record only when it is in no queue.
 *
 * Source: Go's sudog and selectDone (runtime/chan.go, select.go).
 * Not done: handing the thread directly to the woken task. A woken task goes through
 * the run queue, so timers and I/O are not delayed.
 */
import { WarrenError } from "../errors.ts";
import { pause } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, waiter } from "../memory/layout.ts";
import { beganAt } from "../wire/frames.ts";
import type { Handles, Space } from "../wire/type.ts";
import { countSends } from "./counts.ts";
import { ObservedWaits } from "./observed.ts";
import { Records } from "./records.ts";
import { Signals } from "./signals.ts";
import type { Timers } from "./timers.ts";
import { ENDED, type Scheduler, type Wait } from "./wait.ts";
import { WAIT_REASONS } from "./wait-reason.ts";
import { isClaimedBy, isDone, isDoneHere, transitionToParked } from "./waiter-state.ts";

/** Words of scratch, for the staged values of an operation. Operations can nest. */
const SCRATCH_WORDS = 8192;

/** The waits of one thread, with its scratch memory, its count of sent values, its timers and its handles. */
export class Waiters extends Records implements Space {
  readonly timers: Timers;
  handles: Handles;
  /** Scratch memory of this thread; `scratchTop` moves up while an operation uses some. */
  readonly scratchEnd: number;
  scratchTop: number;
  /** Waits of which it is recorded where the program waits. */
  readonly observed: ObservedWaits;
  readonly #signals = new Signals((wait, signal) => this.#abort(wait, signal));
  #parked = 0;
  /** Slot of the wait that was parked last. */
  #lastSlot = 0;
  /** Another thread has died. */
  #hasRecovered = false;
  /** Index of the wait that is being finished, −1 for none. Not the object, because storing a reference costs a write barrier each time. */
  #finishing = -1;
  /** Where this thread counts its parked waits by reason. */
  readonly #parkedBy: number;

  constructor(arena: Arena, scheduler: Scheduler, timers: Timers, handles: Handles) {
    super(arena, scheduler);
    this.timers = timers;
    this.handles = handles;
    this.observed = new ObservedWaits(scheduler);
    this.#parkedBy = arena.here + processor.parkedBy;
    // An earlier thread with this index may have died while operations were parked.
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
    const { i32, here } = this.arena;
    countSends(i32, here, values);
  }

  /** The parked wait in a slot has ended: it counts as ready now, not as parked. */
  countEnded(slot: number): void {
    const wait = this.waits[slot];
    if (wait !== undefined) this.#uncount(wait);
  }

  #uncount(wait: Wait): void {
    if (wait.counting >= ENDED) return;
    this.arena.i32[this.#parkedBy + wait.counting]--;
    wait.counting |= ENDED;
  }

  /** The parked waits, for dumps. */
  *list(): Generator<Wait> {
    for (const wait of this.waits) if (wait !== undefined) yield wait;
  }

  /** The parked wait in a slot; none after the runtime has ended. */
  at(slot: number): Wait | undefined {
    return this.waits[slot];
  }

  /** Releases the record of a wait that is in no queue. */
  release(wait: Wait): void {
    if (this.isStopped) return;
    if (wait.abort !== undefined) this.#signals.unwatch(wait);
    this.reuse(wait.record);
  }

  /**
   * Waits until `wait` has ended: checks its state `spins` times (as given to
   * `acquire`), then parks. Returns the result itself if the wait ended meanwhile.
   */
  suspend(wait: Wait, spins: number, signal?: AbortSignal): unknown {
    return spins > 0 && this.#endsSoon(wait.record, spins) ? this.#finish(wait) : this.park(wait, signal);
  }

  /** Checks `spins` times whether a wait has ended. If it has not, it is parked then. */
  #endsSoon(record: number, spins: number): boolean {
    const inTime = this.#spin(record, spins);
    this.scheduler.spun(inTime);
    return inTime || !transitionToParked(this.arena.i32, record);
  }

  /** A promise for the result of `wait`, which is marked as parked. */
  park(wait: Wait, signal?: AbortSignal): Promise<unknown> {
    const { scheduler } = this;
    const slot = this.arena.i32[wait.record + waiter.slot];
    this.waits[slot] = wait;
    this.#lastSlot = slot;
    // As an integer, because V8 stores a fraction as an object of its own.
    wait.sinceMs = scheduler.nowMs | 0;
    wait.task = scheduler.task();
    const isObserved = wait.sinceMs >= this.observed.nextMs;
    // A closure, which V8 compiles into this function; a function of its own would be called.
    const promise = isObserved ? this.observed.promiseOf(wait) : new Promise<unknown>((resolve) => {
      wait.resolve = resolve;
    });
    wait.promise = promise;
    this.arena.i32[this.#parkedBy + wait.counting]++;
    if (this.#parked++ === 0) scheduler.onWaiting?.();
    if (signal !== undefined) this.#signals.watch(wait, signal);
    if (this.recorder !== undefined) this.recorder.notePark(wait);
    scheduler.parked(wait);
    return promise;
  }

  /** The wait whose promise `park` has just returned; none if the promise is of another kind. */
  parkedAs(promise: Promise<unknown>): Wait | undefined {
    const wait = this.waits[this.#lastSlot];
    return wait?.promise === promise ? wait : undefined;
  }

  /**
   * Ends a parked wait of this thread that its caller has given up: its promise resolves
   * to `undefined`. Does nothing to one that has been claimed, which ends as it would have.
   */
  giveUp(wait: Wait): void {
    // Not if it is over: its record may be in another wait by now.
    if (this.waits[this.arena.i32[wait.record + waiter.slot]] !== wait || !wait.finisher.withdraw(wait)) return;
    if (this.recorder !== undefined) this.recorder.noteAbort(wait);
    this.#drop(wait);
    (wait.resolve as (value: undefined) => void)(undefined);
  }

  /** Forgets a parked wait that is in no queue. */
  #drop(wait: Wait): void {
    this.#unpark(wait);
    this.waits[this.arena.i32[wait.record + waiter.slot]] = undefined;
    this.release(wait);
  }

  /** Drops what is only kept for speed. */
  tidy(): void {
    this.#signals.tidy();
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

  /** Returns the result of a wait that has ended, and releases the wait. */
  #finish(wait: Wait): unknown {
    try {
      return wait.finisher.finish(wait);
    } finally {
      this.release(wait);
    }
  }

  /** Whether a parked wait that was reported has ended. After a death it can be reported twice; its record may be in use again by then. */
  hasEnded(wait: Wait): boolean {
    return !this.#hasRecovered || isDoneHere(this.arena.i32, wait.record);
  }

  /**
   * After processor `dead` has died. It had ended the waits of `deciders`, but their
   * owners may not have been notified: resumes those of this thread. If the owner was
   * notified, the record may be in another wait by now, which another thread ends; the
   * claim shows which thread it was. Also repeats the aborts that had no effect because
   * the dead thread held a claim that has been taken back.
   */
  recover(deciders: readonly number[], dead: number, isReady: (slot: number) => boolean): void {
    const { i32, id } = this.arena;
    this.#hasRecovered = true;
    for (const wait of this.waits) if (wait?.abort?.signal.aborted) this.#abort(wait, wait.abort.signal);
    for (const decider of deciders) {
      const slot = i32[decider + waiter.slot];
      const isMine = i32[decider + waiter.owner] === id && this.waits[slot]?.record === decider;
      if (isMine && isDone(i32, decider) && isClaimedBy(i32, decider, dead + 1) && !isReady(slot)) {
        if (this.recorder !== undefined) this.recorder.noteReady(decider);
        this.scheduler.ready(slot);
      }
    }
  }

  /** Settles the promise of a parked wait that has ended: its task continues in the next microtask. */
  resume(wait: Wait): void {
    const { resolve } = wait as { resolve: (value: unknown) => void };
    const slot = this.arena.i32[wait.record + waiter.slot];
    this.#unpark(wait);
    this.#finishing = slot;
    let value: unknown;
    try {
      value = wait.finisher.finish(wait);
    } catch (error) {
      value = this.#rejection(wait, error);
    }
    this.#finishing = -1;
    this.waits[slot] = undefined;
    this.release(wait);
    resolve(value);
  }

  /** What the promise of a wait that has ended with an error resolves to: see `Wait.reject`. */
  #rejection(wait: Wait, error: unknown): Promise<never> {
    if (error instanceof WarrenError && error.code !== "ERR_INTERNAL") beganAt(error, this.observed.siteOf(wait));
    return Promise.reject(error);
  }

  /** The wait whose result is being made: it belongs to the task that waited, not to the one that runs. */
  get finishing(): Wait | undefined {
    return this.#finishing < 0 ? undefined : this.waits[this.#finishing];
  }

  /** Rejects a parked wait that is in no queue. */
  #fail(wait: Wait, error: unknown): void {
    this.#drop(wait);
    wait.reject(error);
  }

  #unpark(wait: Wait): void {
    this.#uncount(wait);
    if (--this.#parked === 0) this.scheduler.onWaiting?.();
  }

  #abort(wait: Wait, signal: AbortSignal): void {
    // Not if the wait has ended and its task is only waiting to run.
    if (wait.abort?.signal !== signal || !wait.finisher.withdraw(wait)) return;
    if (this.recorder !== undefined) this.recorder.noteAbort(wait);
    this.#fail(wait, signal.reason);
  }

  /**
   * Rejects every parked wait and refuses new ones: the runtime ends. Takes no lock,
   * because a dead thread may hold it; the queues disappear with the arena.
   */
  failAll(error: Error): void {
    this.stop(error);
    for (const wait of this.waits) {
      if (wait === undefined) continue;
      // A promise that nobody awaits must not cause an unhandled rejection. One that is awaited still rejects.
      wait.promise?.catch(() => undefined);
      this.#unpark(wait);
      this.waits[this.arena.i32[wait.record + waiter.slot]] = undefined;
      if (wait.abort !== undefined) this.#signals.unwatch(wait);
      wait.reject(error);
    }
    this.#signals.tidy();
  }
}
