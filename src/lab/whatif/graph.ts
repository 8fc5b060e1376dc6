/**
 * The graph of a recorded program: what is replayed.
 *
 * A task is a chain of *pieces*: what it runs from one operation to the next. A piece can
 * begin when the one before it in its task has ended and every piece from which an edge
 * leads to it has ended, so an edge always leaves the end of a piece:
 *
 *   spawn   the piece that spawns a task     → the first piece of that task
 *   join    the last piece of a task         → what goes on with its result
 *   value   the piece that sends the k-th value of a channel → what goes on with it
 *   room    the piece that takes value k     → what goes on after value k + capacity is sent
 *   signal  `done` or an arrival             → what goes on after the wait
 *   wake    the piece that ends another wait → what goes on after it
 *   wait    a piece                          → the next one of its task, `ns` later
 *
 * A lock is no edge: which task gets it first depends on the processors. So a piece has
 * the permits that its task takes when it ends, and those that it gives back.
 */

/** Kinds of edges, by their number in `Graph.edgeKind`. */
export const EDGES = ["spawn", "join", "value", "room", "signal", "wake", "wait"] as const;
export type EdgeKind = (typeof EDGES)[number];

/** A task of the graph. */
export interface GraphTask {
  readonly name: string;
  /** The task that spawned it; −1 for the main thread, which is task 0. */
  readonly parent: number;
  /** A closure, which stays on the thread of its parent. */
  readonly isClosure: boolean;
  /** Its first piece, and how many it has. */
  readonly first: number;
  readonly count: number;
}

/** How a piece ends: its task goes on, it awaits something, or it lets the others on its thread run. */
export const RUNS_ON = 0;
export const MAY_WAIT = 1;
export const YIELDS = 2;

/** All pieces of an exclusive holder of a lock for readers. */
export const ALL_PERMITS = 2 ** 30;

/** A graph. Pieces are numbered by task: those of task k are `first … first + count − 1`. */
export interface Graph {
  /** The main thread first, then each task after its parent. */
  readonly tasks: readonly GraphTask[];
  /** By piece: how long it runs, nanoseconds. */
  readonly costNs: Float64Array;
  /** By piece: its task. */
  readonly taskOf: Int32Array;
  /** By piece: `RUNS_ON`, `MAY_WAIT` or `YIELDS`. */
  readonly ending: Uint8Array;
  /** By piece: the edges that leave it are `edgesFrom[piece] … edgesFrom[piece + 1] − 1`. */
  readonly edgesFrom: Int32Array;
  readonly edgeTo: Int32Array;
  readonly edgeKind: Uint8Array;
  /** By edge: how long after the piece it counts; 0 except for `wait`. */
  readonly edgeNs: Float64Array;
  /** By lock: how many permits it has. */
  readonly locks: readonly number[];
  /** By piece: the lock that its task takes at its end, plus 1, and how many permits; 0 for none. */
  readonly takes: Int32Array;
  readonly takesPermits: Int32Array;
  /** By piece: the lock that its task gives back at its end, plus 1, and how many permits; 0 for none. */
  readonly gives: Int32Array;
  readonly givesPermits: Int32Array;
}

/** A piece as it is made: the task and its place there. */
interface DraftTask {
  readonly name: string;
  readonly parent: number;
  readonly isClosure: boolean;
  readonly pieces: number[];
}

/** Makes a graph, piece by piece. Pieces of a task are added in their order. */
export class GraphBuilder {
  readonly #tasks: DraftTask[] = [{ name: "the main thread", parent: -1, isClosure: false, pieces: [] }];
  readonly #costs: number[] = [];
  readonly #owners: number[] = [];
  readonly #endings: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #kinds: number[] = [];
  readonly #ns: number[] = [];
  readonly #locks: number[] = [];
  readonly #takes = new Map<number, readonly [lock: number, permits: number]>();
  readonly #gives = new Map<number, readonly [lock: number, permits: number]>();

  /** Adds a task; its number. The main thread is there as task 0. */
  task(name: string, parent = 0, isClosure = false): number {
    return this.#tasks.push({ name, parent, isClosure, pieces: [] }) - 1;
  }

  /** Adds the next piece of a task; its number, which holds only until `graph`. */
  piece(task: number, costNs: number, ending: number = MAY_WAIT): number {
    const piece = this.#costs.push(costNs) - 1;
    this.#owners.push(task);
    this.#endings.push(ending);
    (this.#tasks[task] as DraftTask).pieces.push(piece);
    return piece;
  }

  edge(kind: EdgeKind, from: number, to: number, ns = 0): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#kinds.push(EDGES.indexOf(kind));
    this.#ns.push(ns);
  }

  /** Adds a lock with so many permits; its number. */
  lock(permits: number): number {
    return this.#locks.push(permits) - 1;
  }

  /** At the end of `piece` its task takes, or gives back, permits of a lock. */
  take(piece: number, lock: number, permits = 1): void {
    this.#takes.set(piece, [lock, permits]);
  }

  give(piece: number, lock: number, permits = 1): void {
    this.#gives.set(piece, [lock, permits]);
  }

  /** The graph, with its pieces in the order of their tasks. */
  graph(): Graph {
    const count = this.#costs.length;
    const place = new Int32Array(count);
    const taskOf = new Int32Array(count);
    let next = 0;
    const tasks = this.#tasks.map(({ name, parent, isClosure, pieces }, task): GraphTask => {
      const first = next;
      for (const piece of pieces) {
        taskOf[next] = task;
        place[piece] = next++;
      }
      return { name, parent, isClosure, first, count: pieces.length };
    });
    const costNs = new Float64Array(count);
    const ending = new Uint8Array(count);
    for (let piece = 0; piece < count; piece++) {
      costNs[at(place, piece)] = at(this.#costs, piece);
      ending[at(place, piece)] = at(this.#endings, piece);
    }
    const [takes, takesPermits] = this.#spread(this.#takes, place);
    const [gives, givesPermits] = this.#spread(this.#gives, place);
    return { tasks, costNs, taskOf, ending, ...this.#edges(place), locks: this.#locks, takes, takesPermits, gives, givesPermits };
  }

  #spread(held: ReadonlyMap<number, readonly [number, number]>, place: Int32Array): [Int32Array, Int32Array] {
    const locks = new Int32Array(place.length);
    const permits = new Int32Array(place.length);
    for (const [piece, [lock, count]] of held) {
      locks[at(place, piece)] = lock + 1;
      permits[at(place, piece)] = count;
    }
    return [locks, permits];
  }

  /** Edges by the piece that they leave, and of one piece by the piece that they lead to: so equal graphs have equal arrays. */
  #edges(place: Int32Array): Pick<Graph, "edgesFrom" | "edgeTo" | "edgeKind" | "edgeNs"> {
    const count = this.#from.length;
    const edgesFrom = new Int32Array(place.length + 1);
    for (const from of this.#from) edgesFrom[at(place, from) + 1] = at(edgesFrom, at(place, from) + 1) + 1;
    for (let piece = 1; piece < edgesFrom.length; piece++) edgesFrom[piece] = at(edgesFrom, piece) + at(edgesFrom, piece - 1);
    const next = edgesFrom.slice();
    const order = new Int32Array(count);
    for (let edge = 0; edge < count; edge++) {
      const from = at(place, at(this.#from, edge));
      order[at(next, from)] = edge;
      next[from] = at(next, from) + 1;
    }
    const isBefore = (a: number, b: number): boolean => (at(place, at(this.#to, a)) - at(place, at(this.#to, b)) || at(this.#kinds, a) - at(this.#kinds, b)) < 0;
    // Few edges leave a piece.
    for (let piece = 0; piece < place.length; piece++) {
      const first = at(edgesFrom, piece);
      for (let k = first + 1; k < at(edgesFrom, piece + 1); k++) {
        const edge = at(order, k);
        let to = k;
        for (; to > first && isBefore(edge, at(order, to - 1)); to--) order[to] = at(order, to - 1);
        order[to] = edge;
      }
    }
    return {
      edgesFrom,
      edgeTo: Int32Array.from(order, (edge) => at(place, at(this.#to, edge))),
      edgeKind: Uint8Array.from(order, (edge) => at(this.#kinds, edge)),
      edgeNs: Float64Array.from(order, (edge) => at(this.#ns, edge)),
    };
  }
}

/** An element that is there. */
export function at(values: ArrayLike<number>, place: number): number {
  return values[place] as number;
}

/** Whether a piece is the last one of its task. */
export function isLast({ tasks, taskOf }: Graph, piece: number): boolean {
  const { first, count } = tasks[at(taskOf, piece)] as GraphTask;
  return piece === first + count - 1;
}

/** All that is run, nanoseconds: what one processor needs if no task waits for anything outside the program. */
export function workOf({ costNs }: Graph): number {
  return costNs.reduce((sum, ns) => sum + ns, 0);
}

/** The graph without its edges of some kinds. */
export function withoutEdges(graph: Graph, kinds: readonly EdgeKind[]): Graph {
  const kept: number[] = [];
  const edgesFrom = new Int32Array(graph.edgesFrom.length);
  for (let piece = 0; piece + 1 < graph.edgesFrom.length; piece++) {
    for (let edge = at(graph.edgesFrom, piece); edge < at(graph.edgesFrom, piece + 1); edge++) {
      if (!kinds.includes(EDGES[at(graph.edgeKind, edge)] as EdgeKind)) kept.push(edge);
    }
    edgesFrom[piece + 1] = kept.length;
  }
  return {
    ...graph, edgesFrom,
    edgeTo: Int32Array.from(kept, (edge) => at(graph.edgeTo, edge)),
    edgeKind: Uint8Array.from(kept, (edge) => at(graph.edgeKind, edge)),
    edgeNs: Float64Array.from(kept, (edge) => at(graph.edgeNs, edge)),
  };
}

/** The graph as if no lock were ever held. */
export function withoutLocks(graph: Graph): Graph {
  return { ...graph, takes: new Int32Array(graph.takes.length), gives: new Int32Array(graph.gives.length) };
}
