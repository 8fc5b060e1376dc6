/** What waits on the network: for `stats()` and dumps. */
import { performance } from "../../host.ts";
import type { OutsideWait } from "../../runtime/inspect/outside.ts";

export class Waits {
  readonly #since = new Map<string, Set<{ readonly ms: number }>>();

  /** Something begins to wait. Call what it returns when the wait has ended. */
  begin(name: string): () => void {
    const wait = { ms: performance.now() };
    let all = this.#since.get(name);
    if (all === undefined) this.#since.set(name, (all = new Set()));
    all.add(wait);
    return () => {
      all.delete(wait);
      if (all.size === 0 && this.#since.get(name) === all) this.#since.delete(name);
    };
  }

  list(): OutsideWait[] {
    const nowMs = performance.now();
    // The first of a set is the oldest.
    return [...this.#since].map(([name, waits]) => ({ name, count: waits.size, oldestMs: Math.round(nowMs - ([...waits][0]?.ms ?? nowMs)) }));
  }
}
