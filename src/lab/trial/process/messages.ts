/**
 * What the process of a block and its parent send each other, over Node's channel
 * of child processes (structured clones). Standard output and error of the
 * process stay free: what tasks print does not disturb the messages.
 *
 * The child announces each cell and waits for the answer, so the parent draws
 * and writes only while nothing is timed.
 */
import type { Protocol } from "../plan.ts";
import type { BlockEnd, BlockOrder, CellBlock, Frozen, Prepared } from "../runner.ts";

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
