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

/**
 * The handles that a task knows. A closure also knows what the task knows that started it,
 * which can be said of thousands: so it is another entry.
 */
export interface Knowledge {
  readonly handles: readonly number[];
  /** Which entry of `ThreadView.knowledge` is also known; −1 for none. */
  readonly beyond: number;
}

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

  /** Channels on which timers of this thread send. */
  get fed(): readonly number[] {
    return this.#fed.live(this.#waiters.arena);
  }

  /** What tasks know, and which entry belongs to each of them. The first entry is what code outside tasks knows. */
  knowledgeOf(tasks: Iterable<Identity>): { knowledge: Knowledge[]; places: number[] } {
    const knowledge = [{ handles: this.#outside.live(this.#waiters.arena), beyond: -1 }];
    const known = new Map<Identity, number>();
    return { knowledge, places: [...tasks].map((task) => this.#place(task, knowledge, known)) };
  }

  /** Adds what a task knows, if it is not there: one entry for the task, and for a closure those of the tasks that started it. */
  #place(task: Identity, knowledge: { handles: readonly number[]; beyond: number }[], known: Map<Identity, number>): number {
    const first = known.get(task) ?? knowledge.length;
    let below: { handles: readonly number[]; beyond: number } | undefined;
    for (let at: Identity | undefined = task; at !== undefined; at = at.isClosure ? at.starter : undefined) {
      const place = known.get(at);
      if (below !== undefined) below.beyond = place ?? knowledge.length;
      if (place !== undefined) break;
      known.set(at, knowledge.length);
      below = { handles: this.#own(at), beyond: at.isClosure && at.starter === undefined ? 0 : -1 };
      knowledge.push(below);
    }
    return first;
  }

  #own({ holds }: Identity): readonly number[] {
    const { arena } = this.#waiters;
    if (typeof holds === "number") return isLive(arena, holds) ? [holds] : [];
    return holds?.live(arena) ?? [];
  }

  /** All handles that some of the tasks know. */
  handlesOf(tasks: Iterable<Identity>): readonly number[] {
    const [outside, ...knowledge] = this.knowledgeOf(tasks).knowledge;
    const handles = new Set(knowledge.flatMap((entry) => entry.handles));
    if (knowledge.some(({ beyond }) => beyond === 0)) for (const handle of outside.handles) handles.add(handle);
    return [...handles];
  }
}
