/** The signals that a command answers: SIGUSR2 and Ctrl-C. */
import { formatDump, runtimes } from "../../index.ts";
import { blockChildren } from "../../lab/trial/process/parent.ts";
import { EXIT } from "./exit-code.ts";
import { note } from "./streams.ts";

/** Prints a dump of each open runtime, those in the processes of blocks included, whenever SIGUSR2 comes; the program continues. Windows has no such signal. */
export function dumpOnSignal(): void {
  if (process.platform === "win32") return;
  process.on("SIGUSR2", () => void printDumps());
}

async function printDumps(): Promise<void> {
  const open = runtimes();
  const children = blockChildren();
  if (open.length + children.length === 0) note("warren: no runtime is open in this process");
  for (const child of children) note(`warren: ${await child.dump()}`);
  for (const runtime of open) {
    try {
      note(`warren: ${formatDump(await runtime.dump(), await runtime.stats())}`);
    } catch (error) {
      // It has stopped since.
      note(`warren: no dump: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
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
