/** Warns of waits that a task has begun, and has ended without awaiting: it ran on without the lock, the permit or the pause. */
import type { ObservedWaits } from "../../wait/observed.ts";
import type { Identity } from "./identity.ts";

export class NotAwaited {
  readonly #observed: ObservedWaits;
  readonly #onWarning: (warning: string, code: string, site: string | undefined) => void;
  /** Kinds of operations of which it has warned. */
  readonly #warned = new Set<string>();

  constructor(observed: ObservedWaits, onWarning: (warning: string, code: string, site: string | undefined) => void) {
    this.#observed = observed;
    this.#onWarning = onWarning;
  }

  /** A task has ended. Warns once for each kind of operation. */
  check(task: Identity): void {
    if (!this.#observed.has(task)) return;
    // An await that the task has just begun notices its promise in a microtask.
    queueMicrotask(() => {
      for (const { reason, on, site } of this.#observed.notAwaited(task)) {
        if (this.#warned.has(reason)) continue;
        this.#warned.add(reason);
        this.#onWarning(`task ${task.name} has ended without awaiting an operation (${reason}: ${on}): it ran on without waiting. Write await before the call`, "WARREN_NOT_AWAITED", site);
      }
    });
  }
}
