/** What a job on many nodes prints: times, what distribution costs, and what may have been done twice. */
import { textTable } from "../../lab/print/text-table.ts";
import { count, enumeration, figure, printPercent, printRatio, printTime } from "../../lab/text.ts";
import type { JobResult } from "../../../workers/sawzall.ts";
import type { Problem } from "../../../workers/gophers/pile.ts";

/** A way in which the job was done. */
export interface Way {
  /** 0: in one process. */
  readonly nodes: number;
  readonly threads: number;
  /** Of each run. */
  readonly ms: readonly number[];
}

export interface NodesReport {
  readonly schema: "warren-nodes/1";
  readonly program: string;
  readonly command: readonly string[];
  readonly input: string;
  readonly files: number;
  readonly bytes: number;
  readonly pieces: number;
  readonly nodes: readonly { readonly node: string; readonly pid: number; readonly threads: number }[];
  /** One process with one thread, one with as many as the nodes have, and the nodes; only the last where nothing is compared. */
  readonly ways: readonly Way[];
  /** Runs, in all ways, and those of them with the result of the last one. */
  readonly passes: number;
  readonly same: number;
  /** Pieces that were started on a node that was lost, and again on another: what they contain may have been done twice. */
  readonly repeated: readonly { readonly node: string | null; readonly files: readonly string[] }[];
  readonly problems: readonly Problem[];
  /** Files burnt, of a pile. */
  readonly burnt?: number;
  /** Of lines. */
  readonly result?: JobResult;
}

/** So many names are printed. */
const MOST_NAMES = 5;

/** For people. */
export function reportText(report: NodesReport): string {
  const { program, input, files, bytes, pieces, nodes } = report;
  const head = `${program} on ${count(nodes.length, "node")}: ${input}, ${count(files, "file")}, ${(bytes / 1e6).toFixed(1)} MB, in ${count(pieces, "piece")}`;
  return [head, "", ...times(report), "", ...outcome(report)].join("\n");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) / 2;
}

function times({ ways, bytes }: NodesReport): string[] {
  const [one] = ways;
  const base = one?.nodes === 0 ? median(one.ms) : null;
  const title = ["", "time", "MB/s", ...(base === null ? [] : ["P"])];
  const rows = ways.map((way) => [labelOf(way), printTime(median(way.ms) * 1e6), figure(bytes / 1e3 / median(way.ms)), ...(base === null ? [] : [printRatio(base / median(way.ms))])]);
  const lines = textTable([title, ...rows], ["left", "right"]);
  const [single, many] = ways.slice(-2);
  if (base === null || single === undefined || many === undefined) return lines;
  const more = median(many.ms) / median(single.ms) - 1;
  const runs = many.ms.length === 1 ? "one run" : `the median of ${many.ms.length} runs`;
  const price = `Price of distribution: ${labelOf(many)} took ${more >= 0 ? `${printPercent(more)} more` : `${printPercent(-more)} less`} time than ${labelOf(single)} (${runs}).`;
  return [...lines, "", price];
}

function labelOf({ nodes, threads }: Way): string {
  if (nodes === 0) return `one process, ${count(threads, "thread")}`;
  return threads === nodes ? `${count(nodes, "node")}, ${nodes === 1 ? "1 thread" : "1 thread each"}` : `${count(nodes, "node")}, ${count(threads, "thread")} together`;
}

function outcome({ program, burnt, result, passes, same, repeated, problems }: NodesReport): string[] {
  const what = program === "gophers" ? "manifest" : "result";
  const all = passes === 1 ? [] : [`The ${what} is the same in ${same === passes ? `all ${passes} runs` : `only ${same} of ${passes} runs`}.`];
  const done = result === undefined ? `${figure(burnt ?? 0)} files burnt` : `${figure(result.records)} lines, ${figure(result.bytes)} bytes; the top words: ${result.words.slice(0, MOST_NAMES).map(([word, times_]) => `${word} ${figure(times_)}`).join(", ")}`;
  const given = problems.length === 0 ? "none given up" : `${count(problems.length, "problem")} listed above`;
  return [`${done}; ${given}.`, ...all, ...twice(repeated)];
}

function twice(repeated: NodesReport["repeated"]): string[] {
  if (repeated.length === 0) return ["Nothing was done twice: no node was lost."];
  const names = [...new Set(repeated.flatMap(({ files }) => files))];
  const shown = names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more (--format json has all)` : "");
  const known = [...new Set(repeated.flatMap(({ node }) => node ?? []))];
  const nodes = known.length === 0 ? ["a node"] : known;
  return [`Perhaps done twice: ${count(names.length, "file")} in ${count(repeated.length, "piece")}, because ${enumeration(nodes)} ${nodes.length === 1 ? "was" : "were"} lost: ${shown}.`];
}
