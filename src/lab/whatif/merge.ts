/**
 * Several recordings of the same run as one graph. On a busy machine a piece is now and
 * then interrupted, and one interrupted piece can be the whole span. So each piece counts
 * with its shortest time in all recordings, and each wait with its median.
 *
 * Two recordings have the same *shape* if their graphs differ in times only. The shape
 * that most recordings have is used; with several, the first. Where the pieces between
 * yields agree, they are used, because short pieces are interrupted less often.
 *
 * If no two recordings have the same shape, but each function does the same number of
 * operations in all of them, only the distribution differs (which worker of several got
 * which value). Then the recording with the least work is used alone.
 */
import { median } from "../figures/statistics.ts";
import { at, EDGES, workOf, type EdgeKind, type Graph } from "./graph.ts";
import type { Recording } from "./read.ts";

/** What several recordings have in common. */
export interface Merged {
  readonly graph: Graph;
  /** The recordings that have its shape. */
  readonly alike: readonly Recording[];
  /** No two recordings have the same shape, but so many do the same, distributed otherwise; else 0. */
  readonly similar: number;
}

/** Merges recordings, of which there must be one at least. */
export function merged(recordings: readonly Recording[]): Merged {
  const fine = largest(recordings, ({ fine: graph }) => shapeOf(graph));
  const coarse = fine.length > recordings.length / 2 ? fine : largest(recordings, ({ graph }) => shapeOf(graph));
  const [alike, graphOf] = fine.length >= coarse.length ? [fine, (each: Recording): Graph => each.fine] : [coarse, (each: Recording): Graph => each.graph];
  if (alike.length === 1 && recordings.length > 1) {
    const same = largest(recordings, outlineOf);
    if (same.length > 1) {
      const least = same.reduce((a, b) => (workOf(b.graph) < workOf(a.graph) ? b : a));
      return { graph: least.fine, alike: [least], similar: same.length };
    }
  }
  const graphs = alike.map((each) => graphOf(each));
  const [graph] = graphs as [Graph];
  const costNs = graph.costNs.map((_, piece) => Math.min(...graphs.map((each) => at(each.costNs, piece))));
  const edgeNs = graph.edgeNs.map((ns, edge) => (ns === 0 ? 0 : median(graphs.map((each) => at(each.edgeNs, edge)))));
  return { graph: { ...graph, costNs, edgeNs }, alike, similar: 0 };
}

function largest(recordings: readonly Recording[], key: (recording: Recording) => string): readonly Recording[] {
  return [...Map.groupBy(recordings, key).values()].toSorted((a, b) => b.length - a.length)[0] as Recording[];
}

/** How many tasks each function has, and how many edges of each kind lead to them. Joins and waits are left out, because the clock decides about some. */
function outlineOf({ graph }: Recording): string {
  const counts = new Map<string, number>();
  const add = (key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { name } of graph.tasks) add(name);
  for (const [edge, to] of graph.edgeTo.entries()) {
    const kind = EDGES[at(graph.edgeKind, edge)] as EdgeKind;
    if (kind === "value" || kind === "spawn" || kind === "signal") add(`${kind} ${graph.tasks[at(graph.taskOf, to)]?.name}`);
  }
  return JSON.stringify([...counts].toSorted());
}

/** A number for all of a graph that is not time: equal for recordings of the same shape. */
export function shapeOf({ tasks, ending, edgesFrom, edgeTo, edgeKind, edgeNs, locks, takes, takesPermits, gives, givesPermits }: Graph): string {
  const hash = new Hash();
  for (const { name, parent, count } of tasks) {
    for (let k = 0; k < name.length; k++) hash.add(name.charCodeAt(k));
    hash.add(parent);
    hash.add(count);
  }
  for (const numbers of [ending, edgesFrom, edgeTo, edgeKind, takes, takesPermits, gives, givesPermits, locks]) for (let k = 0; k < numbers.length; k++) hash.add(at(numbers, k));
  for (let edge = 0; edge < edgeNs.length; edge++) hash.add(at(edgeNs, edge) > 0 ? 1 : 0);
  return hash.text;
}

/** Two hashes of 32 bits (FNV-1a with different primes). */
class Hash {
  #a = 0x811c9dc5;
  #b = 0x9747b28c;

  add(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193);
    this.#b = Math.imul(this.#b ^ value, 0x85ebca6b);
    this.#b ^= this.#b >>> 15;
  }

  get text(): string {
    return `${(this.#a >>> 0).toString(16)}${(this.#b >>> 0).toString(16)}`;
  }
}

/** The graph with the time of collections dealt out by work. */
export function withCollections(graph: Graph, gcNs: number): Graph {
  const work = workOf(graph);
  return work === 0 ? graph : { ...graph, costNs: graph.costNs.map((ns) => ns * (1 + gcNs / work)) };
}

/** The graph as if some tasks, by name, ran so many times as fast. */
export function withFaster(graph: Graph, faster: Readonly<Record<string, number>>): Graph {
  const factors = graph.tasks.map(({ name }) => faster[name] ?? 1);
  return { ...graph, costNs: graph.costNs.map((ns, piece) => ns / at(factors, at(graph.taskOf, piece))) };
}
