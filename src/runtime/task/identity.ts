/**
 * Which task is running: AsyncLocalStorage carries each task's identity through its
 * awaits (V8 keeps it in every promise reaction), so that a waiting operation knows
 * its task, whatever the task awaited before.
 *
 * An identity costs about 250 bytes and 300 ns for each task. Beyond a fixed number
 * of live tasks on one thread, the tasks of a function share one identity: a dump
 * then prints how many there are instead of listing them.
 */
import type { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { captureContext, inRoot, isSameContext, runIn } from "../../host.ts";
import type { KnownHandles } from "./known-handles.ts";
import type { AnyFunction } from "../module/task-function.ts";

/** A task as this thread knows it. */
export class Identity {
  readonly id: number;
  readonly name: string;
  /** Number of its name in the table of names; 0 for a closure whose name is not in it. */
  readonly nameId: number;
  readonly isClosure: boolean;
  /** Where the task was started, if that was recorded. Of a task from another thread it comes with the arguments. */
  site: string | undefined;
  /** The task on this thread that started it; none if code outside tasks did, or another thread. */
  readonly starter: Identity | undefined;
  /** The channels that it knows, most tasks one: see holdings.ts. */
  holds: number | KnownHandles | undefined = undefined;
  /** Place in the list of live tasks, −1 for a shared identity. */
  place = 0;
  /** See `Running`. */
  stretch = 0;
  /** Of a shared identity: what its tasks that were started with `go` do when they end. */
  ends: Ends | undefined = undefined;

  constructor(id: number, name: string, nameId: number, isClosure: boolean, site?: string, starter?: Identity) {
    this.id = id;
    this.name = name;
    this.nameId = nameId;
    this.isClosure = isClosure;
    this.site = site;
    this.starter = starter;
  }
}

/** What happens when a task ends. */
export interface Ends {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Maximum number of live tasks on one thread that have their own identity. */
const MOST = 10_000;

/** One identity for many tasks of one function. */
class SharedIdentity extends Identity {
  override place = -1;
  count = 0;
  /** The root context with this identity: that of each of its tasks, so that a million of them share one. */
  readonly context: AsyncResource;
  /** The context in which the last of its closures was started, and the same with this identity: closures that are started one after the other share it, too. */
  startedIn: AsyncResource | undefined = undefined;
  inStarted: AsyncResource | undefined = undefined;

  constructor({ name, nameId, isClosure }: Identity, current: AsyncLocalStorage<Identity>) {
    super(0, name, nameId, isClosure);
    this.context = inRoot(() => {
      current.enterWith(this);
      return captureContext();
    });
  }
}

export class Identities {
  readonly #current: AsyncLocalStorage<Identity>;
  readonly #live: Identity[] = [];
  readonly #shared = new Map<string, SharedIdentity>();

  constructor(current: AsyncLocalStorage<Identity>) {
    this.#current = current;
  }

  /** Live tasks that have their own identity. */
  get live(): readonly Identity[] {
    return this.#live;
  }

  /** Functions with live tasks that are not listed, and how many. */
  get unlisted(): { name: string; count: number }[] {
    return [...this.#shared.values()].filter(({ count }) => count > 0).map(({ name, count }) => ({ name, count }));
  }

  /** Lists a task that starts; beyond `MOST` its identity is the shared one of its function. */
  add(identity: Identity): Identity {
    if (this.#live.length >= MOST) return this.#share(identity);
    identity.place = this.#live.length;
    this.#live.push(identity);
    return identity;
  }

  remove(identity: Identity): void {
    if (identity.place < 0) {
      const shared = identity as SharedIdentity;
      if (--shared.count > 0) return;
      // They hold the stores of the program.
      shared.startedIn = undefined;
      shared.inStarted = undefined;
      return;
    }
    const last = this.#live.pop() as Identity;
    if (last === identity) return;
    this.#live[identity.place] = last;
    last.place = identity.place;
  }

  /**
   * Calls `fn` as the task `identity`, in the async context in which it was started:
   * `context` for a closure; none, the root, for a task, which may have come from another
   * thread. What `fn` sets in its context ends with the task.
   */
  enter(identity: Identity, context: AsyncResource | undefined, fn: AnyFunction, args: unknown[]): unknown {
    if (context !== undefined) {
      if (identity.place < 0) return runIn(this.#sharedIn(identity as SharedIdentity, context), fn, ...args);
      return runIn(context, enterAs, this.#current, identity, fn, args);
    }
    if (identity.place < 0) return runIn((identity as SharedIdentity).context, fn, ...args);
    return inRoot(enterAs, this.#current, identity, fn, args);
  }

  /** `context` with a shared identity. */
  #sharedIn(shared: SharedIdentity, context: AsyncResource): AsyncResource {
    if (shared.startedIn !== undefined && shared.inStarted !== undefined && isSameContext(shared.startedIn, context)) return shared.inStarted;
    shared.startedIn = context;
    return (shared.inStarted = runIn(context, () => {
      this.#current.enterWith(shared);
      return captureContext();
    }));
  }

  #share(task: Identity): Identity {
    let shared = this.#shared.get(task.name);
    if (shared === undefined) this.#shared.set(task.name, (shared = new SharedIdentity(task, this.#current)));
    shared.count++;
    return shared;
  }
}

function enterAs(current: AsyncLocalStorage<Identity>, identity: Identity, fn: AnyFunction, args: unknown[]): unknown {
  current.enterWith(identity);
  return fn(...args);
}
