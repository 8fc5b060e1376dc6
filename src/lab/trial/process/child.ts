/**
 * The process of a block from inside: it takes its task, runs it, sends the
 * results and ends. If the parent is gone it ends immediately, whatever runs,
 * because nothing would take the results.
 *
 * Messages go over Node's channel of child processes (structured clones). Standard
 * output and error of the process stay free: what tasks print does not disturb them.
 * The child announces each cell and waits for the answer, so the parent draws and
 * writes only while nothing is timed.
 */
import { runBlock } from "../block.ts";
import { readMachine } from "../../machine/environment.ts";
import type { BlockEnd, BlockOrder, CellBlock, CellProgram, Frozen, Prepared, Protocol } from "../plan.ts";
import { prepare } from "../preparation.ts";
import { dumps, type TrialThreads } from "../threads.ts";

/** What a process is started for. */
export interface BlockTask {
  /** The programs as plain data, which the module that the process runs understands. */
  readonly programs: readonly unknown[];
  readonly protocol: Protocol;
  /** The block; `null`: find what all blocks are to use. */
  readonly work: { readonly order: BlockOrder; readonly frozen: Frozen } | null;
}

/** From the parent: the task first; an answer to `next`; stop after the current run; dump your tasks. */
export type ToBlock =
  | { readonly kind: "task"; readonly task: BlockTask }
  | { readonly kind: "go" }
  | { readonly kind: "stop" }
  | { readonly kind: "dump" };

/** From the process: `prepared` or `end` comes last. */
export type FromBlock =
  | { readonly kind: "progress" }
  | { readonly kind: "prepared"; readonly prepared: Prepared | null; readonly notes: readonly string[] }
  | { readonly kind: "next"; readonly cell: number }
  | { readonly kind: "done"; readonly outcome: CellBlock }
  | { readonly kind: "end"; readonly end: BlockEnd }
  | { readonly kind: "dumped"; readonly text: string };

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
        void dumps().then((texts) => send({ kind: "dumped", text: texts.length === 0 ? "no runtime is open at this moment" : texts.join("\n") }));
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
