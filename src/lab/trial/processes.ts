/**
 * Blocks as processes (docs/method.md, "Protocol"): each block, and the
 * preparation before them, in a fresh one, so that no block inherits another's
 * compiled code, heap or habits.
 */
import { extname } from "node:path";
import { findTaskset } from "../machine/affinity.ts";
import { BlockChild, BlockProcessError, type ChildEnd } from "./process/child.ts";
import { unpacked, type BlockTask, type FromBlock } from "./process/messages.ts";
import type { BlockRunner } from "./runner.ts";
import type { CellCatalogue } from "./program.ts";
import type { Protocol } from "./plan.ts";

/** How the processes are started. */
export interface ProcessOptions {
  /** Processors that they are confined to, as `--cpus` takes them; `null`: all. */
  readonly cpus?: string | null;
  /** The module that they run; another one in tests. */
  readonly entry?: URL;
  /** Without a sign for this long a process counts as hanging. */
  readonly patienceMs?: number;
}

const BLOCK_PROCESS = new URL(`./process/main${extname(import.meta.url)}`, import.meta.url);
/** What a run may take before it counts as hanging: one whose size was found takes a second or two, one that was given may take what it wants. */
const PATIENCE_MS = { found: 60_000, given: 1_800_000 } as const;

/** Blocks in processes of their own. `specs`: `programs` as plain data, in the same order. */
export function inProcesses<Spec>(
  specs: readonly Spec[],
  programs: readonly CellCatalogue[],
  protocol: Protocol,
  { cpus = null, entry = BLOCK_PROCESS, patienceMs = usualPatienceMs(programs, protocol) }: ProcessOptions = {},
): BlockRunner {
  const prefix = cpus === null ? [] : maskedBy(cpus);
  const { blocks, runs, warmupMs, minTimeMs, seed } = protocol;
  /** Runs one process to its end; an abort asks it to stop after the current run. */
  const work = async (what: BlockTask<Spec>["work"], signal: AbortSignal, onMessage: (message: FromBlock, child: BlockChild<Spec>) => void | Promise<void>): Promise<ChildEnd> => {
    const task = { programs: specs, protocol: { blocks, runs, warmupMs, minTimeMs, seed }, work: what };
    const child: BlockChild<Spec> = new BlockChild(task, { entry, prefix, patienceMs }, (message) => onMessage(message, child));
    const stop = (): void => child.send({ kind: "stop" });
    signal.addEventListener("abort", stop);
    try {
      return await child.finished;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
  return {
    isolation: "process",
    async prepare(onProgress, signal) {
      const { last } = await work(null, signal, (message) => {
        if (message.kind === "progress") onProgress();
      });
      if (last.kind !== "prepared") throw new BlockProcessError("the process of the preparation prepared nothing");
      return last.prepared;
    },
    async run(order, frozen, events, signal) {
      const { last, printed } = await work({ order, frozen }, signal, async (message, child) => {
        if (message.kind === "done") events.done(unpacked(message.outcome));
        if (message.kind !== "next") return;
        await events.next(message.cell);
        child.send({ kind: "go" });
      });
      if (last.kind !== "end") throw new BlockProcessError("the process of the block ran no block");
      return { ...last.end, notes: [...last.end.notes, ...(printed.trim() === "" ? [] : [`block ${order.block + 1} printed: ${printed.trim()}`])] };
    },
  };
}

/** For all runs of a cell and what goes before them: nothing is heard meanwhile. */
function usualPatienceMs(programs: readonly CellCatalogue[], { runs, warmupMs }: Protocol): number {
  const isGiven = programs.some((program) => program.cells.some((cell) => program.sizing(cell).kind === "given"));
  return (runs + 2) * PATIENCE_MS[isGiven ? "given" : "found"] + 2 * programs.length * warmupMs;
}

function maskedBy(cpus: string): string[] {
  const taskset = findTaskset();
  if (taskset === null) throw new BlockProcessError("cannot be confined to processors: there is no taskset");
  return [taskset, "-c", cpus];
}
