/**
 * A load in progress: one task runs its loader, and others of any thread wait for what
 * it gives. It is a shared object of its own, which the map's entry for the key names,
 * so waits and grants are those of all shared objects.
 *
 * `value` is the state: LOADING; STORED when the loader has given a value, which is in
 * the entry that `size` names; LOADED or FAILED when those that wait can have it. While
 * it is LOADING or STORED, `holder` is the lock id of the thread whose task runs the
 * loader. `block` counts for each processor the waits that were granted the result and
 * have not read it yet.
 *
 * Invariants: outside the lock, nobody waits once it is LOADED or FAILED; while it is not,
 * it has a holder, except between the two steps of a repair. The load is one of the owners of the entry in `size`. It is freed when
 * all that waited have read the result.
 *
 * If the holder's thread dies, the repair gives the loader's place to the first that
 * waits, or ends the load if nobody does. If the value was STORED, it gives the value.
 * What a dead thread had not read counts no longer.
 *
 * Source: Go, golang.org/x/sync/singleflight.
 */
import { WarrenError } from "../errors.ts";
import { KIND, syncHeader, syncWaiter } from "../memory/layout.ts";
import { SharedObject, makeHeader } from "../sync/shared-object.ts";
import { ownerIndex } from "../wait/claims.ts";
import type { Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import { Entries } from "./entry.ts";

const STATE = { loading: 0, stored: 1, loaded: 2, failed: 3 } as const;
/** What a wait is granted. */
const GRANT = { result: 1, loader: 2 } as const;

/** The result of a wait: the caller runs its own loader now. */
export const RUN: unique symbol = Symbol("run");
/** The load is over: what it gave is in the map, or nowhere. */
export const OVER: unique symbol = Symbol("over");

export class Load extends SharedObject {
  readonly #entries: Entries;

  constructor(waiters: Waiters, at: number, generation: number, entries: Entries) {
    super(waiters, at, generation);
    this.#entries = entries;
  }

  /** A load whose loader a task of this thread will run. @throws ERR_ARENA_FULL */
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.load, { words: waiters.arena.threads + 1, holder: waiters.arena.owner });
  }

  override get kind(): string {
    return "key of a SharedMap";
  }

  /** The running task runs the loader. Before another thread knows of the load. */
  begun(): void {
    this.note(this.taskId());
  }

  /** Waits for the result: a value, a thrown error, `RUN`, or `OVER`. Reserve a record before (`Waiters.prepare`). */
  waitFor(signal: AbortSignal | undefined): unknown {
    if (!this.enterIfLive()) return OVER;
    const { i32, header: at } = this;
    const state = i32[at + syncHeader.value];
    if (state < STATE.loaded && i32[at + syncHeader.holder] !== 0) return this.waitLocked("load", signal);
    if (state < STATE.loaded) {
      // The holder died, and the repair has not freed the load yet.
      i32[at + syncHeader.holder] = this.waiters.arena.owner;
      this.note(this.taskId());
      this.leave();
      return RUN;
    }
    if (state === STATE.failed) {
      this.leave();
      return OVER;
    }
    // The holder died after it had stored the value. Those that waited may not have read it yet.
    i32[i32[at + syncHeader.block] + this.waiters.arena.index]++;
    this.leave();
    return this.#read();
  }

  /** The loader has given a value, which is in `entry`; the load becomes one of its owners. If this thread dies from now on, those that wait get the value. */
  store(entry: number): void {
    const { i32, header: at } = this;
    this.#entries.own(entry);
    this.enter();
    i32[at + syncHeader.size] = entry;
    i32[at + syncHeader.value] = STATE.stored;
    this.leave();
  }

  /** Gives what was stored to all that wait. */
  land(): void {
    this.#end(STATE.loaded);
  }

  /** Gives an error to all that wait: it is the value in `entry`, which now belongs to the load; 0 if shared memory had no room for it. */
  fail(entry: number): void {
    this.enter();
    this.i32[this.header + syncHeader.size] = entry;
    this.#endLocked(STATE.failed);
  }

  #end(state: number): void {
    this.enter();
    this.#endLocked(state);
  }

  #endLocked(state: number): void {
    const { i32, header: at } = this;
    i32[at + syncHeader.value] = state;
    i32[at + syncHeader.holder] = 0;
    this.settle();
    this.#leaveOrEnd();
  }

  /** Under the lock: leaves, and frees the load if it is over. */
  #leaveOrEnd(): void {
    const { i32, header: at } = this;
    const isRun = i32[at + syncHeader.holder] !== 0;
    if (isRun || this.first !== 0 || this.sumOfHolds() > 0) this.leave();
    else this.end();
  }

  protected override settle(): void {
    const { i32, header: at } = this;
    if (i32[at + syncHeader.value] >= STATE.loaded) {
      while (this.first !== 0) {
        const word = i32[at + syncHeader.block] + ownerIndex(i32, this.first);
        this.grant(GRANT.result, word, i32[word] + 1);
      }
      return;
    }
    const { first } = this;
    if (first === 0 || i32[at + syncHeader.holder] !== 0) return;
    this.note(i32[first + syncWaiter.task]);
    this.grant(GRANT.loader, at + syncHeader.holder, ownerIndex(i32, first) + 1);
  }

  protected override granted(wait: Wait): unknown {
    return this.i32[wait.record + syncWaiter.result] === GRANT.loader ? RUN : this.#read();
  }

  /** A copy of the result, to which this thread has been granted the right. Throws it if it is an error. */
  #read(): unknown {
    const { i32, header: at } = this;
    const entry = i32[at + syncHeader.size];
    const hasFailed = i32[at + syncHeader.value] === STATE.failed;
    try {
      const result = entry === 0 ? this.#noRoom() : this.#entries.readAny(entry);
      if (hasFailed) throw result;
      return result;
    } finally {
      if (this.enterIfLive()) {
        i32[i32[at + syncHeader.block] + this.waiters.arena.index]--;
        this.#leaveOrEnd();
      }
    }
  }

  #noRoom(): WarrenError {
    const { limit, used, reserved, largest } = this.waiters.arena.use();
    return new WarrenError("ERR_ARENA_FULL", `shared memory is full: no room for the error of a loader (${used} of ${limit} bytes in use)`, { limit, used, reserved, largest });
  }

  protected override disown(index: number): void {
    const { i32, header: at } = this;
    i32[i32[at + syncHeader.block] + index] = 0;
    if (i32[at + syncHeader.holder] !== index + 1) return;
    if (i32[at + syncHeader.value] === STATE.stored) i32[at + syncHeader.value] = STATE.loaded;
    i32[at + syncHeader.holder] = 0;
  }

  override repair(dead: number): void {
    super.repair(dead);
    if (!this.enterIfLive()) return;
    // Another thread may be freeing it.
    if (this.i32[this.header + syncHeader.ending] === 0) this.#leaveOrEnd();
    else this.leave();
  }

  protected override ended(): void {
    const { i32, header: at } = this;
    const entry = i32[at + syncHeader.size];
    i32[at + syncHeader.size] = 0;
    if (entry !== 0) this.#entries.disown(entry);
  }

  override describe(): string {
    return `${super.describe()}, ${this.describeHolder().replace("held", "run")}`;
  }
}
