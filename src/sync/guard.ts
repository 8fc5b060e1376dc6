/** Guards: they release a lock or permits, or pass them to a task. */
import { INSPECT, WarrenError } from "../errors.ts";
import type { Arena } from "../memory/arena.ts";
import { leaseRecord } from "../memory/layout.ts";
import type { LockObject } from "./lock-object.ts";

/**
 * What `lock()` and `acquire()` return: releasing it unlocks, as in `using guard = await
 * mutex.lock()`. It stays on its thread, unless it is an argument of `go`, `spawn` or a
 * group: then the task gets the lock or the permits and a guard of its own, and this one
 * is spent.
 */
export interface Guard extends Disposable {
  /** Whether the previous holder of the lock died with its thread. Then the data that the lock protects may be half written. Always false for a semaphore. */
  readonly ownerDied: boolean;
  /** Releases what it holds, once. @throws ERR_NOT_LOCKED the second time and after it was passed to a task, ERR_STALE_HANDLE if the object was freed */
  unlock(): void;
  /** As `unlock`, but does nothing if it was released or passed to a task. */
  [Symbol.dispose](): void;
}

/** An object that guards unlock. */
export interface Lockable {
  readonly kind: string;
  /** Releases `amount`; false if the object was freed meanwhile. */
  giveBack(amount: number): boolean;
  refuseStale(): never;
  describe(): string;
}

export class HeldGuard implements Guard {
  readonly ownerDied: boolean;
  readonly #object: Lockable;
  readonly #amount: number;
  #isHeld = true;
  #isPassed = false;

  constructor(object: Lockable, amount: number, ownerDied: boolean) {
    this.#object = object;
    this.#amount = amount;
    this.ownerDied = ownerDied;
  }

  /** Whether it has not been released. */
  protected get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether it was passed to a task. */
  protected get isPassed(): boolean {
    return this.#isPassed;
  }

  /** It holds nothing any more: another guard or a lease does. */
  protected spend(): void {
    this.#isHeld = false;
    this.#isPassed = true;
  }

  /** Throws if it holds nothing. */
  protected requireHeld(): void {
    if (!this.#isHeld) throw new WarrenError("ERR_NOT_LOCKED", `the guard was already ${this.#isPassed ? "passed to a task, which unlocks it" : "unlocked"}: ${this.#object.describe()}`);
  }

  unlock(): void {
    this.requireHeld();
    this.#isHeld = false;
    if (!this.#object.giveBack(this.#amount)) this.#object.refuseStale();
  }

  [INSPECT](): string {
    return `guard of ${this.#object.kind}${this.#isHeld ? "" : this.#isPassed ? ", passed to a task" : ", released"}`;
  }

  [Symbol.dispose](): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#object.giveBack(this.#amount);
  }
}

/** A guard that can be passed to a task. */
export class LockGuard extends HeldGuard {
  readonly #lock: LockObject;
  readonly #amount: number;

  constructor(lock: LockObject, amount: number, ownerDied: boolean) {
    super(lock, amount, ownerDied);
    this.#lock = lock;
    this.#amount = amount;
  }

  /** Whether it can be passed to a task of the runtime with this arena. @throws ERR_NOT_LOCKED, ERR_STALE_HANDLE */
  check(arena: Arena): void {
    this.requireHeld();
    if (this.#lock.waiters.arena !== arena) throw new WarrenError("ERR_STALE_HANDLE", `a guard belongs to another runtime: ${this.#lock.describe()}`);
    if (!this.#lock.isCurrent) this.#lock.refuseStale();
  }

  /** A new guard of this thread, for a task with this id; 0 leaves the task as it is. */
  move(task: number): LockGuard {
    this.spend();
    if (task !== 0) this.#lock.holdFor(task);
    return new LockGuard(this.#lock, this.#amount, this.ownerDied);
  }

  /** What it holds moves to `lease`, for the task with this id whose record the lease names. */
  lend(lease: number, task: number): void {
    const { i32 } = this.#lock.waiters.arena;
    this.spend();
    i32[lease + leaseRecord.header] = this.#lock.header;
    i32[lease + leaseRecord.generation] = this.#lock.generation;
    i32[lease + leaseRecord.amount] = this.#amount;
    i32[lease + leaseRecord.ownerDied] = this.ownerDied ? 1 : 0;
    this.#lock.lend(lease, task);
  }

  /** The name of the lock's kind. */
  get kind(): string {
    return this.#lock.kind;
  }
}
