/**
 * What a ticker and a timer have in common: the time at which the next value is due,
 * the receives that wait for it on this thread, and the channel that other threads have
 * in its place.
 *
 * Invariants: a value that is due is taken by one receive, or sent to the other threads,
 * never both; nothing is armed while nobody can receive; after `drop` no value from
 * before it is received on any thread.
 *
 * The state is apart from the object of the user. The timer that sends to other threads
 * refers only to the state, so it can detect that no thread has the object any more. It
 * does not keep the process alive; a receive that waits does.
 */
import { performance } from "../../host.ts";
import { header } from "../../memory/layout.ts";
import type { Timer, Timers } from "../../wait/timers.ts";
import type { Channel } from "../channel.ts";

export abstract class Alarm {
  /** When the pending value was due or the next one will be; `Infinity` for never. */
  nextMs = Infinity;
  isDisposed = false;
  readonly #timers: Timers;
  /** The receives that wait on this thread, first come first served. */
  readonly #watchers = new Set<() => boolean>();
  #timer: Timer | undefined;
  #channel: Channel<number> | undefined;
  #user: WeakRef<object> | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Takes the value that is due: the time since 1970 at which it was due. Sets `nextMs` for the next one. */
  abstract take(): number | undefined;
  /** Ends for good: no value comes any more. */
  protected abstract halt(): void;

  /** Whether a value is due on this thread. */
  get isDue(): boolean {
    return performance.now() >= this.nextMs;
  }

  /** Whether a receive of this thread waits. */
  get isWanted(): boolean {
    return this.#watchers.size > 0;
  }

  /** Drops the value that was sent to the other threads and not received. Returns whether there was one. */
  drop(): boolean {
    const channel = this.#channel;
    return channel?.isOpen === true && channel.tryRecv() !== undefined;
  }

  /** If a value is due that receives of this thread wait for, the first one gets it now: they come before a new one. */
  giveDue(): void {
    if (this.isWanted && this.isDue) this.#due();
  }

  watch(ready: () => boolean): () => void {
    this.#watchers.add(ready);
    this.arm();
    return () => {
      if (this.#watchers.delete(ready)) this.arm();
    };
  }

  feed(channel: Channel<number>, user: object): void {
    if (this.isDisposed) return channel.close();
    this.#channel = channel;
    this.#user = new WeakRef(user);
    this.arm();
  }

  /** Ends all receives that wait. */
  end(): void {
    this.isDisposed = true;
    this.halt();
    for (const ready of this.#watchers) ready();
    this.#watchers.clear();
    if (this.#channel?.isOpen === true) this.#channel.close();
    this.#channel = undefined;
    this.arm();
  }

  /** Arms the timer for the next value if something receives it. */
  arm(): void {
    const isWanted = !this.isDisposed && (this.isWanted || this.#channel !== undefined);
    const dueMs = isWanted ? this.nextMs : Infinity;
    if (this.#timer !== undefined) {
      if (this.#timer.place >= 0 && this.#timer.deadlineMs === dueMs) return;
      this.#timers.cancel(this.#timer);
    }
    this.#timer = dueMs === Infinity ? undefined : this.#timers.arm(dueMs, () => this.#due(), true);
  }

  #due(): void {
    if (!this.#give()) this.#send();
    this.arm();
  }

  /** Gives the value to the first receive on this thread that still waits. */
  #give(): boolean {
    for (const ready of this.#watchers) {
      this.#watchers.delete(ready);
      if (ready()) return true;
    }
    return false;
  }

  /** Sends the value to the other threads. It is dropped if one is pending there. */
  #send(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    if (!channel.isOpen) return this.end();
    const value = this.take();
    if (value !== undefined) channel.trySend(value);
    // The only reference is this thread's own object: no other thread can get the channel again.
    const { i32 } = channel.waiters.arena;
    if (i32[channel.header + header.references] === 1 && this.#user?.deref() === undefined) this.end();
  }
}
