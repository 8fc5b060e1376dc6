/** Traces of the runtimes that one of the talk's programs opens, for `warren trace`. */
import type { Runtime, Trace } from "../../index.ts";

/** Traces runtimes into `all`, each until what `trace` returns is disposed of, which must be before the runtime stops. `events`: how many each thread keeps. */
export function tracing(events: number): { readonly all: readonly Trace[]; readonly trace: (runtime: Runtime) => Promise<AsyncDisposable> } {
  const all: Trace[] = [];
  const trace = async (runtime: Runtime): Promise<AsyncDisposable> => {
    const opened = await runtime.trace({ events });
    return { [Symbol.asyncDispose]: async (): Promise<void> => void all.push(await opened.stop()) };
  };
  return { all, trace };
}

/** The trace with the most threads, and of those the one with the most events; `null` without any. */
export function mainTrace(traces: readonly Trace[]): Trace | null {
  return traces.toSorted((a, b) => b.threads - a.threads || b.events.length - a.events.length)[0] ?? null;
}
