/**
 * Which channels each task of this thread knows, and which are known outside any
 * task: what the search for stuck tasks needs to say who could end a wait. A
 * channel comes to a task as an argument, in a message, in the result of a task
 * that it joined, or because it made it; each is noted then, nothing is noted by
 * sends and receives of other values. What a task has let go of stays noted
 * until the channel is freed: that errs on the side of silence.
 *
 * Not seen: a channel that passes from task to task through a variable of their
 * module. A closure is taken to know what its starter knows.
 */
import type { Waiters } from "../../wait/waiter.ts";
import type { Identity } from "./identity.ts";
import { KnownHandles, isLive } from "./known-handles.ts";

export class Holdings {
  readonly #waiters: Waiters;
  readonly #current: () => Identity | undefined;
  readonly #outside = new KnownHandles();
  readonly #fed = new KnownHandles();
  /** For whom a payload is decoded now; `outside` for code outside tasks. */
  #receiver: Identity | "outside" | undefined;

  constructor(waiters: Waiters, current: () => Identity | undefined) {
    this.#waiters = waiters;
    this.#current = current;
  }

  /** What is decoded until `received` is for `task`. */
  receiving(task: Identity | undefined): void {
    this.#receiver = task ?? "outside";
  }

  received(): void {
    this.#receiver = undefined;
  }

  /** A handle has come into the hands of whoever runs, or of whom it is decoded for. */
  hold(key: number): void {
    const { arena, finishing } = this.#waiters;
    const who = this.#receiver ?? (finishing === undefined ? this.#current() : finishing.task);
    if (who === undefined || who === "outside") return this.#outside.add(arena, key);
    const task = who as Identity;
    // Tasks that share an identity would fill it with what all of them know.
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

  /** What code outside tasks knows. */
  get outside(): readonly number[] {
    return this.#outside.live(this.#waiters.arena);
  }

  /** Channels on which timers send. */
  get fed(): readonly number[] {
    return this.#fed.live(this.#waiters.arena);
  }

  /** What a task knows; of a closure also what its starters know. */
  of(task: Identity): readonly number[] {
    const { arena } = this.#waiters;
    const keys = new Set<number>();
    let at: Identity | undefined = task;
    for (; at !== undefined; at = at.nameId === 0 ? at.starter : undefined) {
      const { holds } = at;
      if (typeof holds === "number") keys.add(holds);
      else for (const key of holds?.live(arena) ?? []) keys.add(key);
      if (at.nameId === 0 && at.starter === undefined) for (const key of this.outside) keys.add(key);
    }
    return [...keys].filter((key) => isLive(arena, key));
  }
}
