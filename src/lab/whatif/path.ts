/**
 * The span of a graph: how long it takes on any number of processors, because of its
 * longest chain of pieces and waits; and that chain, the critical path.
 */
import { at, EDGES, isLast, type EdgeKind, type Graph } from "./graph.ts";

/** A stretch of the critical path: pieces of one task that follow each other. */
export interface PathPart {
  /** The task's place in the graph, and its name. */
  readonly taskIndex: number;
  readonly task: string;
  /** How long it runs on the path. */
  readonly ns: number;
  /** How long it waits on the path for something outside the program, such as a timer. */
  readonly waitNs: number;
  /** How many tasks it spawns on the path. */
  readonly spawns: number;
  /** How many of its pieces on the path had to wait for a value, or for room, in a channel. */
  readonly values: number;
}

const BY_CHANNEL: ReadonlySet<EdgeKind> = new Set(["value", "room"]);

/** The longest chain of a graph. */
export interface CriticalPath {
  readonly ns: number;
  readonly parts: readonly PathPart[];
}

/** Pieces wait for each other. In a recording only if operations were withdrawn, so that the k-th receive is not that of the k-th send. */
export class CircleError extends Error {
  override name = "CircleError";
}

/** The critical path. @throws CircleError if pieces wait for each other */
export function criticalPath(graph: Graph): CriticalPath {
  const { costNs, edgesFrom, edgeTo, edgeKind, edgeNs, taskOf, tasks } = graph;
  const count = costNs.length;
  const waits = inCounts(graph);
  /** When each piece begins at the earliest, what decides that (−1 nothing, else a piece), and by which edge (−1: the piece before). */
  const beginNs = new Float64Array(count);
  const because = new Int32Array(count).fill(-1);
  const edgeOf = new Int32Array(count).fill(-1);
  const ready: number[] = [];
  for (let piece = 0; piece < count; piece++) if (at(waits, piece) === 0) ready.push(piece);
  let done = 0;
  let end = -1;
  let endNs = -1;
  const reach = (to: number, ns: number, from: number, edge: number): void => {
    if (ns > at(beginNs, to) || at(because, to) < 0) {
      beginNs[to] = Math.max(ns, at(beginNs, to));
      because[to] = from;
      edgeOf[to] = edge;
    }
    waits[to] = at(waits, to) - 1;
    if (at(waits, to) === 0) ready.push(to);
  };
  for (let piece = ready.pop(); piece !== undefined; piece = ready.pop()) {
    done++;
    const ns = at(beginNs, piece) + at(costNs, piece);
    if (ns > endNs) [end, endNs] = [piece, ns];
    if (!isLast(graph, piece)) reach(piece + 1, ns, piece, -1);
    for (let edge = at(edgesFrom, piece); edge < at(edgesFrom, piece + 1); edge++) reach(at(edgeTo, edge), ns + at(edgeNs, edge), piece, edge);
  }
  if (done < count) throw new CircleError(`${count - done} of ${count} pieces wait for each other`);
  const afterValue = new Uint8Array(count);
  for (const [edge, to] of edgeTo.entries()) if (BY_CHANNEL.has(EDGES[at(edgeKind, edge)] as EdgeKind)) afterValue[to] = 1;
  const parts: { taskIndex: number; task: string; ns: number; waitNs: number; spawns: number; values: number }[] = [];
  for (let piece = end; piece >= 0; piece = at(because, piece)) {
    const task = at(taskOf, piece);
    const edge = at(edgeOf, piece);
    let part = parts.at(-1);
    if (part?.taskIndex !== task) parts.push((part = { taskIndex: task, task: tasks[task]?.name ?? "", ns: 0, waitNs: 0, spawns: 0, values: 0 }));
    part.ns += at(costNs, piece);
    part.values += at(afterValue, piece);
    if (edge >= 0) part.waitNs += at(edgeNs, edge);
    for (let out = at(edgesFrom, piece); out < at(edgesFrom, piece + 1); out++) if (at(edgeKind, out) === 0) part.spawns++;
  }
  return { ns: Math.max(0, endNs), parts: parts.toReversed() };
}

/** By piece: how many pieces must end before it can begin. */
export function inCounts({ tasks, costNs, edgeTo }: Graph): Int32Array {
  const waits = new Int32Array(costNs.length);
  for (const { first, count } of tasks) for (let piece = first + 1; piece < first + count; piece++) waits[piece] = 1;
  for (const to of edgeTo) waits[to] = at(waits, to) + 1;
  return waits;
}

/** How long each lock with one permit is held in all: no number of processors can do with less. */
export function longestHeldNs({ tasks, costNs, takes, takesPermits, gives, locks }: Graph): number {
  const heldNs = locks.map(() => 0);
  for (const { first, count } of tasks) {
    const held = new Set<number>();
    for (let piece = first; piece < first + count; piece++) {
      for (const lock of held) heldNs[lock] = at(heldNs, lock) + at(costNs, piece);
      if (at(gives, piece) > 0) held.delete(at(gives, piece) - 1);
      const taken = at(takes, piece) - 1;
      if (taken >= 0 && at(takesPermits, piece) >= at(locks, taken)) held.add(taken);
    }
  }
  return Math.max(0, ...heldNs);
}
