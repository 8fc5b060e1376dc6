/**
 * The records of one thread's waits: they are kept from one wait to the next, and freed
 * when memory is short. A record has room for a small value; a larger one is in a block.
 *
 * Invariants: an idle record is in no queue, and no claim on it is open; a record that is
 * freed has been idle for a whole round of `Arena.reclaim`.
 */
import { load, store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { RECORD, WAITER_VALUE_WORDS, WAITER_WORDS, processor, superblock, waiter } from "../memory/layout.ts";
import { Claims, valueOf } from "./claims.ts";
import { type Finisher, type Scheduler, Wait } from "./wait.ts";
import { transitionToWaiting } from "./waiter-state.ts";

/** Records that stay for the next waits when memory is short. At least one, because `prepare` promises it. */
const MOST_IDLE = 64;

export abstract class Records extends Claims {
  /** Parked waits by their record's `slot`. */
  protected readonly waits: (Wait | undefined)[] = [];
  /** Records that no wait uses. */
  readonly #idle: number[] = [];
  /** Those that are freed soon, and the round of `Arena.reclaim` at which they were taken out of use. */
  #leaving: number[] = [];
  #leftAt = 0;
  /** Slots whose record was freed. */
  readonly #vacant: number[] = [];
  #stopped: Error | undefined;

  constructor(arena: Arena, scheduler: Scheduler) {
    super(arena, scheduler);
    arena.onAsked = (round) => this.#trim(round);
  }

  /** Called where an operation finds a stale handle or can do nothing more. @throws ERR_RUNTIME_STOPPED once the runtime has stopped */
  checkOpen(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
  }

  /** Whether `acquire` and `adoptValue` for a value of `words` words need no memory. */
  isPreparedFor(words: number): boolean {
    return words <= WAITER_VALUE_WORDS && this.#idle.length > 0;
  }

  /** Makes sure that the next `acquire` allocates nothing, so that it can be called under a lock. @throws ERR_ARENA_FULL */
  prepare(): void {
    if (this.#idle.length > 0) return;
    if (this.#stopped !== undefined) throw this.#stopped;
    const { i32, here } = this.arena;
    const before = i32[here + processor.usedWords];
    const record = this.#record();
    i32[here + processor.keptWords] += i32[here + processor.usedWords] - before;
    this.arena.i32[record + waiter.slot] = this.#vacant.pop() ?? this.waits.push(undefined) - 1;
    this.arena.i32[record + waiter.decider] = record;
    this.#idle.push(record);
  }

  /**
   * A wait that has begun. With `spins` 0 it is parked from the start, because its
   * owner will not check it. @param place that of its reason in `WAIT_REASONS` @throws ERR_ARENA_FULL
   */
  acquire(place: number, finisher: Finisher, spins = 0): Wait {
    if (this.#idle.length === 0) this.prepare();
    const record = this.#idle.pop() as number;
    transitionToWaiting(this.arena.i32, record, spins === 0);
    return new Wait(record, place, finisher);
  }

  /** The record of the next wait. Call `isPreparedFor` or `prepare` before. */
  get spare(): number {
    return this.#idle[this.#idle.length - 1] as number;
  }

  /** The wait that has begun with `spare`. */
  begin(place: number, finisher: Finisher): Wait {
    return new Wait(this.#idle.pop() as number, place, finisher);
  }

  /** The record of a wait that is in no queue can be used again. */
  protected reuse(record: number): void {
    this.#idle.push(record);
  }

  protected get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** The runtime has ended: records are made no more. */
  protected stop(error: Error): void {
    this.#stopped = error;
    this.#idle.length = 0;
  }

  /**
   * Memory is short: takes records that no wait uses out of use, and frees them at a
   * later call, when all threads have answered a round since. Until then a thread that
   * has died may have been ending one, and the repair reads which (`processor.completing`).
   */
  #trim(round: number): void {
    const { i32, here } = this.arena;
    if (this.#leaving.length > 0 && load(i32, superblock.settled) - this.#leftAt > 0) {
      const before = i32[here + processor.usedWords];
      for (const record of this.#leaving.splice(0)) {
        this.#vacant.push(i32[record + waiter.slot]);
        this.arena.free(record);
      }
      i32[here + processor.keptWords] += i32[here + processor.usedWords] - before;
    }
    if (this.#leaving.length === 0 && this.#idle.length > MOST_IDLE) {
      this.#leaving = this.#idle.splice(MOST_IDLE);
      this.#leftAt = round;
    }
    store(i32, here + processor.leaving, this.#leaving.length > 0 ? 1 : 0);
  }

  /** A record for one case of a select that is decided at `decider`. */
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

  /** A block for a value that does not fit into a record; 0 if it fits. @throws ERR_ARENA_FULL */
  allocValue(words: number): number {
    return words <= WAITER_VALUE_WORDS ? 0 : this.arena.alloc(words);
  }

  /** Gives a record the block from `allocValue`; returns where its value is stored. */
  adoptValue(record: number, block: number): number {
    if (block === 0) return record + waiter.value;
    const { i32 } = this.arena;
    i32[record + waiter.block] = 1;
    i32[record + waiter.value] = block;
    return block;
  }

  /** Where the value of a record is stored. */
  valueAt(record: number): number {
    return valueOf(this.arena.i32, record);
  }

  /** Frees the block that `adoptValue` gave the record. */
  releaseValue(record: number): void {
    const { i32 } = this.arena;
    if (i32[record + waiter.block] === 0) return;
    i32[record + waiter.block] = 0;
    this.arena.free(i32[record + waiter.value]);
  }
}
