/**
 * Which channels each task of this thread knows, and which are known to code outside
 * tasks. The search for partial deadlocks needs this, to find out which task could
 * end a wait. A task gets a channel as an argument, in a message, in the result of a
 * task that it joined, or by making it. Each of these is noted; sends and receives of
 * other values note nothing. A channel that a task no longer uses stays noted until
 * the channel is freed: then the search reports too little rather than too much.
 *
 * Not seen: a channel that passes from task to task through a variable of their
 * module. A closure is assumed to know what the task that started it knows.
 */
import type { Waiters } from "../../wait/waiter.ts";
import type { Identity } from "./identity.ts";
import { KnownHandles, isLive } from "./known-handles.ts";

export class Holdings {
  readonly #waiters: Waiters;
  readonly #current: () => Identity | undefined;
  readonly #outside = new KnownHandles();
  readonly #fed = new KnownHandles();
  /** The task for which a payload is being decoded; `outside` for code outside tasks. */
  #receiver: Identity | "outside" | undefined;

  constructor(waiters: Waiters, current: () => Identity | undefined) {
    this.#waiters = waiters;
    this.#current = current;
  }

  /** Everything decoded until `received` is for `task`. */
  receiving(task: Identity | undefined): void {
    this.#receiver = task ?? "outside";
  }

  received(): void {
    this.#receiver = undefined;
  }

  /** The running task, or the task for which a payload is being decoded, has got a handle. */
  hold(key: number): void {
    const { arena, finishing } = this.#waiters;
    const holder = this.#receiver ?? (finishing === undefined ? this.#current() : finishing.task);
    if (holder === undefined || holder === "outside") return this.#outside.add(arena, key);
    const task = holder as Identity;
    // A shared identity would be filled with what all its tasks know.
    if (task.place < 0) return;
    const { holds } = task;
    if (holds === key) return;
    if (holds === undefined) task.holds = key;
    else if (typeof holds === "object") holds.add(arena, key);
    else {
      task.holds = new KnownHandles();
      task.holds.add(arena, holds);
      task.holds.add(arena, key);
    }
  }

  /** A timer of this thread sends on this channel. */
  feed(key: number): void {
    this.#fed.add(this.#waiters.arena, key);
  }

  /** Handles that code outside tasks knows. */
  get outside(): readonly number[] {
    return this.#outside.live(this.#waiters.arena);
  }

  /** Channels on which timers of this thread send. */
  get fed(): readonly number[] {
    return this.#fed.live(this.#waiters.arena);
  }

  /** Handles that a task knows; for a closure also those of the tasks that started it. */
  of(task: Identity): readonly number[] {
    const { arena } = this.#waiters;
    const keys = new Set<number>();
    let at: Identity | undefined = task;
    for (; at !== undefined; at = at.isClosure ? at.starter : undefined) {
      const { holds } = at;
      if (typeof holds === "number") keys.add(holds);
      else for (const key of holds?.live(arena) ?? []) keys.add(key);
      if (at.isClosure && at.starter === undefined) for (const key of this.outside) keys.add(key);
    }
    return [...keys].filter((key) => isLive(arena, key));
  }
}
