/**
 * The tasks of a trace: which tasks were spawned, started and ended, and which
 * appear without a start event.
 *
 * Tasks that share an identity (`task` 0, see runtime/task/identity.ts) cannot be
 * distinguished: on each thread they are one task here, which has run slices and no other
 * states, and how long each lived is in `crowd`.
 */
import { Life } from "./life.ts";

/** From the place of a task while reading to that in the result, if it belongs there. */
export type PlaceOf = (task: number) => number | undefined;

/** The tasks met so far; each has a place. */
export class Census {
  readonly #lives: Life[] = [];
  /** Places, by id; −1 − thread for tasks without one. */
  readonly #places = new Map<number, number>();
  readonly #onMain = new Set<number>();
  readonly #crowdStarts: number[] = [];
  readonly #crowdEnds: number[] = [];

  life(place: number): Life {
    return this.#lives[place] as Life;
  }

  /** The place of the task that an event of a thread names. */
  at(task: number, thread: number, ns: number): number {
    const place = this.#place(task === 0 ? -1 - thread : task);
    const life = this.life(place);
    life.thread = thread;
    // it may have been spawned, and its start be lost
    life.startNs ??= ns;
    return place;
  }

  /** `parent` 0: code outside tasks. */
  spawn(parent: number, child: number, ns: number): void {
    if (parent !== 0) this.life(this.#place(parent)).children++;
    if (child === 0 || this.#places.has(child)) return;
    const life = new Life({ id: child, name: "", bornNs: ns, startNs: null, hasParent: parent !== 0 });
    life.mark(ns, "ready");
    this.#add(child, life);
  }

  /** The place of a task that begins. */
  start(task: number, name: string, thread: number, ns: number): number {
    if (task === 0) this.#crowdStarts.push(ns);
    else if (!this.#places.has(task)) this.#add(task, new Life({ id: task, name, bornNs: ns, startNs: ns, hasParent: false }));
    const place = this.at(task, thread, ns);
    if (task !== 0) this.life(place).name = name;
    return place;
  }

  /** A task begins on the main thread. */
  startOnMain(task: number): void {
    if (task !== 0) this.#onMain.add(task);
  }

  end(place: number, ns: number): void {
    const life = this.life(place);
    if (life.id === 0) this.#crowdEnds.push(ns);
    else life.endNs = ns;
  }

  /** A thread has died, and its tasks with it. */
  died(thread: number, ns: number): void {
    for (const life of this.#lives) if (life.thread === thread && life.id !== 0) life.endNs ??= ns;
  }

  /** The tasks that belong into the result: not those of the main thread, and none that is known only as spawned where tasks may have begun unnamed. */
  result(): { tasks: Life[]; placeOf: PlaceOf } {
    const places = new Map<number, number>();
    const tasks: Life[] = [];
    for (const [place, life] of this.#lives.entries()) {
      const isUnnamed = life.startNs === null && this.#crowdStarts.length > 0;
      if (this.#onMain.has(life.id) || isUnnamed) continue;
      places.set(place, tasks.length);
      tasks.push(life);
    }
    return { tasks, placeOf: (task) => places.get(task) };
  }

  /** The lives of tasks that cannot be distinguished: the one that began first counts as the one that ended first, which changes no sum. */
  crowd(durationNs: number): { fromNs: number; toNs: number }[] {
    const [starts, ends] = [this.#crowdStarts, this.#crowdEnds];
    const before = Math.max(0, ends.length - starts.length);
    const began = [...Array.from({ length: before }, () => 0), ...starts];
    return began.map((fromNs, k) => ({ fromNs, toNs: Math.max(fromNs, ends[k] ?? durationNs) }));
  }

  /** A task without a start event has been there all the time. */
  #place(id: number): number {
    return this.#places.get(id) ?? this.#add(id, new Life({ id: Math.max(0, id), name: id < 0 ? `others on thread ${-1 - id}` : `task ${id}`, bornNs: 0, startNs: 0, hasParent: false }));
  }

  #add(id: number, life: Life): number {
    this.#places.set(id, this.#lives.length);
    return this.#lives.push(life) - 1;
  }
}
