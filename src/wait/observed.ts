/**
 * Waits that were observed: some of a thread's waits record where the program waits,
 * and of some it is noticed whether the program awaits their promise. Not all, because
 * a stack trace costs microseconds: the first of a thread, and then 200 in a second.
 */
import { Noticed } from "./noticed.ts";
import type { Scheduler, Wait } from "./wait.ts";
import type { WaitReason } from "./wait-reason.ts";

/** So many waits of a thread record where they began; later ones do if the last record is so old. */
const FIRST_SITES = 100;
const SITE_EVERY_MS = 5;
/** Operations that have no effect on a program which does not await them: it runs on without the lock, the permit or the pause. */
const MUST_BE_AWAITED: ReadonlySet<WaitReason> = new Set<WaitReason>(["lock", "acquire", "wait", "barrier", "once", "sleep"]);
/** So many tasks at most have observed waits, and so many of one task are kept. */
const MOST_NOTICED = 100;

type Executor = (resolve: (value: unknown) => void) => void;

/** A wait whose promise is observed. */
export interface Observed {
  readonly promise: Noticed<unknown>;
  readonly reason: WaitReason;
  readonly on: string;
  readonly site: string | undefined;
}

export class ObservedWaits {
  /** Waits that begin before this are not observed. */
  nextMs = 0;
  readonly #scheduler: Scheduler;
  #firstSites = FIRST_SITES;
  /** By the task that waits. */
  readonly #noticed = new Map<object, Observed[]>();

  readonly #sites = new WeakMap<Wait, string>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** The promise of a wait that is observed. */
  promiseOf(wait: Wait): Promise<unknown> {
    const executor: Executor = (resolve) => {
      wait.resolve = resolve;
    };
    const site = this.#scheduler.site?.();
    if (site !== undefined) this.#sites.set(wait, site);
    if (--this.#firstSites <= 0) this.nextMs = wait.sinceMs + SITE_EVERY_MS;
    const { task, reason } = wait;
    if (task === undefined || !MUST_BE_AWAITED.has(reason) || (this.#noticed.size >= MOST_NOTICED && !this.#noticed.has(task))) return new Promise<unknown>(executor);
    const promise = new Noticed<unknown>(executor);
    let list = this.#noticed.get(task) ?? [];
    if (list.length >= MOST_NOTICED) list = list.filter((observed) => !observed.promise.isAwaited);
    this.#noticed.set(task, list);
    list.push({ promise, reason, on: wait.finisher.describe(wait), site });
    return promise;
  }

  /** Where a wait began, if that was recorded. */
  siteOf(wait: Wait): string | undefined {
    return this.#sites.get(wait);
  }

  has(task: object): boolean {
    return this.#noticed.size > 0 && this.#noticed.has(task);
  }

  /** Observed waits of a task that has ended, of which nothing has awaited the promise. */
  notAwaited(task: object): readonly Observed[] {
    const observed = this.#noticed.get(task);
    if (observed === undefined) return [];
    this.#noticed.delete(task);
    return observed.filter(({ promise }) => !promise.isAwaited);
  }
}
