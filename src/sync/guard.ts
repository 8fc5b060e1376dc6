/** Guards: what a lock or permits taken are given back with. */
import { WarrenError } from "../errors.ts";

/** What was locked or acquired, until it is given back: `using guard = await mutex.lock()`. It stays on its thread. */
export interface Guard extends Disposable {
  /** The one who held the lock alone before died with its thread: what the lock protects may be half written. Of a semaphore always false. */
  readonly ownerDied: boolean;
  /** Gives back what it holds, once. @throws ERR_NOT_LOCKED the second time, ERR_STALE_HANDLE if the object was freed */
  unlock(): void;
  /** As `unlock`; does nothing if it was given back already. */
  [Symbol.dispose](): void;
}

/** What guards give back to. */
interface Lockable {
  /** False if the object was freed meanwhile. */
  giveBack(amount: number): boolean;
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

  unlock(): void {
    if (!this.#isHeld) throw new WarrenError("ERR_NOT_LOCKED", `${this.#object.describe()} is not locked by this guard: it was already unlocked`);
    this.#isHeld = false;
    if (!this.#object.giveBack(this.#amount)) throw new WarrenError("ERR_STALE_HANDLE", `${this.#object.describe()} was freed before it was unlocked`);
  }

  [Symbol.dispose](): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#object.giveBack(this.#amount);
  }
}
