/**
 * The process of a block from inside: it takes its task, runs it, sends the
 * results and ends. If the parent is gone it ends immediately, whatever runs,
 * because nothing would take the results.
 */
import { formatDump, runtimes } from "../../../index.ts";
import { runBlock } from "../block.ts";
import type { BlockTask, FromBlock, ToBlock } from "./messages.ts";
import { readMachine } from "../../machine/environment.ts";
import { prepare } from "../preparation.ts";
import type { CellProgram } from "../program.ts";
import type { CellBlock } from "../runner.ts";
import type { TrialThreads } from "../threads.ts";

/** Serves the parent of this process. `programOf` makes a program from the plain data in the task. */
export async function serveBlock(programOf: (spec: never) => CellProgram, threads: TrialThreads): Promise<void> {
  if (process.send === undefined) throw new Error("this module runs in the process of a block: the lab starts it");
  const stopping = new AbortController();
  const started = Promise.withResolvers<BlockTask>();
  let go = nothing;
  process.on("message", (message: ToBlock) => {
    switch (message.kind) {
      case "task":
        return started.resolve(message.task);
      case "go":
        return go();
      case "stop":
        return stopping.abort();
      case "dump":
        void dump().then((text) => send({ kind: "dumped", text }));
    }
  });
  process.on("disconnect", orphaned);
  const warnings = heldWarnings();

  const { programs: specs, protocol, work } = await started.promise;
  const programs = specs.map((spec) => programOf(spec as never));
  if (work === null) {
    const { affinity, usable } = readMachine();
    const frozen = await prepare(programs, threads, protocol, () => send({ kind: "progress" }), stopping.signal, usable);
    await send({ kind: "prepared", prepared: frozen && { ...frozen, processors: { affinity, usable } }, notes: [...warnings] });
  } else {
    const events = {
      next: (cell: number): Promise<void> => {
        const answered = new Promise<void>((resolve) => {
          go = resolve;
        });
        void send({ kind: "next", cell });
        return answered;
      },
      done: (outcome: CellBlock): void => void send({ kind: "done", outcome }),
    };
    const end = await runBlock({ programs, threads, protocol, frozen: work.frozen }, work.order, events, stopping.signal);
    await send({ kind: "end", end: { ...end, notes: [...warnings] } });
  }
  process.off("disconnect", orphaned);
  process.disconnect();
}

function nothing(): void {}

/** Nothing would take the results. */
function orphaned(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Resolves when the message is on its way. */
function send(message: FromBlock): Promise<void> {
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
      // It has stopped in the meantime.
      return `no dump: ${error instanceof Error ? error.message : String(error)}`;
    }
  });
  return dumps.length === 0 ? "no runtime is open at this moment" : (await Promise.all(dumps)).join("\n");
}
