/**
 * What a block's process and its parent say to each other, over Node's channel
 * of child processes (structured clones). Standard output and error of the
 * process stay free: what tasks print there disturbs nothing.
 *
 * The child says of each cell that it comes next and waits for the answer, so
 * that the parent draws and writes only while nothing is timed. A timeline
 * travels packed: thousands are kept until it is known which are wanted.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { BlockEnd, BlockOrder, CellOutcome, Frozen, Prepared } from "../runner.ts";
import type { Timeline } from "../../timeline.ts";
import type { Protocol, TracedRun } from "../plan.ts";

/** What a process is started for. `Spec`: programs as plain data. */
export interface BlockTask<Spec> {
  readonly programs: readonly Spec[];
  readonly protocol: Protocol;
  /** The block; `null`: find what all blocks are to use. */
  readonly work: { readonly order: BlockOrder; readonly frozen: Frozen } | null;
}

/** From the parent: the task first; an answer to `next`; stop after the current run; what are your tasks doing? */
export type ToBlock<Spec> =
  | { readonly kind: "task"; readonly task: BlockTask<Spec> }
  | { readonly kind: "go" }
  | { readonly kind: "stop" }
  | { readonly kind: "dump" };

/** From the process: `prepared` or `end` comes last. */
export type FromBlock =
  | { readonly kind: "progress" }
  | { readonly kind: "prepared"; readonly prepared: Prepared | null; readonly notes: readonly string[] }
  | { readonly kind: "next"; readonly cell: number }
  | { readonly kind: "done"; readonly outcome: PackedOutcome }
  | { readonly kind: "end"; readonly end: BlockEnd }
  | { readonly kind: "dumped"; readonly text: string };

type PackedRun = Omit<TracedRun, "timeline"> & { readonly timeline: Uint8Array };
type PackedOutcome = Omit<CellOutcome, "traced"> & { readonly traced: PackedRun | null };

/** An outcome as it travels. */
export function packed({ traced, ...outcome }: CellOutcome): PackedOutcome {
  return { ...outcome, traced: traced && { ...traced, timeline: deflateRawSync(JSON.stringify(traced.timeline())) } };
}

/** And as it was; the timeline is unpacked when it is asked for. */
export function unpacked({ traced, ...outcome }: PackedOutcome): CellOutcome {
  return { ...outcome, traced: traced && { ...traced, timeline: () => JSON.parse(inflateRawSync(traced.timeline).toString()) as Timeline } };
}
