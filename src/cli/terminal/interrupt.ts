/**
 * Ctrl-C while measuring: the first asks the lab to stop after the current run
 * and keeps what was measured; the second ends the process immediately.
 */
import { EXIT } from "./exit-code.ts";
import { note } from "./streams.ts";

/** Runs `work` with a signal that Ctrl-C aborts. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    note("\nstopping after this run; what was measured is kept. Press Ctrl-C again to quit immediately.");
  };
  process.on("SIGINT", onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}
