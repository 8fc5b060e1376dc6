/**
 * A local channel that the connection feeds: on the main thread, for any number of receives
 * that wait. The classes below it keep the values.
 *
 * Invariants: receives get values in the order in which they began to wait; none waits
 * while there is a value, or after the end.
 */
import type { Channel } from "../../channel/channel.ts";
import { LocalReceiver } from "../../channel/local-receiver.ts";
import { Refusal } from "../../wire/type.ts";
import type { Waiters } from "../../wait/waiter.ts";

export abstract class Inflow<T> extends LocalReceiver<T> {
  readonly #watchers = new Set<() => boolean>();
  /** Why it cannot be sent to another thread. */
  readonly #stays: string;
  #isEnded = false;

  constructor(waiters: Waiters, stays: string) {
    super(waiters);
    this.#stays = stays;
  }

  /** Whether it takes no more values. */
  protected get isEnded(): boolean {
    return this.#isEnded;
  }

  protected override get isWanted(): boolean {
    return this.#watchers.size > 0;
  }

  /** It takes no more values: those that it has are given, and what still waits ends. Returns false if it had ended before. */
  protected end(): boolean {
    if (this.#isEnded) return false;
    this.#isEnded = true;
    this.giveDue();
    while (this.isWanted) this.#wakeFirst();
    return true;
  }

  protected override giveDue(): void {
    while (this.isWanted && this.length > 0) this.#wakeFirst();
  }

  override watch(ready: () => boolean): () => void {
    this.#watchers.add(ready);
    return () => this.#watchers.delete(ready);
  }

  override materialize(): Channel<T> {
    throw new Refusal(this.#stays, this);
  }

  protected override feed(): void {
    // It does not turn into a channel.
  }

  #wakeFirst(): void {
    for (const ready of this.#watchers) {
      this.#watchers.delete(ready);
      ready();
      return;
    }
  }
}
