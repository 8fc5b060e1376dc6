/**
 * Who is running: each task's identity, carried through its awaits by
 * AsyncLocalStorage (V8 keeps it in every promise reaction), so that a waiting
 * operation knows its task whatever the task awaited before.
 *
 * An identity of its own costs 250 bytes and 300 ns a task. Beyond a fixed number
 * of live tasks on one thread, tasks of the same function share one identity: a
 * dump then says how many there are instead of listing them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Holds } from "./holdings.ts";
import type { AnyFunction } from "./task-function.ts";

export interface Identity {
  readonly id: number;
  readonly name: string;
  /** Number of the task's name in the table of names, 0 for a closure. */
  readonly nameId: number;
  /** Where it was started, if that was recorded. */
  readonly site: string | undefined;
  /** Of a closure: the task that started it; none for code outside tasks. */
  readonly starter: Identity | undefined;
  /** The channels that it knows: see holdings.ts. */
  holds: Holds;
  /** Place in the list of live tasks, −1 for a shared identity. */
  place: number;
  /** See `Running`. */
  stretch: number;
  /** Of a shared identity: what its tasks that nobody joins do at their end. */
  ends?: Ends;
}

/** What happens when a task ends. */
export interface Ends {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Live tasks of one thread with an identity of their own. */
const MOST = 10_000;

interface Shared extends Identity {
  count: number;
  enter: <R>(fn: (...args: unknown[]) => R, ...args: unknown[]) => R;
}

export class Identities {
  readonly #current: AsyncLocalStorage<Identity>;
  readonly #live: Identity[] = [];
  readonly #shared = new Map<string, Shared>();

  constructor(current: AsyncLocalStorage<Identity>) {
    this.#current = current;
  }

  /** Live tasks that have an identity of their own. */
  get live(): readonly Identity[] {
    return this.#live;
  }

  /** Functions with more live tasks than are listed, and how many more. */
  get unlisted(): { name: string; count: number }[] {
    return [...this.#shared.values()].filter(({ count }) => count > 0).map(({ name, count }) => ({ name, count }));
  }

  add(what: Omit<Identity, "place">): Identity {
    if (this.#live.length >= MOST) return this.#share(what);
    const identity = what as Identity;
    identity.place = this.#live.length;
    this.#live.push(identity);
    return identity;
  }

  remove(identity: Identity): void {
    if (identity.place < 0) {
      (identity as Shared).count--;
      return;
    }
    const last = this.#live.pop() as Identity;
    if (last === identity) return;
    this.#live[identity.place] = last;
    last.place = identity.place;
  }

  /** Calls `fn` as the task `identity`. */
  enter(identity: Identity, fn: AnyFunction, args: unknown[]): unknown {
    if (identity.place < 0) return (identity as Shared).enter(fn, ...args);
    return this.#current.run(identity, fn, ...args);
  }

  #share({ name, nameId }: Omit<Identity, "place">): Identity {
    let shared = this.#shared.get(name);
    if (shared === undefined) {
      const fresh = { id: 0, name, nameId, site: undefined, starter: undefined, holds: undefined, place: -1, stretch: 0, count: 0 };
      const enter = this.#current.run(fresh, () => AsyncLocalStorage.snapshot());
      shared = Object.assign(fresh, { enter }) as Shared;
      this.#shared.set(name, shared);
    }
    shared.count++;
    return shared;
  }
}
