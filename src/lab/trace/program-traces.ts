/** Recordings of the runtimes that one of the talk's programs opens, for `warren trace`. */
import type { Runtime, Trace } from "../../index.ts";

/** Records runtimes, each until its program lets go of it. */
export class Recordings {
  readonly #events: number;
  readonly #traces: Trace[] = [];

  /** @param events events that each thread keeps */
  constructor(events: number) {
    this.#events = events;
  }

  /** What has been recorded to its end. */
  get traces(): readonly Trace[] {
    return this.#traces;
  }

  /** Records a runtime until what this gives is disposed of, which has to be before the runtime stops. */
  async record(runtime: Runtime): Promise<AsyncDisposable> {
    const tracing = await runtime.trace({ events: this.#events });
    return {
      [Symbol.asyncDispose]: async (): Promise<void> => {
        this.#traces.push(await tracing.stop());
      },
    };
  }
}
