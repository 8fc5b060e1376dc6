/**
 * Processors that a process is confined to: lists as Linux writes them ("0-3,8"),
 * and the command that starts a program under a mask. Threads on fewer
 * processors than they need are the control experiment of docs/method.md,
 * "Verdicts": they take turns, and nothing may be called parallel.
 *
 * Source: taskset(1) of util-linux; the mask is inherited by threads and
 * processes. Not done: sched_setaffinity itself, which Node does not offer.
 */
import { findOnPath } from "./other-programs.ts";

/** The numbers of a list such as "0-3,8", rising, each once; `null` if it is none. */
export function processorsIn(list: string): number[] | null {
  const found = new Set<number>();
  for (const part of list.split(",")) {
    const [, first, last = first] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return null;
    for (let processor = Number(first); processor <= Number(last); processor++) found.add(processor);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** The shortest list of these processors: "0-3,8". */
export function processorList(processors: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const processor of processors.toSorted((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open !== undefined && processor <= open[1] + 1) open[1] = processor;
    else ranges.push([processor, processor]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}

/** The path of `taskset`, which starts programs under a mask; `null` where there is none. */
export function findTaskset(): string | null {
  return process.platform === "linux" ? findOnPath("taskset") : null;
}
