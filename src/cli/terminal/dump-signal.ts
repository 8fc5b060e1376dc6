/** SIGUSR2: prints what the program is doing on standard error, while it continues. */
import { formatDump, runtimes } from "../../index.ts";
import { blockChildren } from "../../lab/trial/process/parent.ts";
import { note } from "./streams.ts";

/** Prints a dump of each open runtime, those in the processes of blocks included, whenever the signal comes. Windows has no such signal. */
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
