/** Guards: they release a lock or permits. */
import { INSPECT, WarrenError } from "../errors.ts";

/** What `lock()` and `acquire()` return: releasing it unlocks, as in `using guard = await mutex.lock()`. It stays on its thread. */
export interface Guard extends Disposable {
  /** Whether the previous holder of the lock died with its thread. Then the data that the lock protects may be half written. Always false for a semaphore. */
  readonly ownerDied: boolean;
  /** Releases what it holds, once. @throws ERR_NOT_LOCKED the second time, ERR_STALE_HANDLE if the object was freed */
  unlock(): void;
  /** As `unlock`, but does nothing if it was released already. */
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

  constructor(object: Lockable, amount: number, ownerDied: boolean) {
    this.#object = object;
    this.#amount = amount;
    this.ownerDied = ownerDied;
  }

  /** Whether it has not been released. */
  protected get isHeld(): boolean {
    return this.#isHeld;
  }

  unlock(): void {
    if (!this.#isHeld) throw new WarrenError("ERR_NOT_LOCKED", `the guard was already unlocked: ${this.#object.describe()}`);
    this.#isHeld = false;
    if (!this.#object.giveBack(this.#amount)) this.#object.refuseStale();
  }

  [INSPECT](): string {
    return `guard of ${this.#object.kind}${this.#isHeld ? "" : ", released"}`;
  }

  [Symbol.dispose](): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#object.giveBack(this.#amount);
  }
}
