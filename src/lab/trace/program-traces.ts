/** Traces of the runtimes that one of the talk's programs opens, for `warren trace`. */
import type { Runtime, Trace } from "../../index.ts";

/** Traces runtimes, each until its program releases it. */
export class ProgramTraces {
  readonly #events: number;
  readonly #traces: Trace[] = [];

  /** @param events events that each thread keeps */
  constructor(events: number) {
    this.#events = events;
  }

  /** The complete traces. */
  get all(): readonly Trace[] {
    return this.#traces;
  }

  /** The trace with the most threads, and of those the one with the most events; `null` without any. */
  get main(): Trace | null {
    return this.#traces.toSorted((a, b) => b.threads - a.threads || b.events.length - a.events.length)[0] ?? null;
  }

  /** Traces a runtime until what this returns is disposed of, which must be before the runtime stops. */
  async trace(runtime: Runtime): Promise<AsyncDisposable> {
    const trace = await runtime.trace({ events: this.#events });
    return {
      [Symbol.asyncDispose]: async (): Promise<void> => {
        this.#traces.push(await trace.stop());
      },
    };
  }
}
