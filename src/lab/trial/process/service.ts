/**
 * A block's process from inside: takes its task, does it, tells what came of it
 * and ends. When the parent is gone it ends at once, whatever runs: nobody would
 * take the results.
 */
import { formatDump, runtimes } from "../../../index.ts";
import { runBlock } from "../block.ts";
import { packed, type BlockTask, type FromBlock, type ToBlock } from "./messages.ts";
import { readMachine } from "../../machine/environment.ts";
import { prepare } from "../preparation.ts";
import type { CellProgram } from "../program.ts";
import type { TrialMachine } from "../plan.ts";

/** Serves the parent of this process, with the programs that its task names. */
export async function serveBlock<Spec, Pool>(programOf: (spec: Spec) => CellProgram<Pool>, machine: TrialMachine<Pool>): Promise<void> {
  if (process.send === undefined) throw new Error("this module is the process of a block: the lab starts it");
  const stopping = new AbortController();
  const started = Promise.withResolvers<BlockTask<Spec>>();
  let go = nothing;
  process.on("message", (message: ToBlock<Spec>) => {
    switch (message.kind) {
      case "task":
        return started.resolve(message.task);
      case "go":
        return go();
      case "stop":
        return stopping.abort();
      case "dump":
        void dump().then((text) => tell({ kind: "dumped", text }));
    }
  });
  process.on("disconnect", orphaned);
  const warnings = heldWarnings();

  const { programs: specs, protocol, work } = await started.promise;
  const programs = specs.map((spec) => programOf(spec));
  if (work === null) {
    const { affinity, usable } = readMachine();
    const frozen = await prepare(programs, machine, protocol, () => tell({ kind: "progress" }), stopping.signal, usable);
    await tell({ kind: "prepared", prepared: frozen && { ...frozen, processors: { affinity, usable } }, notes: [...warnings] });
  } else {
    const events = {
      next: (cell: number): Promise<void> => {
        const answered = new Promise<void>((resolve) => {
          go = resolve;
        });
        void tell({ kind: "next", cell });
        return answered;
      },
      done: (outcome: Parameters<typeof packed>[0]): void => void tell({ kind: "done", outcome: packed(outcome) }),
    };
    const end = await runBlock({ programs, machine, protocol, frozen: work.frozen }, work.order, events, stopping.signal);
    await tell({ kind: "end", end: { ...end, notes: [...warnings] } });
  }
  process.off("disconnect", orphaned);
  process.disconnect();
}

function nothing(): void {}

/** Nobody would take the results. */
function orphaned(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Resolves when the message is on its way. */
function tell(message: FromBlock): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

/** Warnings of Node or the runtime go with the result: nothing is written during a timed run. */
function heldWarnings(): ReadonlySet<string> {
  const held = new Set<string>();
  process.removeAllListeners("warning");
  process.on("warning", ({ message }) => held.add(message));
  return held;
}

async function dump(): Promise<string> {
  const dumps = runtimes().map(async (runtime) => {
    try {
      return formatDump(await runtime.dump(), await runtime.stats());
    } catch (error) {
      // It has stopped meanwhile.
      return `no dump: ${error instanceof Error ? error.message : String(error)}`;
    }
  });
  return dumps.length === 0 ? "no runtime is open at this moment" : (await Promise.all(dumps)).join("\n");
}
