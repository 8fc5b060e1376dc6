/** What can come while a command measures: the signals SIGUSR2 and Ctrl-C, and warnings. */
import { blockChildren } from "../../lab/trial/process/parent.ts";
import { dumps } from "../../lab/trial/threads.ts";
import { EXIT, note } from "./streams.ts";

/** Prints a dump of each open runtime, those in the processes of blocks included, whenever SIGUSR2 comes; the program continues. Windows has no such signal. */
export function dumpOnSignal(): void {
  if (process.platform === "win32") return;
  process.on("SIGUSR2", () => void printDumps());
}

async function printDumps(): Promise<void> {
  const children = blockChildren();
  const own = await dumps();
  if (own.length + children.length === 0) note("warren: no runtime is open in this process");
  for (const child of children) note(`warren: ${await child.dump()}`);
  for (const text of own) note(`warren: ${text}`);
}

/** Runs `work` with a signal that the first Ctrl-C aborts: the lab stops after the current run and keeps what was measured. The second ends the process immediately. */
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

/**
 * Runs `work`; returns its value and the warnings that Node or the runtime emitted
 * while it ran, each text once. They are held back, so that nothing is written
 * during a timed run.
 */
export async function withholdingWarnings<T>(work: () => Promise<T>): Promise<{ value: T; warnings: string[] }> {
  const usual = process.listeners("warning");
  const held = new Set<string>();
  const hold = (warning: Error): void => {
    held.add(warning.message);
  };
  process.removeAllListeners("warning");
  process.on("warning", hold);
  try {
    const value = await work();
    return { value, warnings: [...held] };
  } finally {
    process.off("warning", hold);
    for (const listener of usual) process.on("warning", listener);
  }
}
